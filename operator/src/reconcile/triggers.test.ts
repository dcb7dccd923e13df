import { describe, expect, it } from '@jest/globals';
import { aServer, anAgent } from '../../test/builders.ts';
import { storedCache } from '../../test/stored-cache.ts';
import type { A2AServer } from '../api/a2aserver.ts';
import type { AgentDefinition } from '../api/agentdefinition.ts';
import type { KubeObject } from '../api/object.ts';
import { KINDS } from '../kube/kinds.ts';
import type { Change } from '../kube/port.ts';
import type { ServiceView } from '../resources/service-passage.ts';
import type { Deployment, Pod } from './caches.ts';
import { agentIndexes, serverIndexes } from './indexes.ts';
import {
  itself,
  owningServer,
  serverOfDeployment,
  serverOfPod,
  serverOfReplicaSet,
  triggers,
} from './triggers.ts';

/** A change from one version to another; without a version before it, of something new. */
function change<T extends KubeObject>(
  previous: T | undefined,
  object: T,
  how: Partial<Change<T>> = {},
): Change<T> {
  const before = previous && { previous };
  return { object, deleted: false, replayed: false, own: false, ...before, ...how };
}
const gone = <T extends KubeObject>(object: T): Change<T> =>
  change(object, object, { deleted: true });

const owned = (by: string, kind = 'A2AServer', controller = true): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name: 'anything',
    namespace: 'team',
    uid: 'u',
    resourceVersion: '1',
    labels: { 'app.kubernetes.io/instance': 'demo' },
    ownerReferences: [{ apiVersion: 'x/v1', kind, name: by, uid: `uid-of-${by}`, controller }],
  },
});

describe('an object itself', () => {
  it.each([
    { reason: 'it is new', of: change(undefined, aServer()), wakes: ['team/demo'] },
    { reason: 'it has changed', of: change(aServer(), aServer()), wakes: ['team/demo'] },
    { reason: 'it is gone', of: gone(aServer()), wakes: ['team/demo'] },
    { reason: 'we wrote it', of: change(aServer(), aServer(), { own: true }), wakes: [] },
  ])('is woken: $reason', ({ of, wakes }) => {
    expect(itself(of)).toEqual(wakes);
  });
});

describe('the server that owns an object', () => {
  it.each([
    { reason: 'it is new', of: change(undefined, owned('demo')), wakes: ['team/demo'] },
    { reason: 'it is gone', of: gone(owned('demo')), wakes: ['team/demo'] },
    {
      reason: 'it was taken away from it, and is gone now: its name is free',
      of: gone(owned('another', 'Widget')),
      wakes: ['team/demo'],
    },
    {
      reason: 'it belongs to another one now',
      of: change(owned('old'), owned('new')),
      wakes: ['team/new', 'team/old'],
    },
    {
      reason: 'it belongs to nobody any more',
      of: change(owned('demo'), {
        ...owned('demo'),
        metadata: { name: 'anything', namespace: 'team' },
      }),
      wakes: ['team/demo'],
    },
    { reason: 'we wrote it', of: change(undefined, owned('demo'), { own: true }), wakes: [] },
    { reason: 'something else owns it', of: change(undefined, owned('demo', 'Widget')), wakes: [] },
    {
      reason: 'the server is an owner, but not the controller',
      of: change(undefined, owned('demo', 'A2AServer', false)),
      wakes: [],
    },
  ])('is woken: $reason', ({ of, wakes }) => {
    expect(owningServer(of)).toEqual(wakes);
  });
});

const COUNTS = { replicas: 2, readyReplicas: 1, observedGeneration: 1 };
const deployment = (metadata: object = {}, status: object = {}): Deployment => ({
  ...owned('demo'),
  metadata: { ...owned('demo').metadata, generation: 1, ...metadata },
  status: { ...COUNTS, ...status },
});
const refused = (message: string): Deployment =>
  deployment({}, { conditions: [{ type: 'ReplicaFailure', status: 'True', message }] });

