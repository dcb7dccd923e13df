import { CHILD_KINDS, KINDS, kindOf } from '../../../src/kube/kinds.ts';
import { eventually } from '../../api-server.ts';
import { agentManifest } from '../../manifests.ts';
import type { Manifest } from '../../manifests.ts';
import { WHOLE } from '../whole.ts';
import type { Case, Claim, Lab } from '../claim.ts';
import { server } from '../manifests.ts';
import { settles } from '../oracle.ts';
import { described } from '../proxy/exchange.ts';
import { inWorld, prepare } from '../runs.ts';
import { allReady } from '../scenarios.ts';
import type { Scenario } from '../scenarios.ts';
import { conditionIn, objectsOf } from '../state.ts';
import type { LiveObject, State } from '../state.ts';
import type { World } from '../world.ts';
import { childrenOf, everyFieldIsRestored } from './foreign-fields.ts';

const demo = (port: number): Manifest[] => [
  agentManifest(),
  server(port, { ingress: { enabled: true, host: 'demo.example.com', className: 'any' } }),
];
const DEMO: Scenario = {
  name: 'a server with everything',
  reason: 'foreign hands need something to lay on',
  before: demo,
  change: () => Promise.resolve(),
  reached: allReady,
};

/** What somebody else did to the server's objects, and what must have become of it. */
export const FOREIGN: readonly Claim[] = [
  {
    title: 'restores every field that it set when somebody changes it',
    // What is left of somebody's own list items is theirs, so the end is not compared.
    cases: (lab) => ofEveryKind(lab, everyFieldIsRestored, () => Promise.resolve()),
  },
  {
    title: 'leaves alone what others add to its objects',
    cases: (lab) => ofAllKinds(lab, othersNoteIsKept),
  },
  {
    title: 'makes anew what somebody deletes',
    cases: (lab) =>
      (WHOLE ? PROPAGATIONS : PROPAGATIONS.slice(0, 1)).flatMap((how) =>
        ofAllKinds(lab, ({ user }, child) => user.delete(kindOf(child), child.metadata.name, how)),
      ),
  },
  {
    title: 'never touches an object that lost its owner, and goes on when it is gone',
    cases: (lab) => ofEveryKind(lab, isNotAdoptedWithoutOwner).slice(WHOLE ? 0 : -3),
  },
  {
    title: 'never touches an object that somebody else controls, and goes on when it is gone',
    // Who owns it instead makes no difference to a kind.
    cases: (lab) => ofEveryKind(lab, isNotAdoptedOfAnother).slice(WHOLE ? 0 : -2),
  },
  {
    title: 'adopts no orphan of an earlier server of the same name',
    cases: (lab) => [inDemo(lab, 'cascade=orphan', orphansAreLeft(lab))],
  },
  {
    title: 'comes to the same end when a server is deleted and made anew under its name',
    cases: (lab) =>
      (['Background', 'Foreground'] as const).map((how) =>
        inDemo(lab, how, async (world, state) => {
          await world.user.delete(KINDS.A2AServer, 'demo', how);
          await madeAnew(world);
          await settles(world, { state, limitMs: LIMIT_MS });
        }),
      ),
  },
  {
    title: 'makes nothing anew while its server waits for the end of its objects',
    cases: (lab) => [inDemo(lab, 'foreground deletion', nothingComesBack(lab))],
  },
];

const PROPAGATIONS = ['Background', 'Foreground', 'Orphan'] as const;
/** Longer than the operator's look around when nothing happens: some ends are seen by it alone. */
const LIMIT_MS = 100_000;

/** Between two looks of the operator somebody may free a name that was taken, or the other way round. */
const CONFLICTS = [/the object has been modified/];

type Act = (world: World, state: State) => Promise<void>;

/** A case in a world with a settled server. */
function inDemo({ plane }: Lab, name: string, act: Act): Case {
  const prepared = async (world: World): Promise<void> => {
    await prepare(plane, world, DEMO);
    await act(world, await world.state());
  };
  return { name, run: () => inWorld(plane, prepared, CONFLICTS) };
}

type Hand = (world: World, child: LiveObject) => Promise<void>;

/** Lays hand on every child of a kind (of the sample, one); afterwards everything must be as it was. */
function ofEveryKind(
  lab: Lab,
  hand: Hand,
  check: Act = (world, state) => settles(world, { state, limitMs: LIMIT_MS }),
): Case[] {
  return CHILD_KINDS.map(({ kind }) =>
    inDemo(lab, kind, async (world, state) => {
      for (const child of await chosen(lab, world, kind)) await hand(world, child);
      await check(world, state);
    }),
  );
}

/** As `ofEveryKind`; of the sample all in one world, because one does not disturb the other. */
function ofAllKinds(lab: Lab, hand: Hand): Case[] {
  if (WHOLE) return ofEveryKind(lab, hand);
  const all: Act = async (world, state) => {
    for (const { kind } of CHILD_KINDS) {
      for (const child of await chosen(lab, world, kind)) await hand(world, child);
    }
    await settles(world, { state, limitMs: LIMIT_MS });
  };
  return [inDemo(lab, 'every kind', all)];
}

