import { readFile } from 'node:fs/promises';
import { run } from './command.ts';
import { waitFor } from './wait.ts';

/**
 * The mount points below some folders, in the order in which they can be unmounted: the latest first.
 *
 * @param mountinfo the text of /proc/self/mountinfo.
 */
export function mountsBelow(mountinfo: string, parents: readonly string[]): string[] {
  return mountinfo
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .map((point) => point.replace(/\\040/g, ' '))
    .filter((point) => parents.some((parent) => point === parent || point.startsWith(`${parent}/`)))
    .reverse();
}

async function currentMounts(parents: readonly string[]): Promise<string[]> {
  return mountsBelow(await readFile('/proc/self/mountinfo', 'utf8'), parents);
}

/** Unmounts everything below the given folders. Needs the processes that use them to be gone. */
export async function unmountBelow(parents: readonly string[]): Promise<void> {
  const unmounted = async (): Promise<boolean> => {
    for (const point of await currentMounts(parents)) await run('umount', [point]);
    return (await currentMounts(parents)).length === 0;
  };
  await waitFor(`nothing is mounted below ${parents.join(', ')}`, unmounted, { seconds: 15 });
}
