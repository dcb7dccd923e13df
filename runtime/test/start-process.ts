import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { ChildProcess } from 'node:child_process';

/** The runtime as a process of its own, from sources. */
export interface StartedProcess {
  child: ChildProcess;
  /** What it has written so far, to both outputs. */
  output: () => string;
  /** Its exit code, when it has ended. */
  exitCode: Promise<unknown>;
}

/** Starts it with exactly this environment. It is killed with the test's process at the latest. */
export function startProcess(env: Record<string, string>): StartedProcess {
  const main = join(import.meta.dirname, '..', 'src', 'main.ts');
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => (output += String(text)));
  }
  const exitCode = once(child, 'exit').then(([code]: unknown[]) => code);
  return { child, output: () => output, exitCode };
}
