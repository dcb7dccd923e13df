import type { Case, Lab } from '../claim.ts';
import { settles } from '../oracle.ts';
import type { Faults } from '../proxy/faults.ts';
import { inWorld, prepare } from '../runs.ts';
import type { Scenario } from '../scenarios.ts';
import type { World } from '../world.ts';

/** Something that goes wrong while a scenario happens. */
export interface Faulty {
  name: string;
  faults: (world: World) => Faults;
  /** Errors that the operator may log because of it. */
  errors?: readonly RegExp[];
  limitMs?: number;
}

/** A scenario that has to come to its undisturbed end although the faults go on. */
export function faulty({ plane, undisturbed }: Lab, scenario: Scenario, fault: Faulty): Case {
  const { name, faults, errors, limitMs } = fault;
  return {
    name: `${scenario.name}: ${name}`,
    async run() {
      const { state } = await undisturbed(scenario);
      const disturbed = async (world: World): Promise<void> => {
        await prepare(plane, world, scenario);
        world.proxy.fail(faults(world));
        await scenario.change(world.user, world.pods.port);
        await settles(world, { state, ...(limitMs !== undefined && { limitMs }) });
      };
      await inWorld(plane, disturbed, errors);
    },
  };
}
