import { described } from './proxy/exchange.ts';
import { END_MS, QUIET_MS, endsWell, linesOf } from './oracle.ts';
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
  /** How many events the watches brought meanwhile. */
  events: number;
}

const LIMIT_MS = 60_000;

/**
 * Runs a case in a world of its own. Afterwards the operator must stop as it should, with no error in
 * its log but those of `errors`; a failing case tells the last of them, whatever they are.
 */
export async function inWorld<T>(
  plane: Plane,
  work: (world: World) => Promise<T>,
  errors: readonly RegExp[] = [],
): Promise<T> {
  const world = await World.create(plane);
  try {
    const result = await work(world);
    await endsWell(world, errors);
    return result;
  } catch (error) {
    const lines = ['warn', 'error'].flatMap((level) => linesOf(world, level).slice(-5));
    throw new Error(`${String(error)}\nlog: ${lines.join('\n')}`, { cause: error });
  } finally {
    await world.stop();
  }
}

/** Brings a world to where a scenario is about to happen: what is before is settled, counting starts. */
export async function prepare(plane: Plane, world: World, scenario: Scenario): Promise<void> {
  const manifests = scenario.before(world.pods.port);
  await world.user.apply(...manifests);
  await world.startOperator();
  if (manifests.length > 0) await reaches(plane, world, allReady);
  world.proxy.record.restart();
}

/** Runs a scenario without faults. */
export function undisturbed(plane: Plane, scenario: Scenario): Promise<Undisturbed> {
  return inWorld(plane, async (world) => {
    await prepare(plane, world, scenario);
    let events = 0;
    world.proxy.fail({
      event() {
        events += 1;
        return { do: 'pass' };
      },
    });
    await scenario.change(world.user, world.pods.port);
    await reaches(plane, world, scenario.reached, END_MS);
    const writes = world.proxy.record.writes.map(described);
    return { state: await world.state(), writes, events };
  });
}

/** Waits until the objects are as wanted and the operator has nothing left to write. */
async function reaches(
  { upstream }: Plane,
  { namespace, proxy }: World,
  reached: Scenario['reached'],
  quietMs = QUIET_MS,
): Promise<void> {
  const deadline = performance.now() + LIMIT_MS;
  for (;;) {
    await proxy.record.quiet(quietMs, LIMIT_MS);
    const objects = await objectsOf(upstream, namespace);
    if (reached(objects)) return;
    if (performance.now() > deadline) {
      throw new Error(`never came to its end: ${JSON.stringify(objects, null, 1)}`);
    }
  }
}
