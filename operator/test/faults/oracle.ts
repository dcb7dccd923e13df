import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { expect } from '@jest/globals';
import { LOADING } from '../../src/reconcile/status-writer.ts';
import { WHOLE } from './whole.ts';
import { described } from './proxy/exchange.ts';
import type { State } from './state.ts';
import type { World } from './world.ts';

/** Longer than the operator's own pause between two looks at pods that change. */
export const QUIET_MS = 2_500;

/** Longer than the operator holds back any status, but for progress in a rollout that is not over. */
export const END_MS = LOADING.decisionMs + 2_000;

const STOP_LIMIT_MS = 25_000;
/** Among a thousand cases, those who roll out may be slow. */
const LIMIT_MS = WHOLE ? 180_000 : 45_000;

export interface Expectation {
  state: State;
  limitMs?: number;
}

/**
 * Waits until the operator writes nothing any more, and the state is the expected one. Rejects with the
 * difference and the last writes otherwise. Faults must be over or leave the operator a way.
 */
export async function settles(
  world: World,
  { state, limitMs = LIMIT_MS }: Expectation,
): Promise<void> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    await world.proxy.record.quiet(QUIET_MS, limitMs);
    const found = await world.state();
    if (isDeepStrictEqual(found, state)) return;
    if (performance.now() > deadline) throw new Error(difference(world, state, found));
  }
}

/** Stops the operator; rejects for an exit code or an error line that nobody expects. */
export async function endsWell(world: World, errors: readonly RegExp[] = []): Promise<void> {
  // Whatever is still failing must not keep the operator from ending.
  world.proxy.fail({});
  const code = await Promise.race([
    world.operator.stop(),
    pause(STOP_LIMIT_MS, 'never', { ref: false }),
  ]);
  if (code !== 0) throw new Error(`the operator exited with ${code ?? 'a signal'}`);
  const unexpected = linesOf(world, 'error').filter(
    (line) => !errors.some((pattern) => pattern.test(line)),
  );
  if (unexpected.length > 0) throw new Error(`unexpected errors:\n${unexpected.join('\n')}`);
}

/** Log lines of a level, of every process of the world. */
export function linesOf({ operators }: World, level: string): string[] {
  return operators
    .flatMap((operator) => operator.logs())
    .filter((line) => line.level === level)
    .map((line) => JSON.stringify(line));
}

function difference(world: World, expected: State, found: State): string {
  const writes = world.proxy.record.writes
    .slice(-15)
    .map((exchange) => `${described(exchange)} (${exchange.outcome})`);
  return `another state than expected:\n${differing(expected, found)}\nlast writes: ${writes.join(', ')}`;
}

/** How two states differ, for people. */
export function differing(expected: State, found: State): string {
  try {
    expect(found).toEqual(expected);
    return 'undefined here, missing there';
  } catch (error) {
    return (error as Error).message;
  }
}
