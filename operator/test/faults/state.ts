import { agentFileName } from '../../../runtime/src/contract/agent-file.ts';
import { agentsRevision, fileRevision } from '../../../runtime/src/contract/agents-revision.ts';
import { conditionOf } from '../../src/api/object.ts';
import type { Condition, KubeObject, ObjectMeta } from '../../src/api/object.ts';
import { KINDS, collectionPath } from '../../src/kube/kinds.ts';
import type { Kind } from '../../src/kube/port.ts';
import { APPLIED_HASH_ANNOTATION, INSTANCE_LABEL, isAgentsConfigMap } from '../../src/names.ts';
import type { Upstream } from './proxy/upstream.ts';

/** Any object, with the parts that a comparison looks into. */
export type LiveObject = KubeObject & {
  data?: Record<string, string>;
  spec?: Record<string, unknown>;
  status?: Record<string, unknown>;
};

/** Objects of a namespace without what differs from run to run; equal states compare as equal. */
export type State = readonly object[];

/** What a namespace has on its own. */
const NOT_OURS = ['ConfigMap kube-root-ca.crt', 'ServiceAccount default'];
/** Pods and ReplicaSets have random names; the Deployment's status counts them. */
const COUNTED: readonly Kind[] = [KINDS.Pod, KINDS.ReplicaSet];

const RANDOM_POD_NAME = /(?<=-)[0-9a-z]{8,10}-[0-9a-z]{5}\b/g;
const ADDRESS_OF_FAKE_PODS = /\b127\.1\.\d+\.\d+\b/g;

/** Every object of a namespace that users, the operator or Deployments made. */
export async function objectsOf(upstream: Upstream, namespace: string): Promise<LiveObject[]> {
  const kinds = Object.values(KINDS).filter((kind) => !COUNTED.includes(kind));
  const lists = await Promise.all(
    kinds.map(async (kind) => {
      const path = collectionPath(kind, namespace);
      const { body } = await upstream.json({ method: 'GET', path });
      const items = (body as { items?: LiveObject[] }).items ?? [];
      const { apiVersion } = kind;
      return items.map((item) => ({ ...item, apiVersion, kind: kind.kind }));
    }),
  );
  return lists
    .flat()
    .filter(({ kind, metadata }) => !NOT_OURS.includes(`${kind} ${metadata.name}`));
}

/** The state of a namespace, to be compared with that of another one. */
export async function stateOf(upstream: Upstream, namespace: string): Promise<State> {
  return comparable(await objectsOf(upstream, namespace), namespace);
}

/** Removes what differs from run to run. */
export function comparable(objects: readonly LiveObject[], namespace: string): State {
  const text = JSON.stringify(
    objects
      .map((object) => withoutChance(object, objects))
      .map((object) => [JSON.stringify(object), object] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, object]) => object),
  );
  const lasting = text
    .replaceAll(namespace, '<namespace>')
    .replaceAll(RANDOM_POD_NAME, '<pod>')
    .replaceAll(ADDRESS_OF_FAKE_PODS, '<address>');
  return JSON.parse(lasting) as State;
}

function withoutChance(object: LiveObject, all: readonly LiveObject[]): object {
  const { kind, metadata, data, spec, status, ...rest } = object;
  return {
    kind,
    name: metadata.name,
    ...rest,
    metadata: lasting(metadata, all),
    ...(data && { data: kind === 'Secret' ? Object.keys(data) : lastingFiles(data) }),
    ...(spec && { spec: without(spec, ['clusterIP', 'clusterIPs', 'healthCheckNodePort']) }),
    ...(status && { status: lastingStatus(object, all) }),
  };
}

function lasting(metadata: ObjectMeta, all: readonly LiveObject[]): object {
  const { labels, annotations, ownerReferences = [], deletionTimestamp } = metadata;
  return {
    labels,
    annotations: without(annotations ?? {}, [
      APPLIED_HASH_ANNOTATION,
      'deployment.kubernetes.io/revision',
    ]),
    owners: ownerReferences.map(({ kind, name, uid, controller }) => {
      const exists = all.some((owner) => owner.metadata.uid === uid);
      return { kind, name, controller, exists };
    }),
    isDeleted: deletionTimestamp !== undefined,
  };
}

/** An agent's file holds the generation of its AgentDefinition, which counts edits. */
function lastingFiles(data: Record<string, string>): Record<string, unknown> {
  const lasting = (text: string): unknown =>
    text.startsWith('{') ? without(JSON.parse(text) as object, ['generation']) : text;
  const files: [string, unknown][] = Object.entries(data).map(([name, text]) => [
    name,
    lasting(text),
  ]);
  return Object.fromEntries(files);
}

function lastingStatus(object: LiveObject, all: readonly LiveObject[]): object {
  const { kind, status = {} } = object;
  if (kind === 'A2AServer' || kind === 'AgentDefinition') return ourStatus(object, all);
  if (kind !== 'Deployment') return {};
  const { replicas = 0, readyReplicas = 0, updatedReplicas = 0 } = status;
  return { replicas, readyReplicas, updatedReplicas };
}

function ourStatus({ metadata, status = {} }: LiveObject, all: readonly LiveObject[]): object {
  const { conditions = [], agents, revision, observedGeneration, ...rest } = status as OurStatus;
  const age = (generation: number | undefined): string =>
    generation === metadata.generation ? 'current' : 'old';
  const files = filesOf(metadata.name, all);
  return {
    ...rest,
    age: age(observedGeneration),
    conditions: conditions.map((condition) => ({
      ...without(condition, ['lastTransitionTime', 'observedGeneration']),
      age: age(condition.observedGeneration),
    })),
    agents: agents?.map((agent) => ({
      ...without(agent, ['generation', 'revision']),
      isOfItsFile: agent.revision === revisionOf(files[agentFileName(agent.name)]),
    })),
    ...(revision !== undefined && { isOfTheFiles: revision === agentsRevision(files) }),
  };
}

interface OurStatus {
  conditions?: { observedGeneration?: number }[];
  agents?: { name: string; revision?: string }[];
  revision?: string;
  observedGeneration?: number;
}

/** What the agents' ConfigMaps of a server hold, by file name. */
function filesOf(server: string, all: readonly LiveObject[]): Record<string, string> {
  const shards = all.filter(
    ({ kind, metadata }) =>
      kind === 'ConfigMap' &&
      metadata.labels?.[INSTANCE_LABEL] === server &&
      isAgentsConfigMap(metadata.name),
  );
  return Object.fromEntries(shards.flatMap(({ data = {} }) => Object.entries(data)));
}

function revisionOf(file: string | undefined): string | undefined {
  return file === undefined ? undefined : fileRevision(file);
}

function without(record: object, names: readonly string[]): object {
  return Object.fromEntries(
    Object.entries(record as Record<string, unknown>).filter(([name]) => !names.includes(name)),
  );
}

/** The condition of a type in an object's status; undefined when there is none. */
export function conditionIn(object: LiveObject | undefined, type: string): Condition | undefined {
  return conditionOf(object?.status?.conditions as Condition[] | undefined, type);
}
