import { readFile } from 'node:fs/promises';
import { MS_PER_TICK, readCpuMs } from './process-readings.ts';

/** Processor time of the machine so far, in milliseconds, from the text of /proc/stat. */
export function machineMs(stat: string): { busy: number; all: number } {
  const line = stat.slice(0, stat.indexOf('\n')).trim().split(/\s+/);
  // The last two, of guests, are already in the first two.
  const ticks = line.slice(1, 9).map(Number);
  const sum = ticks.reduce((total, each) => total + each, 0);
  const [, , , idle = 0, waiting = 0] = ticks;
  return { busy: (sum - idle - waiting) * MS_PER_TICK, all: sum * MS_PER_TICK };
}

/**
 * How much of the machine others had while something was measured: two ratios of one run compare only
 * when that was about the same.
 */
export class OthersLoad {
  readonly #pids: readonly number[];
  readonly #begin: Reading;

  private constructor(pids: readonly number[], begin: Reading) {
    this.#pids = pids;
    this.#begin = begin;
  }

  /** `pids` are the processes that belong to what is measured; this one does, too. */
  static async begin(pids: readonly number[]): Promise<OthersLoad> {
    const own = [...pids, process.pid];
    return new OthersLoad(own, await reading(own));
  }

  /** Their share of all processors since the beginning; `started` are pids that came later. */
  async share(started: readonly number[] = []): Promise<number> {
    const { busy, all, own } = await reading([...this.#pids, ...started]);
    const others = busy - this.#begin.busy - (own - this.#begin.own);
    return Math.max(0, others / (all - this.#begin.all));
  }
}

interface Reading {
  busy: number;
  all: number;
  own: number;
}

async function reading(pids: readonly number[]): Promise<Reading> {
  const own = await Promise.all(pids.map(readCpuMs));
  const machine = machineMs(await readFile('/proc/stat', 'utf8'));
  return { ...machine, own: own.reduce((sum, each) => sum + each, 0) };
}
