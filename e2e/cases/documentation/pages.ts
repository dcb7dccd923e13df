import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryFolder } from '../../cluster/paths.ts';

/** A fenced block of a page. */
export interface Block {
  language: string;
  text: string;
}

/** A page of the documentation, by its path in the repository. */
export interface Page {
  path: string;
  blocks: Block[];
}

/** README, CONTRIBUTING and everything below docs/. */
export async function pages(): Promise<Page[]> {
  const entries = await readdir(join(repositoryFolder, 'docs'), { recursive: true });
  const below = entries.filter((one) => one.endsWith('.md')).map((one) => `docs/${one}`);
  const paths = ['README.md', 'CONTRIBUTING.md', ...below.sort()];
  return Promise.all(
    paths.map(async (path) => ({
      path,
      blocks: blocksOf(await readFile(join(repositoryFolder, path), 'utf8')),
    })),
  );
}

/** The blocks that readers are to run, as one script: pages are read from top to bottom. */
export function scriptOf({ blocks }: Page): string {
  const commands = blocks.filter(({ language }) => language === 'sh').map(({ text }) => text);
  return commands.length === 0 ? '' : `set -eu -o pipefail\n${commands.join('\n')}`;
}

/** The commands that a page only shows: those after a prompt, each on one line. */
export function shownCommands({ blocks }: Page): string[] {
  return blocks
    .filter(({ language }) => language === 'console')
    .flatMap(({ text }) => text.replaceAll(/\\\n\s*/g, '').split('\n'))
    .filter((line) => line.startsWith('$ '))
    .map((line) => line.slice(2));
}

/** The namespaces that a script makes. */
export function namespacesOf(script: string): string[] {
  return [...script.matchAll(/kubectl create namespace (\S+)/g)].map(([, name = '']) => name);
}

function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(/^```(\S*)[^\n]*\n(.*?)^```$/gms)].map(
    ([, language = '', text = '']) => ({ language, text }),
  );
}