async function chosen(lab: Lab, world: World, kind: string): Promise<LiveObject[]> {
  const all = (await children(lab, world)).filter((child) => child.kind === kind);
  if (all.length === 0) throw new Error(`the server owns no ${kind}`);
  return WHOLE ? all : all.slice(-1);
}

async function children({ plane }: Lab, { namespace }: World): Promise<LiveObject[]> {
  return childrenOf(await objectsOf(plane.upstream, namespace));
}

/** A label of ours is changed too, so that the operator has to write the object. */
async function othersNoteIsKept({ user }: World, child: LiveObject): Promise<void> {
  const kind = kindOf(child);
  const { name, labels } = child.metadata;
  const partOf = 'app.kubernetes.io/part-of';
  await user.merge(kind, name, {
    metadata: { annotations: { 'others/note': 'kept' }, labels: { [partOf]: 'changed' } },
  });
  const repaired = await eventually(`${child.kind} ${name} being repaired`, async () => {
    const found = await user.get(kind, name);
    return found?.metadata.labels?.[partOf] === labels?.[partOf] ? found : undefined;
  });
  if (repaired.metadata.annotations?.['others/note'] !== 'kept')
    throw new Error('the note is gone');
  await user.merge(kind, name, { metadata: { annotations: { 'others/note': null } } });
}

async function isNotAdoptedWithoutOwner(world: World, child: LiveObject): Promise<void> {
  const { user } = world;
  const { name } = child.metadata;
  const ownerReferences = await staysForeign(world, child, null);
  if (ownerReferences !== undefined) throw new Error(`${child.kind} ${name} was adopted`);
  await user.delete(kindOf(child), name);
}

async function isNotAdoptedOfAnother(world: World, child: LiveObject): Promise<void> {
  const { user } = world;
  await user.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'other' } });
  const uid = (await user.get(KINDS.ConfigMap, 'other'))?.metadata.uid;
  const other = { apiVersion: 'v1', kind: 'ConfigMap', name: 'other', uid, controller: true };
  const [owner, ...others] = (await staysForeign(world, child, [other])) ?? [];
  if (owner?.name !== 'other' || others.length > 0) throw new Error('its owners were changed');
  // The garbage collector takes the object along.
  await user.delete(KINDS.ConfigMap, 'other');
}

/** Gives an object other owners; the server must say that the name is taken. Gives what they are then. */
async function staysForeign(
  world: World,
  child: LiveObject,
  owners: object[] | null,
): Promise<LiveObject['metadata']['ownerReferences']> {
  const { name } = child.metadata;
  const changed = await world.user.merge(kindOf(child), name, {
    metadata: { ownerReferences: owners, labels: { mine: 'yes' } },
  });
  await saysNameTaken(world, `${child.kind} "${name}"`);
  await world.proxy.record.quiet(1_000, 20_000);
  const found = await world.user.get(kindOf(child), name);
  if (found?.metadata.uid !== changed.metadata.uid) throw new Error(`${name} was made anew`);
  return found?.metadata.ownerReferences;
}

async function saysNameTaken({ user }: World, what: string): Promise<void> {
  await eventually(`Stalled with NameTaken for ${what}`, async () => {
    const found = (await user.get(KINDS.A2AServer, 'demo')) as LiveObject | undefined;
    const stalled = conditionIn(found, 'Stalled');
    const isSaid = stalled?.reason === 'NameTaken' && stalled.message.includes(what);
    return isSaid ? true : undefined;
  });
}

/** Applies the server again when the last one is gone. */
async function madeAnew({ user, pods }: World): Promise<void> {
  await user.gone(KINDS.A2AServer, 'demo');
  await user.apply(...demo(pods.port));
}

function orphansAreLeft(lab: Lab): Act {
  return async (world) => {
    const uids = (objects: LiveObject[]): unknown => objects.map(({ metadata }) => metadata.uid);
    const before = await children(lab, world);
    await world.user.delete(KINDS.A2AServer, 'demo', 'Orphan');
    await madeAnew(world);
    await saysNameTaken(world, '"demo');
    await world.proxy.record.quiet(2_500, 20_000);
    if ((await children(lab, world)).length > 0) throw new Error('something was adopted');
    const names = before.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    const after = await objectsOf(lab.plane.upstream, world.namespace);
    const left = after.filter(({ kind, metadata }) => names.includes(`${kind} ${metadata.name}`));
    if (JSON.stringify(uids(left)) !== JSON.stringify(uids(before))) {
      throw new Error('an orphan was replaced');
    }
  };
}

function nothingComesBack(lab: Lab): Act {
  return async (world) => {
    world.proxy.record.restart();
    await world.user.delete(KINDS.A2AServer, 'demo', 'Foreground');
    await eventually('the end of everything', async () =>
      (await children(lab, world)).length === 0 ? true : undefined,
    );
    await world.proxy.record.quiet(2_500, 20_000);
    const written = world.proxy.record.writes.map(described);
    const unexpected = written.filter((write) => !write.includes('agentdefinitions'));
    if (unexpected.length > 0) throw new Error(`wrote ${unexpected.join(', ')}`);
  };
}