describe('the server of a Deployment', () => {
  const before = deployment();
  it.each([
    { reason: 'it is new', of: change(undefined, before), wakes: true },
    { reason: 'it is gone', of: gone(before), wakes: true },
    { reason: 'its spec', of: change(before, deployment({ generation: 2 })), wakes: true },
    { reason: 'labels', of: change(before, deployment({ labels: {} })), wakes: true },
    {
      reason: 'annotations, which tell what was applied',
      of: change(before, deployment({ annotations: { a: 'b' } })),
      wakes: true,
    },
    { reason: 'a count', of: change(before, deployment({}, { readyReplicas: 2 })), wakes: true },
    {
      reason: 'a count that became zero, so that it is left out',
      of: change(before, { ...before, status: { replicas: 2, observedGeneration: 1 } }),
      wakes: true,
    },
    { reason: 'pods are refused', of: change(before, refused('quota')), wakes: true },
    {
      reason: 'pods are refused for another cause',
      of: change(refused('quota'), refused('account')),
      wakes: true,
    },
    {
      reason: 'only the version',
      of: change(before, deployment({ resourceVersion: '2' })),
      wakes: false,
    },
    {
      reason: 'a count that nothing is judged by',
      of: change(before, deployment({}, { unavailableReplicas: 1 })),
      wakes: false,
    },
    {
      reason: 'a condition that nothing is judged by',
      of: change(before, deployment({}, { conditions: [{ type: 'Progressing', status: 'True' }] })),
      wakes: false,
    },
    {
      reason: 'we changed its spec',
      of: change(before, deployment({ generation: 2 }), { own: true }),
      wakes: false,
    },
  ])('is woken: $wakes; $reason', ({ of, wakes }) => {
    expect(new Set(serverOfDeployment(of))).toEqual(new Set(wakes ? ['team/demo'] : []));
  });
});

const pod = (status: object = {}, metadata: object = {}): Pod => ({
  ...owned('rs', 'ReplicaSet'),
  kind: 'Pod',
  metadata: { ...owned('rs').metadata, ...metadata },
  status: { phase: 'Running', podIP: '10.0.0.1', ...status },
});
const conditions = (type: string, status = 'True', message = ''): object => ({
  conditions: [{ type, status, message }],
});

describe('the server of a pod', () => {
  it.each([
    { reason: 'it is new', of: change(undefined, pod()), wakes: true },
    { reason: 'it is gone', of: gone(pod()), wakes: true },
    { reason: 'it is ready', of: change(pod(), pod(conditions('Ready'))), wakes: true },
    {
      reason: 'it is ready no more',
      of: change(pod(conditions('Ready')), pod(conditions('Ready', 'False'))),
      wakes: true,
    },
    { reason: 'it runs', of: change(pod({ phase: 'Pending' }), pod()), wakes: true },
    { reason: 'it moved', of: change(pod(), pod({ podIP: '10.0.0.2' })), wakes: true },
    {
      reason: 'it is on its way out',
      of: change(pod(), pod({}, { deletionTimestamp: '2026-01-01T00:00:00Z' })),
      wakes: true,
    },
    {
      reason: 'it cannot be scheduled',
      of: change(pod(), pod(conditions('PodScheduled', 'False', 'no node'))),
      wakes: true,
    },
    {
      reason: 'a condition of no interest',
      of: change(pod(), pod(conditions('Initialized'))),
      wakes: false,
    },
    {
      reason: 'labels and version',
      of: change(pod(), pod({}, { resourceVersion: '2', annotations: { a: 'b' } })),
      wakes: false,
    },
    { reason: 'it is nobody’s', of: change(undefined, pod({}, { labels: {} })), wakes: false },
  ])('is woken: $wakes; $reason', ({ of, wakes }) => {
    expect(serverOfPod(of)).toEqual(wakes ? ['team/demo'] : []);
  });
});

describe('the server of a ReplicaSet', () => {
  const replicaSet = owned('demo', 'Deployment');
  const newer = { ...replicaSet, metadata: { ...replicaSet.metadata, resourceVersion: '2' } };
  const another = { ...replicaSet, metadata: { ...replicaSet.metadata, uid: 'other' } };
  it.each([
    { reason: 'it is new', of: change(undefined, replicaSet), wakes: true },
    { reason: 'it is gone', of: gone(replicaSet), wakes: true },
    { reason: 'it is another one of the name', of: change(replicaSet, another), wakes: true },
    { reason: 'its spec or counts', of: change(replicaSet, newer), wakes: false },
  ])('is woken: $wakes; $reason', ({ of, wakes }) => {
    expect(serverOfReplicaSet(of)).toEqual(wakes ? ['team/demo'] : []);
  });
});

