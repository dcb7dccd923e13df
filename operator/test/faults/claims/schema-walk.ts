import { isDeepStrictEqual } from 'node:util';
import { LOADING } from '../../../src/reconcile/status-writer.ts';
import { agentManifest } from '../../manifests.ts';
import type { Manifest } from '../../manifests.ts';
import { WHOLE } from '../whole.ts';
import type { Claim, Lab } from '../claim.ts';
import { server } from '../manifests.ts';
import { END_MS, differing } from '../oracle.ts';
import { inWorld } from '../runs.ts';
import { merged } from '../schema-leaves.ts';
import { walksOf } from '../schema-walks.ts';
import type { Walk } from '../schema-walks.ts';
import { comparable, conditionIn, objectsOf } from '../state.ts';
import type { LiveObject, State } from '../state.ts';
import type { Plane, World } from '../world.ts';

type Step = 'a' | 'b';
/** Manifests of everything at a step of its walk, and what they refer to. */
type Manifests = (port: number, step: Step) => Manifest[];

/** `make test` walks every seventh leaf of servers, and every fourth of agents. */
const servers = walksOf('A2AServer').walks.filter((_, index) => WHOLE || index % 7 === 0);
const agents = walksOf('AgentDefinition').walks.filter((_, index) => WHOLE || index % 4 === 0);

/** Where every leaf is walked, some servers are never Ready: an agent holds back for long how far those are. */
const IDLE_MS = WHOLE ? LOADING.progressMs + END_MS : END_MS;

const LIMIT_MS = WHOLE ? 600_000 : 120_000;

export const SCHEMA_WALK: readonly Claim[] = [
  {
    title: 'ends as a fresh one when every field has gone from A to B and back to A',
    cases: (lab) => [
      walk(lab, 'servers', (port, step) => [
        ...REFERRED_TO,
        ...servers.map((one, index) => walkedServer(port, one[step], index)),
      ]),
      walk(lab, 'agents', (port, step) => [
        ...REFERRED_TO,
        server(port, { agents: { names: agents.map((_, index) => `agent-${index}`) } }),
        ...agents.map((one, index) => walkedAgent(one[step], index)),
      ]),
    ],
  },
  {
    title: 'ends as a fresh one when every optional field was set and is removed again',
    cases: (lab) =>
      [
        walk(lab, 'servers', (port, step) => [
          ...REFERRED_TO,
          ...servers.map((one, index) => walkedServer(port, step === 'a' ? [] : one.b, index)),
        ]),
        walk(lab, 'agents', (port, step) => [
          ...REFERRED_TO,
          server(port, { agents: { names: agents.map((_, index) => `agent-${index}`) } }),
          ...agents.map((one, index) => walkedAgent(step === 'a' ? [] : one.b, index)),
        ]),
      ].slice(0, WHOLE ? 2 : 1),
  },
];

const values = { one: 'Be kind.', two: 'Be brief.' };
const object = (kind: string, name: string, more: object): Manifest => ({
  apiVersion: 'v1',
  kind,
  metadata: { name },
  ...more,
});
const REFERRED_TO: readonly Manifest[] = [
  ...['one', 'two'].flatMap((name) => [
    object('Secret', name, { stringData: values }),
    object('ConfigMap', name, { data: values }),
    object('ServiceAccount', name, {}),
  ]),
  { ...agentManifest(), metadata: { name: 'assistant', labels: { role: 'one' } } },
  { ...agentManifest(), metadata: { name: 'second', labels: { role: 'two' } } },
];

function walkedServer(port: number, layers: Walk['a'], index: number): Manifest {
  const usual = server(port, {}, `server-${index}`);
  return { ...usual, spec: layers.reduce<unknown>(merged, usual.spec) };
}

function walkedAgent(layers: Walk['a'], index: number): Manifest {
  const usual = agentManifest({}, { name: `agent-${index}` });
  return { ...usual, spec: layers.reduce<unknown>(merged, usual.spec) };
}

function walk(
  lab: Lab,
  name: string,
  manifests: Manifests,
): { name: string; run: () => Promise<void> } {
  return {
    name,
    async run() {
      const [fresh, walked] = await Promise.all([
        endOf(lab, manifests, ['a']),
        endOf(lab, manifests, ['a', 'b', 'a']),
      ]);
      if (!isDeepStrictEqual(walked, fresh)) throw new Error(differing(fresh, walked));
    },
  };
}

/** What is there after the steps; each is waited for to its end. */
function endOf({ plane }: Lab, manifests: Manifests, steps: readonly Step[]): Promise<State> {
  return inWorld(plane, async (world) => {
    await world.startOperator();
    for (const step of steps) {
      await world.user.apply(...manifests(world.pods.port, step));
      await isIdle(plane, world);
    }
    const objects = await objectsOf(plane.upstream, world.namespace);
    return comparable(withoutHistory(objects), world.namespace);
  });
}

/** Nothing is written any more, and no pods are on their way: the operator says nothing of those for long. */
async function isIdle({ upstream }: Plane, { proxy, namespace }: World): Promise<void> {
  const deadline = performance.now() + LIMIT_MS;
  for (;;) {
    await proxy.record.quiet(IDLE_MS, LIMIT_MS);
    const objects = await objectsOf(upstream, namespace);
    const arePodsComing = objects.some(
      (object) =>
        object.kind === 'A2AServer' && conditionIn(object, 'Progressing')?.status === 'True',
    );
    if (!arePodsComing) return;
    if (performance.now() > deadline) throw new Error('pods are still coming');
  }
}

/** Old settings and a generated key that an old ReplicaSet may start with are kept: they are history. */
function withoutHistory(objects: readonly LiveObject[]): LiveObject[] {
  const templates = JSON.stringify(
    objects.filter(({ kind }) => kind === 'Deployment').map(({ spec }) => spec),
  );
  return objects.filter(({ kind, metadata: { name } }) => {
    const isKept =
      /-config-[0-9a-f]+$/.test(name) || (kind === 'Secret' && name.endsWith('-api-key'));
    return !isKept || templates.includes(`"${name}"`);
  });
}
