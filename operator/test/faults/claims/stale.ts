import { KINDS } from '../../../src/kube/kinds.ts';
import { agentManifest } from '../../manifests.ts';
import { WHOLE } from '../whole.ts';
import type { Case, Claim, Lab } from '../claim.ts';
import { server } from '../manifests.ts';
import { QUIET_MS, settles } from '../oracle.ts';
import type { Exchange } from '../proxy/exchange.ts';
import { PASS, failure } from '../proxy/faults.ts';
import type { Faults, Verdict } from '../proxy/faults.ts';
import { inWorld, prepare } from '../runs.ts';
import { SCENARIOS, allReady } from '../scenarios.ts';
import type { Scenario } from '../scenarios.ts';
import { objectsOf } from '../state.ts';
import type { World } from '../world.ts';
import { childrenOf } from './foreign-fields.ts';

/** An API server that is behind, and what it says to somebody who has seen more than it has. */
type Manner = 'says so' | 'lies';
/** How the operator comes to see it. */
type Meeting = 'a restart' | 'a reconnection';

const withIngress = (port: number, enabled: boolean): ReturnType<typeof server> =>
  server(port, { ingress: { enabled, host: 'demo.example.com' } });

const INGRESS_GOES: Scenario = {
  name: 'the Ingress goes and comes back',
  reason: 'an old view has another Ingress of the same name, or none',
  before: (port) => [agentManifest(), withIngress(port, true)],
  async change(user, port) {
    await user.apply(withIngress(port, false));
    await user.gone(KINDS.Ingress, 'demo');
    await user.apply(withIngress(port, true));
  },
  reached: allReady,
};
const MADE_ANEW: Scenario = {
  name: 'made anew under its name',
  reason: 'an old view has a server and children that are gone',
  before: (port) => [agentManifest(), server(port)],
  async change(user, port) {
    await user.delete(KINDS.A2AServer, 'demo');
    await user.gone(KINDS.Deployment, 'demo');
    await user.apply(server(port));
  },
  reached: allReady,
};

const lasting = SCENARIOS.filter(({ name }) => name !== 'delete');
const sampled = lasting.filter(({ name }) => name === 'update of the settings');
const scenarios = [...(WHOLE ? lasting : sampled), INGRESS_GOES, MADE_ANEW];
/** How many events the API server is behind. */
const BEHIND = WHOLE ? [1, 2, 3, 5, 8, 13, 21, 34] : [13];

const MEETINGS: readonly [Meeting, Manner][] = [
  ['a restart', 'lies'],
  ['a reconnection', 'says so'],
  ['a reconnection', 'lies'],
];

export const STALE: readonly Claim[] = [
  ...MEETINGS.map(([meeting, manner]): Claim => ({
    title: `deletes and replaces nothing after ${meeting} to an API server that is behind and ${manner}`,
    cases: (lab) =>
      scenarios.flatMap((scenario) =>
        BEHIND.map((events) => behind(lab, scenario, { meeting, manner, events })),
      ),
  })),
  {
    title: 'prunes nothing because of an old view in which it was not wanted',
    cases: (lab) => [unwantedForAMoment(lab)],
  },
];

/** A deletion or a write that an old view asks for is refused by the UID in it. */
const EXPECTED = [/UID in (the )?precondition/];

interface Lag {
  meeting: Meeting;
  manner: Manner;
  events: number;
}

function behind(lab: Lab, scenario: Scenario, lag: Lag): Case {
  const run = async (world: World): Promise<void> => {
    await prepare(lab.plane, world, scenario);
    const seen = versionsOf(world);
    await scenario.change(world.user, world.pods.port);
    const { state } = await lab.undisturbed(scenario);
    await settles(world, { state });
    const before = await uids(lab, world);
    const versions = seen();
    const past = versions.at(-1 - lag.events) ?? versions[0];
    if (past === undefined) throw new Error('the watches told nothing');
    await livesWith(world, past, lag);
    await settles(world, { state });
    if ((await uids(lab, world)) !== before) throw new Error('children were replaced');
  };
  return {
    name: `${scenario.name}, ${lag.events} events`,
    run: () => inWorld(lab.plane, run, EXPECTED),
  };
}

