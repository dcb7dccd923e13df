import { readFile } from 'node:fs/promises';

/** Linux counts processor time in hundredths of a second, whatever the machine. */
export const MS_PER_TICK = 10;

/** Processor time of a process so far, from the text of /proc/<pid>/stat. */
export function cpuMs(stat: string): number {
  // The program's name, in parentheses, may contain spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}

/** Resident memory now and at its highest, in KiB, from the text of /proc/<pid>/status. */
export function residentKib(status: string): { now: number; peak: number } {
  const field = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]);
  return { now: field('VmRSS'), peak: field('VmHWM') };
}

export async function readCpuMs(pid: number): Promise<number> {
  return cpuMs(await readFile(`/proc/${pid}/stat`, 'utf8'));
}

export async function readResidentKib(pid: number): Promise<{ now: number; peak: number }> {
  return residentKib(await readFile(`/proc/${pid}/status`, 'utf8'));
}
