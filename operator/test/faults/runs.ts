import { described } from './exchange.ts';
import { QUIET_MS, endsWell } from './oracle.ts';
import type { Scenario } from './scenarios.ts';
import { allReady } from './scenarios.ts';
import { objectsOf } from './state.ts';
import type { State } from './state.ts';
import { World } from './world.ts';
import type { Plane } from './world.ts';

/** What a scenario leads to when nothing goes wrong. */
export interface Undisturbed {
  state: State;
  /** In order, from the user's change to the end. */
  writes: readonly string[];
}

const LIMIT_MS = 60_000;

/** A world where a scenario is about to happen: what was before is settled, and counting starts. */
export async function prepared(plane: Plane, scenario: Scenario): Promise<World> {
  const world = await World.create(plane);
  const manifests = scenario.before(world.pods.port);
  await world.user.apply(...manifests);
  await world.startOperator();
  if (manifests.length > 0) await reaches(plane, world, allReady);
  world.proxy.record.restart();
  return world;
}

/** Runs a scenario without faults. */
export async function undisturbed(plane: Plane, scenario: Scenario): Promise<Undisturbed> {
  const world = await prepared(plane, scenario);
  await scenario.change(world.user, world.pods.port);
  await reaches(plane, world, scenario.reached);
  const state = await world.state();
  const writes = world.proxy.record.writes.map(described);
  await endsWell(world);
  return { state, writes };
}

/** Waits until the objects are as wanted and the operator has nothing left to write. */
async function reaches(
  { upstream }: Plane,
  { namespace, proxy }: World,
  reached: Scenario['reached'],
): Promise<void> {
  const deadline = performance.now() + LIMIT_MS;
  for (;;) {
    await proxy.record.quiet(QUIET_MS, LIMIT_MS);
    const objects = await objectsOf(upstream, namespace);
    if (reached(objects)) return;
    if (performance.now() > deadline) {
      throw new Error(`never came to its end: ${JSON.stringify(objects, null, 1)}`);
    }
  }
}
