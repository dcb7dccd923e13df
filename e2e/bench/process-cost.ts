import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { waitFor } from '../cluster/wait.ts';
import type { ChildProcess } from 'node:child_process';

/** A program, and how it shows that it is ready. */
export interface Program {
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  isReady: () => Promise<boolean>;
  /** What it is put through when its memory has settled. */
  exercise?: () => Promise<void>;
}

/** What one run of a program costs. */
export interface Cost {
  /** From the spawn to the first sign of readiness, in milliseconds. */
  startMs: number;
  /** Resident memory when it has settled, in MB (10⁶ bytes). */
  residentMb: number;
  /** The same after the exercise; absent without one. */
  exercisedMb?: number;
}

/** Often enough to tell milliseconds, seldom enough to leave the processor to the program. */
const POLL_MS = 5;
const SETTLING_MS = 500;
/** Readings in a row that may differ by 1 %. */
const EQUAL_READINGS = 4;
const MOST_READINGS = 40;

/** Starts a program on this very Node.js, waits until it idles, and ends it. */
export async function costOf({ args, env, isReady, exercise }: Program): Promise<Cost> {
  const begunMs = performance.now();
  // The log goes nowhere, so that nobody has to read it.
  const child = spawn(process.execPath, args, { env: { ...env }, stdio: 'ignore' });
  try {
    const ready = async (): Promise<boolean> => await isReady().catch(() => false);
    await waitFor('the start', ready, { seconds: 20, everyMilliseconds: POLL_MS });
    const startMs = performance.now() - begunMs;
    const cost = { startMs, residentMb: await settledResidentMb(child) };
    if (exercise === undefined) return cost;
    await exercise();
    return { ...cost, exercisedMb: await settledResidentMb(child) };
  } finally {
    const ended = once(child, 'exit');
    if (child.kill()) await ended;
  }
}

async function settledResidentMb(child: ChildProcess): Promise<number> {
  const last: number[] = [];
  for (let reading = 0; reading < MOST_READINGS; reading += 1) {
    await pause(SETTLING_MS);
    last.push(await residentMb(child.pid ?? 0));
    if (last.length > EQUAL_READINGS) last.shift();
    const isSettled = Math.max(...last) <= Math.min(...last) * 1.01;
    if (last.length === EQUAL_READINGS && isSettled) break;
  }
  return last.at(-1) ?? Number.NaN;
}

async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return (Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024) / 1e6;
}
