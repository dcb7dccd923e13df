import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The licences of all packages that are in a bundle, as one text sorted by package. `inputs` are
 * the bundled files, relative to the working directory. Throws for a package without a licence.
 */
export async function licenses(inputs: readonly string[]): Promise<string> {
  const folders = [...new Set(inputs.flatMap((input) => packageFolder(input) ?? []))].sort();
  const sections = await Promise.all(folders.map(section));
  return sections.join(`\n${'-'.repeat(80)}\n\n`);
}

/** The folder of the package that a file belongs to; undefined for our own files. */
export function packageFolder(file: string): string | undefined {
  return /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
}

async function section(folder: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    license?: string;
  };
  const file = (await readdir(folder)).find((name) => /^(licen[cs]e|copying)/i.test(name));
  if (file === undefined && manifest.license === undefined) {
    throw new Error(`${manifest.name} has no licence`);
  }
  const text = file === undefined ? '' : await readFile(join(folder, file), 'utf8');
  return `${manifest.name} ${manifest.version} (${manifest.license ?? 'see below'})\n\n${text.trim()}\n`;
}
