/**
 * Runs the checks and the suites one after the other, shows how each ends, and prints
 * `N passed, N failed` as the last line. `check` runs only what needs no server of any kind.
 */
import { run } from './run.ts';
import type { Count } from './run.ts';
import { CHECKS, SUITES } from './steps.ts';

const steps = process.argv[2] === 'check' ? CHECKS : [...CHECKS, ...SUITES];
const total: Count = { passed: 0, failed: 0 };
const rows: string[] = [];

for (const [index, step] of steps.entries()) {
  console.log(`\n━━ ${index + 1} of ${steps.length}: ${step.name}`);
  const startMs = Date.now();
  const { passed, failed } = await run(step);
  total.passed += passed;
  total.failed += failed;
  const seconds = Math.round((Date.now() - startMs) / 1000);
  const verdict = failed === 0 ? 'ok    ' : 'FAILED';
  rows.push(
    `  ${verdict} ${step.name.padEnd(46)} ${`${passed} passed, ${failed} failed`.padEnd(26)} ${seconds} s`,
  );
}

console.log(`\n${rows.join('\n')}\n`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
