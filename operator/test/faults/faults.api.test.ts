import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Campaign } from './claim.ts';
import type { Claim, Lab } from './claim.ts';
import { CRASHES } from './claims/crash.ts';
import { FOREIGN } from './claims/foreign.ts';
import { REQUESTS } from './claims/requests.ts';
import { REST } from './claims/rest.ts';
import { SCHEMA_WALK } from './claims/schema-walk.ts';
import { STALE } from './claims/stale.ts';
import { WATCHES } from './claims/watches.ts';
import { undisturbed } from './runs.ts';
import type { Undisturbed } from './runs.ts';
import type { Scenario } from './scenarios.ts';
import { WHOLE } from './whole.ts';
import { startPlane } from './world.ts';
import type { Plane } from './world.ts';

const PARTS: Record<string, readonly Claim[]> = {
  rest: REST,
  requests: REQUESTS,
  watches: WATCHES,
  crash: CRASHES,
  foreign: FOREIGN,
  stale: STALE,
  schema: SCHEMA_WALK,
};
/** `FAULTS=crash,stale` runs only these parts. */
const wanted = Object.entries(PARTS).filter(
  ([part]) => process.env.FAULTS?.split(',').includes(part) ?? true,
);

jest.setTimeout(WHOLE ? 4 * 3_600_000 : 400_000);

let plane: Plane;
let telling: NodeJS.Timeout | undefined;
const results = new Map<Claim, Promise<string[]>>();

// All cases share one pool: a test's own time says nothing, the sum does.
beforeAll(async () => {
  plane = await startPlane();
  const known = new Map<Scenario, Promise<Undisturbed>>();
  const lab: Lab = {
    plane,
    undisturbed(scenario) {
      const run = known.get(scenario) ?? undisturbed(plane, scenario);
      known.set(scenario, run);
      return run;
    },
  };
  const tell = (line: string): void => {
    if (WHOLE) process.stderr.write(`${line}\n`);
  };
  const campaign = new Campaign(lab, tell);
  telling = setInterval(() => {
    tell(campaign.progress);
  }, 60_000);
  for (const claim of wanted.flatMap(([, claims]) => claims)) {
    const result = campaign.failuresOf(claim);
    // Its test awaits it later, and rejects then.
    result.catch(() => undefined);
    results.set(claim, result);
  }
});
afterAll(() => {
  clearInterval(telling);
  return plane.stop();
});

describe.each(wanted)('%s', (_part, claims) => {
  it.each(claims.map((claim) => [claim.title, claim] as const))('%s', async (_title, claim) => {
    expect(await results.get(claim)).toEqual([]);
  });
});