const selecting = (label: string, name: string, namespace = 'team'): A2AServer =>
  aServer(
    { agents: { selector: { matchLabels: { team: label } }, default: 'nobody' } },
    { name, namespace },
  );
const naming = (...names: string[]): A2AServer =>
  aServer({ agents: { names } }, { name: `names-${names.join('-')}` });
/** Names nobody any more, but its status still lists the agent. */
const listing: A2AServer = {
  ...aServer({ agents: { names: ['other'] } }, { name: 'lists-assistant' }),
  status: { agents: [{ name: 'assistant', loaded: true }] },
};
const labelled = (label: string, metadata: object = {}): AgentDefinition =>
  anAgent({}, { labels: { team: label }, ...metadata });
const secretive = aServer(
  {
    memory: { redis: { url: 'redis://r', passwordSecretRef: { name: 'redis', key: 'password' } } },
  },
  { name: 'secretive' },
);
const reading: AgentDefinition = anAgent(
  { instructions: { configMapKeyRef: { name: 'prompts', key: 'text' } } },
  { name: 'reader', labels: { team: 'x' } },
);
const servedBy: AgentDefinition = {
  ...anAgent({}, { name: 'served' }),
  status: { servers: [{ name: 'names-assistant', ready: true }] },
};

const servers = [
  naming('assistant'),
  naming('reader', 'writer'),
  selecting('x', 'selects-x'),
  selecting('y', 'selects-y'),
  selecting('x', 'elsewhere', 'other'),
  listing,
  secretive,
];
const agents = [labelled('x'), reading, servedBy, anAgent({}, { name: 'alone' })];
const related = triggers({
  servers: storedCache(KINDS.A2AServer, servers, serverIndexes),
  agents: storedCache(KINDS.AgentDefinition, agents, agentIndexes),
});

describe('the servers of an agent', () => {
  const named = ['team/lists-assistant', 'team/names-assistant', 'team/secretive'];
  const x = labelled('x');
  it.each([
    { reason: 'it is new', of: change(undefined, x), wakes: [...named, 'team/selects-x'] },
    { reason: 'it is gone', of: gone(x), wakes: [...named, 'team/selects-x'] },
    {
      reason: 'its spec',
      of: change(x, labelled('x', { generation: 2 })),
      wakes: [...named, 'team/selects-x'],
    },
    {
      reason: 'it is another one',
      of: change(x, labelled('x', { uid: 'o' })),
      wakes: [...named, 'team/selects-x'],
    },
    {
      reason: 'its labels: those that hosted it, and those that will',
      of: change(x, labelled('y')),
      wakes: [...named, 'team/selects-x', 'team/selects-y'],
    },
    {
      reason: 'its labels: nobody selects it any more',
      of: change(x, anAgent()),
      wakes: [...named, 'team/selects-x'],
    },
    { reason: 'its status', of: change(x, { ...x, status: { serverCount: 3 } }), wakes: [] },
    {
      reason: 'its annotations',
      of: change(x, labelled('x', { annotations: { a: 'b' } })),
      wakes: [],
    },
    { reason: 'its version', of: change(x, labelled('x', { resourceVersion: '9' })), wakes: [] },
    { reason: 'nobody hosts it', of: change(undefined, anAgent({}, { name: 'alone' })), wakes: [] },
  ])('are woken: $reason', ({ of, wakes }) => {
    expect([...related.serversOfAgent(of)].sort()).toEqual(wakes);
  });
});

