import { isDeepStrictEqual } from 'node:util';
import { expect } from '@jest/globals';
import { described } from './exchange.ts';
import type { State } from './state.ts';
import type { World } from './world.ts';

/** Longer than the operator's own pause between two looks at pods that change. */
export const QUIET_MS = 2_500;

export interface Expectation {
  state: State;
  /** Error lines of the log that the fault explains; any other one is a defect. */
  errors?: readonly RegExp[];
  limitMs?: number;
}

/**
 * Waits until the operator writes nothing any more, and the state is the expected one. Rejects with the
 * difference and the last writes otherwise. Faults must be over or leave the operator a way.
 */
export async function settles(
  world: World,
  { state, limitMs = 45_000 }: Expectation,
): Promise<void> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    await world.proxy.record.quiet(QUIET_MS, limitMs);
    const found = await world.state();
    if (isDeepStrictEqual(found, state)) return;
    if (performance.now() > deadline) throw new Error(difference(world, state, found));
  }
}

/** Ends the world; rejects for exit codes and error lines that nobody expects. */
export async function endsWell(world: World, errors: readonly RegExp[] = []): Promise<void> {
  const { operators } = world;
  await world.stop();
  const code = await operators.at(-1)?.ended;
  if (code !== 0) throw new Error(`the operator exited with ${code ?? 'a signal'}`);
  const lines = operators
    .flatMap((operator) => operator.logs())
    .filter(({ level }) => level === 'error')
    .map((line) => JSON.stringify(line));
  const unexpected = lines.filter((line) => !errors.some((pattern) => pattern.test(line)));
  if (unexpected.length > 0) throw new Error(`unexpected errors:\n${unexpected.join('\n')}`);
}

function difference(world: World, expected: State, found: State): string {
  const writes = world.proxy.record.writes
    .slice(-15)
    .map((exchange) => `${described(exchange)} (${exchange.outcome})`);
  return `another state than expected:\n${differing(expected, found)}\nlast writes: ${writes.join(', ')}`;
}

function differing(expected: State, found: State): string {
  try {
    expect(found).toEqual(expected);
    return 'undefined here, missing there';
  } catch (error) {
    return (error as Error).message;
  }
}
