import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Content of the folder's files by name. */
export type FolderContent = Readonly<Record<string, string>>;

const FILES = /^[^.].*\.(json|ya?ml)$/;

/**
 * Reads the agents folder. Follows links, because Kubernetes mounts files as links into `..data`;
 * ignores everything that begins with a dot. Rejects when the folder or a file in it cannot be read,
 * because leaving the file out would mean that its agent was removed; a file that vanishes meanwhile
 * is left out.
 */
export async function readFolder(dir: string): Promise<FolderContent> {
  const names = (await readdir(dir)).filter((name) => FILES.test(name)).sort();
  const contents = await Promise.all(names.map((name) => readText(join(dir, name))));
  return Object.fromEntries(
    names.flatMap((name, index) => {
      const content = contents[index];
      return content === undefined ? [] : [[name, content]];
    }),
  );
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
