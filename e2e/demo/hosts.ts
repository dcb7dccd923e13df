import { readFile, writeFile } from 'node:fs/promises';

const FILE = '/etc/hosts';
const MARK = '# a2a-operator';

/**
 * Makes the samples' hosts resolve to this machine, so that A2A clients reach the URLs in the cards.
 * Browsers and curl do that for `*.localhost` by themselves, most other clients do not.
 */
export async function addHosts(names: readonly string[]): Promise<void> {
  const lines = await otherLines();
  await write([...lines, ...names.map((name) => `127.0.0.1 ${name} ${MARK}`)]);
}

/** Takes them out again. */
export async function removeHosts(): Promise<void> {
  const lines = await otherLines();
  await write(lines);
}

async function otherLines(): Promise<string[]> {
  const text = await readFile(FILE, 'utf8');
  return text.split('\n').filter((line) => line !== '' && !line.endsWith(MARK));
}

async function write(lines: readonly string[]): Promise<void> {
  const text = `${lines.join('\n')}\n`;
  if (text !== (await readFile(FILE, 'utf8'))) await writeFile(FILE, text);
}
