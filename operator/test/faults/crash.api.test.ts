import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { WHOLE, failuresOf, places } from './campaign.ts';
import type { Verdict } from './faults.ts';
import { endsWell, settles } from './oracle.ts';
import { prepared, undisturbed } from './runs.ts';
import type { Undisturbed } from './runs.ts';
import { SCENARIOS } from './scenarios.ts';
import type { Scenario } from './scenarios.ts';
import { startPlane } from './world.ts';
import type { Plane, World } from './world.ts';

jest.setTimeout(WHOLE ? 1_800_000 : 120_000);

let plane: Plane;
beforeAll(async () => {
  plane = await startPlane();
});
afterAll(() => plane.stop());

type Moment = 'before' | 'after';

interface Crash {
  moment: Moment;
  /** Number of the write, 1, 2, 3 … */
  place: number;
}

/** Kills the operator at a write, starts it anew, and applies the oracle. */
async function crash(
  scenario: Scenario,
  { moment, place }: Crash,
  { state }: Undisturbed,
): Promise<void> {
  const world = await prepared(plane, scenario);
  const died = killsAt(world, moment, place);
  await scenario.change(world.user, world.pods.port);
  await died;
  world.proxy.fail({});
  await world.startOperator();
  await settles(world, { state });
  await endsWell(world);
}

/** Resolves when the operator is dead. */
function killsAt({ proxy, operator }: World, moment: Moment, place: number): Promise<unknown> {
  const verdicts: Record<Moment, () => Verdict> = {
    before() {
      operator.kill();
      return { do: 'drop' };
    },
    after: () => ({ do: 'perform', then: 'drop', performed: operator.kill }),
  };
  proxy.fail({
    request: ({ write }) => (write === place ? verdicts[moment]() : { do: 'pass' }),
  });
  return operator.ended;
}

describe.each(SCENARIOS)('$name ($reason)', (scenario) => {
  let expected: Undisturbed;
  beforeAll(async () => {
    expected = await undisturbed(plane, scenario);
  });

  it.each<Moment>(['before', 'after'])(
    'comes to the same end when the operator dies right %s a write',
    async (moment) => {
      const cases = places(expected.writes.length).map((place) => ({ moment, place }));
      const nameOf = ({ place }: Crash): string => `${place} (${expected.writes[place - 1] ?? ''})`;
      expect(cases).not.toEqual([]);
      expect(await failuresOf(cases, nameOf, (one) => crash(scenario, one, expected))).toEqual([]);
    },
  );
});
