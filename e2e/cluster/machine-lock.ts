import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ClusterError } from './cluster-error.ts';
import { paths } from './paths.ts';
import { identityOf, isRunning } from './processes.ts';
import type { ProcessIdentity } from './processes.ts';
import { waitFor } from './wait.ts';

const defaultFile = `${paths.state}.lock`;

async function holderOf(file: string): Promise<ProcessIdentity | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  try {
    return JSON.parse(text) as ProcessIdentity;
  } catch {
    // Its holder was killed between creating the file and writing it, or it is gone.
    return undefined;
  }
}

async function take(file: string, identity: ProcessIdentity): Promise<boolean> {
  try {
    await writeFile(file, JSON.stringify(identity), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const holder = await holderOf(file);
  if (holder === undefined || !(await isRunning(holder))) await rm(file, { force: true });
  return false;
}

export interface LockOptions {
  readonly file?: string;
  /** How long to wait for the holder. */
  readonly seconds?: number;
}

/**
 * Does something that only one process of the machine may do at a time; waits for the one that does.
 *
 * A lock whose holder was killed is taken over.
 *
 * @throws ClusterError naming the holder when it does not finish in time.
 */
export async function withLock<T>(work: () => Promise<T>, options: LockOptions = {}): Promise<T> {
  const { file = defaultFile, seconds = 1800 } = options;
  const identity = await identityOf(process.pid);
  await mkdir(dirname(file), { recursive: true });
  try {
    await waitFor('the lock is free', () => take(file, identity), { seconds });
  } catch (cause) {
    const pid = (await holderOf(file))?.pid ?? '?';
    throw new ClusterError(`process ${pid} is bringing the cluster up or down`, { cause });
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}
