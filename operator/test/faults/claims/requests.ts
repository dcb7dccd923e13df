import { setTimeout as pause } from 'node:timers/promises';
import { WHOLE } from '../whole.ts';
import type { Case, Claim, Lab } from '../claim.ts';
import { settles } from '../oracle.ts';
import { described } from '../proxy/exchange.ts';
import type { Exchange } from '../proxy/exchange.ts';
import { failure } from '../proxy/faults.ts';
import type { Verdict } from '../proxy/faults.ts';
import { inWorld } from '../runs.ts';
import { SCENARIOS } from '../scenarios.ts';
import type { Scenario } from '../scenarios.ts';
import { randomOf, seeds } from '../seed.ts';
import { faulty } from './faulty.ts';

interface RequestFault {
  name: string;
  verdict: Verdict;
  /** How long a client may wait before it notices. */
  limitMs?: number;
}

const CONFLICT = failure(409, 'Conflict', {
  message: 'the object has been modified; please apply your changes to the latest version',
});
const BUSY = {
  ...failure(429, 'TooManyRequests', { details: { retryAfterSeconds: 1 } }),
  headers: { 'retry-after': '1' },
};

const REQUEST_FAULTS: readonly RequestFault[] = [
  { name: 'is answered 429', verdict: { do: 'answer', answer: BUSY } },
  { name: 'is answered 500', verdict: { do: 'answer', answer: failure(500, 'InternalError') } },
  {
    name: 'is answered 503',
    verdict: { do: 'answer', answer: failure(503, 'ServiceUnavailable') },
  },
  { name: 'meets a conflict', verdict: { do: 'answer', answer: CONFLICT } },
  { name: 'is lost', verdict: { do: 'drop' } },
  {
    name: 'takes effect and is answered 504',
    verdict: { do: 'perform', then: failure(504, 'Timeout') },
  },
  { name: 'takes effect and its answer is lost', verdict: { do: 'perform', then: 'drop' } },
];
const SILENCE: RequestFault = {
  name: 'takes effect and is never answered',
  verdict: { do: 'perform', then: 'silence' },
  // Thirty seconds for each of them.
  limitMs: 600_000,
};

/** What the operator may say about these faults. */
const EXPECTED = [/reconcile failed, will be tried again/];

const [create, ...others] = SCENARIOS;
/** `create` needs no preparation and has the most writes. */
const sampled: readonly Scenario[] = create === undefined || WHOLE ? SCENARIOS : [create];

const EVERY_FIRST: readonly Claim[] = (WHOLE ? [...REQUEST_FAULTS, SILENCE] : REQUEST_FAULTS).map(
  (fault) => ({
    title: `comes to the same end when the first attempt of every write ${fault.name}`,
    cases: (lab) => sampled.map((scenario) => firstAttempts(lab, scenario, fault)),
  }),
);

export const REQUESTS: readonly Claim[] = [
  ...EVERY_FIRST,
  {
    title: 'comes to the same end when a single write fails, whichever it is',
    cases: (lab) => singleFailures(lab),
  },
  {
    title: 'comes to the same end after a storm of failing requests',
    cases: (lab) =>
      (WHOLE ? SCENARIOS : others).flatMap((scenario) =>
        seeds(WHOLE ? 20 : 1).map((seed) => storm(lab, scenario, seed)),
      ),
  },
  {
    title: 'stops although the API server never answers a write',
    cases: (lab) => [{ name: 'the first one', run: () => stops(lab) }],
  },
  {
    title: 'starts although the first requests of every kind fail',
    cases: (lab) =>
      REQUEST_FAULTS.slice(0, WHOLE ? 5 : 2).map(({ name, verdict }) => ({
        name,
        run: () => starts(lab, verdict),
      })),
  },
];

function firstAttempts(lab: Lab, scenario: Scenario, fault: RequestFault): Case {
  const tried = new Set<string>();
  const isFirst = (exchange: Exchange): boolean => {
    const known = tried.has(described(exchange));
    tried.add(described(exchange));
    return exchange.write > 0 && !known;
  };
  return faulty(lab, scenario, {
    name: 'every write',
    faults: () => ({
      request: (exchange) => (isFirst(exchange) ? fault.verdict : { do: 'pass' }),
    }),
    errors: EXPECTED,
    ...(fault.limitMs !== undefined && { limitMs: fault.limitMs }),
  });
}

async function singleFailures(lab: Lab): Promise<Case[]> {
  const chosen = WHOLE ? SCENARIOS : others.slice(0, 1);
  return (await Promise.all(chosen.map((scenario) => singleWrites(lab, scenario)))).flat();
}

async function singleWrites(lab: Lab, scenario: Scenario): Promise<Case[]> {
  const { writes } = await lab.undisturbed(scenario);
  return writes.map((write, index) => {
    const { name, verdict } = REQUEST_FAULTS[index % REQUEST_FAULTS.length] ?? SILENCE;
    return faulty(lab, scenario, {
      name: `${write} ${name}`,
      faults: () => ({
        request: (exchange) => (exchange.write === index + 1 ? verdict : { do: 'pass' }),
      }),
      errors: EXPECTED,
    });
  });
}

/** Reads and writes fail at random, for the first hundred requests. */
function storm(lab: Lab, scenario: Scenario, seed: number): Case {
  const random = randomOf(seed);
  const verdicts: readonly (() => Verdict)[] = [
    ...REQUEST_FAULTS.map(
      ({ verdict }) =>
        () =>
          verdict,
    ),
    () => ({ do: 'delay', until: pause(Math.round(random() * 500)) }),
  ];
  let requests = 0;
  const request = (exchange: Exchange): Verdict => {
    requests += 1;
    const chosen = verdicts[Math.floor(random() * verdicts.length)];
    // A read has no effect that could be lost; half of all requests pass.
    const isPossible = exchange.write > 0 || chosen?.().do !== 'perform';
    const fails = requests <= 100 && random() < 0.5 && isPossible;
    return fails && chosen !== undefined ? chosen() : { do: 'pass' };
  };
  return faulty(lab, scenario, {
    name: `seed ${seed}`,
    faults: () => ({ request }),
    errors: EXPECTED,
    limitMs: 90_000,
  });
}

/** The operator starts while lists, watches and its first writes fail twice each. */
async function starts({ plane, undisturbed }: Lab, verdict: Verdict): Promise<void> {
  const scenario = SCENARIOS[0];
  if (scenario === undefined) throw new Error('there are no scenarios');
  const { state } = await undisturbed(scenario);
  const tries = new Map<string, number>();
  await inWorld(
    plane,
    async (world) => {
      world.proxy.fail({
        request(exchange) {
          const count = (tries.get(described(exchange)) ?? 0) + 1;
          tries.set(described(exchange), count);
          return count <= 2 ? verdict : { do: 'pass' };
        },
      });
      await scenario.change(world.user, world.pods.port);
      await world.startOperator();
      await settles(world, { state });
    },
    EXPECTED,
  );
}

/** The operator is told to stop while a write of its is not answered. */
async function stops({ plane }: Lab): Promise<void> {
  const scenario = SCENARIOS[0];
  if (scenario === undefined) throw new Error('there are no scenarios');
  await inWorld(
    plane,
    async (world) => {
      const silent = Promise.withResolvers<undefined>();
      world.proxy.fail({
        request(exchange) {
          if (exchange.write === 0) return { do: 'pass' };
          silent.resolve(undefined);
          return SILENCE.verdict;
        },
      });
      await scenario.change(world.user, world.pods.port);
      await world.startOperator();
      await silent.promise;
    },
    EXPECTED,
  );
}