/** Shows the operator the past until it does nothing any more, then the present. */
async function livesWith(world: World, past: bigint, { meeting, manner }: Lag): Promise<void> {
  const { proxy } = world;
  const present = Promise.withResolvers<undefined>();
  const isReconnection = meeting === 'a reconnection';
  if (!isReconnection) await world.operator.stop();
  proxy.fail(pastFaults(past, { manner, expires: isReconnection, until: present.promise }));
  if (isReconnection) proxy.disconnect();
  else await world.startOperator();
  await proxy.record.quiet(QUIET_MS, 30_000);
  proxy.fail({});
  present.resolve(undefined);
}

interface Past {
  manner: Manner;
  /** Whether watches cannot go on from where they were, so that the whole state is asked for. */
  expires: boolean;
  until: Promise<unknown>;
}

/** What an API server does whose newest version is `past`. */
function pastFaults(past: bigint, { manner, expires, until }: Past): Faults {
  const version = String(past);
  const list = (query: URLSearchParams): Verdict =>
    query.has('continue')
      ? PASS
      : { do: 'rewrite', query: { resourceVersion: version, resourceVersionMatch: 'Exact' } };
  const watch = (query: URLSearchParams, asked: bigint): Verdict => {
    if (query.get('sendInitialEvents') === 'true') return { do: 'past', version, until };
    if (expires && asked > past) return { do: 'answer', answer: failure(410, 'Expired') };
    return { do: 'delay', until };
  };
  return {
    request({ verb, query }: Exchange): Verdict {
      if (verb !== 'list' && verb !== 'watch') return PASS;
      const asked = BigInt(query.get('resourceVersion') ?? '0');
      const isTooNew = query.get('resourceVersionMatch') === 'NotOlderThan' && asked > past;
      if (isTooNew && manner === 'says so') return { do: 'answer', answer: TOO_LARGE };
      return verb === 'list' ? list(query) : watch(query, asked);
    },
  };
}

/** In the words of the real one. */
const TOO_LARGE = failure(504, 'Timeout', {
  message: 'Too large resource version',
  details: {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  },
});

/** The versions that watches tell from now on, in order. */
function versionsOf({ proxy }: World): () => bigint[] {
  const versions = new Set<bigint>();
  proxy.fail({
    event({ object }) {
      versions.add(BigInt(object.metadata.resourceVersion ?? '0'));
      return { do: 'pass' };
    },
  });
  return () => [...versions].sort((a, b) => (a < b ? -1 : 1));
}

/** Kind, name and UID of every child, as one text. */
async function uids({ plane }: Lab, { namespace }: World): Promise<string> {
  return childrenOf(await objectsOf(plane.upstream, namespace))
    .map(({ kind, metadata }) => `${kind} ${metadata.name} ${metadata.uid ?? ''}`)
    .sort()
    .join('\n');
}

/**
 * The Ingress was unwanted for a moment, while no operator ran. One that sees just this moment must not
 * act upon it: by now it is wanted again.
 */
function unwantedForAMoment(lab: Lab): Case {
  const run = async (world: World): Promise<void> => {
    const { user } = world;
    await prepare(lab.plane, world, INGRESS_GOES);
    const state = await world.state();
    const before = await uids(lab, world);
    await world.operator.stop();
    const enabled = (value: boolean): object => ({ spec: { ingress: { enabled: value } } });
    const moment = await user.merge(KINDS.A2AServer, 'demo', enabled(false));
    await user.merge(KINDS.A2AServer, 'demo', enabled(true));
    const present = Promise.withResolvers<undefined>();
    const past = BigInt(moment.metadata.resourceVersion ?? '0');
    world.proxy.fail(pastFaults(past, { manner: 'lies', expires: false, until: present.promise }));
    await world.startOperator();
    await world.proxy.record.quiet(QUIET_MS, 30_000);
    world.proxy.fail({});
    present.resolve(undefined);
    await settles(world, { state });
    if ((await uids(lab, world)) !== before) throw new Error('a live child was deleted');
  };
  return { name: 'Ingress', run: () => inWorld(lab.plane, run) };
}
