import { readFile, readdir } from 'node:fs/promises';

/** The process of an operator pod: containers of the embedded cluster are processes of this machine. */
export async function processOf(pod: string): Promise<number> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    // One that has ended since, or the kernel's own.
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    if (environment.split('\0').includes(`POD_NAME=${pod}`)) return Number(pid);
  }
  throw new Error(`no process of this machine belongs to pod ${pod}`);
}
