import { setTimeout as pause } from 'node:timers/promises';
import { WHOLE } from '../whole.ts';
import type { Claim, Lab } from '../claim.ts';
import { described } from '../proxy/exchange.ts';
import { settles } from '../oracle.ts';
import { inWorld, prepare } from '../runs.ts';
import { SCENARIOS } from '../scenarios.ts';
import type { Scenario } from '../scenarios.ts';

/** Longer than every pause of the operator: each server is looked at again after 66 s at the latest. */
const REST_MS = 75_000;

export const REST: readonly Claim[] = [
  {
    title: 'writes nothing for longer than any of its pauses, once all is as it should be',
    cases: (lab) =>
      (WHOLE ? SCENARIOS : SCENARIOS.slice(0, 1)).map((scenario) => ({
        name: scenario.name,
        run: () => rests(lab, scenario),
      })),
  },
];

async function rests({ plane, undisturbed }: Lab, scenario: Scenario): Promise<void> {
  const { state } = await undisturbed(scenario);
  await inWorld(plane, async (world) => {
    await prepare(plane, world, scenario);
    await scenario.change(world.user, world.pods.port);
    await settles(world, { state });
    const { record } = world.proxy;
    const before = record.writes.length;
    await pause(REST_MS);
    const writes = record.writes.slice(before).map(described);
    if (writes.length > 0) throw new Error(`at rest it wrote ${writes.join(', ')}`);
  });
}
