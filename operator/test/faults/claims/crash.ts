import { WHOLE } from '../whole.ts';
import type { Claim } from '../claim.ts';
import { settles } from '../oracle.ts';
import type { Verdict } from '../proxy/faults.ts';
import { inWorld, prepare } from '../runs.ts';
import type { Undisturbed } from '../runs.ts';
import { SCENARIOS } from '../scenarios.ts';
import type { Scenario } from '../scenarios.ts';
import type { Plane, World } from '../world.ts';

const MOMENTS = ['before', 'after'] as const;

interface Crash {
  moment: (typeof MOMENTS)[number];
  /** Number of the write, 1, 2, 3 … */
  place: number;
}

/** The operator holds no state, so it may die between any two writes. */
export const CRASHES: readonly Claim[] = SCENARIOS.flatMap((scenario) =>
  MOMENTS.map((moment) => ({
    title: `${scenario.name}: comes to the same end when the operator dies right ${moment} a write (${scenario.reason})`,
    async cases({ plane, undisturbed }) {
      const expected = await undisturbed(scenario);
      return places(expected.writes.length, moment).map((place) => ({
        name: `write ${place} (${expected.writes[place - 1] ?? ''})`,
        run: () => crash(plane, scenario, { moment, place }, expected),
      }));
    },
  })),
);

/** Places of writes; of the sample, those where the least and the most is done. */
function places(count: number, moment: Crash['moment']): number[] {
  const all = Array.from({ length: count }, (_, index) => index + 1);
  const middle = Math.ceil(count / 2);
  const sample = moment === 'before' ? [1, count] : [1, middle];
  return WHOLE ? all : all.filter((place) => sample.includes(place));
}

/** Kills the operator at a write, starts it anew, and applies the oracle. */
function crash(
  plane: Plane,
  scenario: Scenario,
  { moment, place }: Crash,
  { state }: Undisturbed,
): Promise<void> {
  return inWorld(plane, async (world) => {
    await prepare(plane, world, scenario);
    const died = killsAt(world, moment, place);
    await scenario.change(world.user, world.pods.port);
    await died;
    world.proxy.fail({});
    await world.startOperator();
    await settles(world, { state });
  });
}

/** Resolves when the operator is dead. */
function killsAt(
  { proxy, operator }: World,
  moment: Crash['moment'],
  place: number,
): Promise<unknown> {
  const kill = (): void => {
    operator.kill();
  };
  const verdict = (): Verdict => {
    if (moment === 'after') return { do: 'perform', then: 'drop', performed: kill };
    kill();
    return { do: 'drop' };
  };
  proxy.fail({ request: ({ write }) => (write === place ? verdict() : { do: 'pass' }) });
  return operator.ended;
}
