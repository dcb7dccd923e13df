import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Step } from './steps.ts';

export interface Count {
  passed: number;
  failed: number;
}

/** Runs a step with its output shown. A check counts as one test, a suite as its tests. */
export async function run(step: Step): Promise<Count> {
  if (step.suite === undefined) {
    const code = await start(step.command);
    return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  }
  const folder = await mkdtemp(join(tmpdir(), 'a2a-test-'));
  const outputFile = join(folder, 'results.json');
  const code = await start([...step.command, '--json', `--outputFile=${outputFile}`]);
  const results = await readFile(outputFile, 'utf8').catch(() => undefined);
  await rm(folder, { recursive: true });
  return suiteCount(results, code);
}

interface JestResults {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numRuntimeErrorTestSuites: number;
}

/** A skipped test is a failed one, and so is a suite that did not even start. */
export function suiteCount(results: string | undefined, exitCode: number): Count {
  if (results === undefined) return { passed: 0, failed: 1 };
  const counts = JSON.parse(results) as JestResults;
  const failed = counts.numFailedTests + counts.numPendingTests + counts.numRuntimeErrorTestSuites;
  const passed = counts.numPassedTests;
  const unexplained = failed === 0 && (exitCode !== 0 || passed === 0);
  return { passed, failed: unexplained ? 1 : failed };
}

function start([command = '', ...args]: readonly string[]): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'inherit' });
    child.on('error', (error) => {
      console.error(`${command} did not start: ${error.message}`);
      resolve(1);
    });
    child.on('exit', (code) => {
      resolve(code ?? 1);
    });
  });
}