describe('the agents of a server', () => {
  const before = naming('assistant');
  const listed = { name: 'assistant', loaded: true };
  it.each([
    {
      reason: 'it is new: also an agent that says to be served by it',
      of: change(undefined, before),
      wakes: ['team/assistant', 'team/served'],
    },
    { reason: 'it is gone', of: gone(before), wakes: ['team/assistant', 'team/served'] },
    {
      reason: 'what it hosts, and what it hosted',
      of: change(before, { ...naming('alone'), metadata: before.metadata }),
      wakes: ['team/alone', 'team/assistant', 'team/served'],
    },
    {
      reason: 'what it says of its agents',
      of: change(before, { ...before, status: { agents: [listed] } }),
      wakes: ['team/assistant', 'team/served'],
    },
    {
      reason: 'anything else',
      of: change(before, { ...before, status: { replicas: 3 } }),
      wakes: [],
    },
    {
      reason: 'the same said again',
      of: change(
        { ...before, status: { agents: [listed] } },
        { ...before, status: { agents: [listed] } },
      ),
      wakes: [],
    },
    {
      reason: 'it selects by label, in its namespace',
      of: change(undefined, selecting('x', 'selects-x')),
      wakes: ['team/assistant', 'team/reader'],
    },
    {
      reason: 'it selects, elsewhere',
      of: change(undefined, selecting('x', 'e', 'other')),
      wakes: [],
    },
    {
      reason: 'what we wrote counts too: nobody else tells the agents',
      of: change(before, { ...before, status: { agents: [listed] } }, { own: true }),
      wakes: ['team/assistant', 'team/served'],
    },
  ])('are woken: $reason', ({ of, wakes }) => {
    expect([...related.agentsOfServer(of)].sort()).toEqual(wakes);
  });
});

describe('a Secret', () => {
  const secret = (name: string, metadata: object = {}): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: 'team', uid: 'u', resourceVersion: '1', ...metadata },
  });
  it.each([
    { reason: 'it is new', of: change(undefined, secret('redis')), wakes: ['team/secretive'] },
    { reason: 'it is gone', of: gone(secret('redis')), wakes: ['team/secretive'] },
    {
      reason: 'it was deleted and made again',
      of: change(secret('redis'), secret('redis', { uid: 'v' })),
      wakes: ['team/secretive'],
    },
    {
      reason: 'perhaps other values, which kubelets are told to look at',
      of: change(secret('redis'), secret('redis', { resourceVersion: '2' })),
      wakes: ['team/secretive'],
    },
    { reason: 'it comes again as it was', of: change(secret('redis'), secret('redis')), wakes: [] },
    { reason: 'nobody refers to it', of: change(undefined, secret('other')), wakes: [] },
    {
      reason: 'it is of another namespace',
      of: change(undefined, secret('redis', { namespace: 'other' })),
      wakes: [],
    },
  ])('wakes those who refer to it: $reason', ({ of, wakes }) => {
    expect(related.serversOfSecret(of)).toEqual(wakes);
  });
});

describe('a Service', () => {
  const service = (name: string, port = 4000, metadata: object = {}): ServiceView => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'team', uid: 'u', resourceVersion: '1', ...metadata },
    spec: { ports: [{ port }] },
  });
  const litellm = service('litellm');
  const all = [...servers.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)]
    .filter((key) => key.startsWith('team/'))
    .sort();
  it.each([
    { reason: 'it is new', of: change(undefined, litellm), wakes: all },
    { reason: 'it is gone', of: gone(litellm), wakes: all },
    { reason: 'its ports', of: change(litellm, service('litellm', 4001)), wakes: all },
    {
      reason: 'it was deleted and made again',
      of: change(litellm, service('litellm', 4000, { uid: 'v' })),
      wakes: all,
    },
    {
      reason: 'its status',
      of: change(litellm, service('litellm', 4000, { resourceVersion: '2' })),
      wakes: [],
    },
    { reason: 'nobody refers to it', of: change(undefined, service('other')), wakes: [] },
    {
      reason: 'it is of another namespace, whose server refers to it',
      of: change(undefined, service('litellm', 4000, { namespace: 'other' })),
      wakes: ['other/elsewhere'],
    },
  ])('wakes those whose hosts may mean it: $reason', ({ of, wakes }) => {
    expect([...related.serversOfService(of)].sort()).toEqual(wakes);
  });
});

describe('a ConfigMap', () => {
  const configMap = (name: string, namespace = 'team'): Change =>
    change(undefined, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace } });
  it.each([
    {
      reason: 'instructions are in it',
      of: configMap('prompts'),
      agents: ['team/reader'],
      servers: ['team/names-reader-writer', 'team/selects-x'],
    },
    { reason: 'nobody refers to it', of: configMap('other'), agents: [], servers: [] },
    { reason: 'another namespace', of: configMap('prompts', 'other'), agents: [], servers: [] },
  ])('wakes the agents that refer to it, and their servers: $reason', (expected) => {
    expect(related.agentsOfConfigMap(expected.of)).toEqual(expected.agents);
    expect([...related.serversOfConfigMap(expected.of)].sort()).toEqual(expected.servers);
  });
});
