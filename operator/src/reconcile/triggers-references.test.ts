import { describe, expect, it } from '@jest/globals';
import { aServer, anAgent } from '../../test/builders.ts';
import { change, gone } from '../../test/changes.ts';
import { storedCache } from '../../test/stored-cache.ts';
import type { A2AServer } from '../api/a2aserver.ts';
import type { AgentDefinition } from '../api/agentdefinition.ts';
import type { KubeObject } from '../api/object.ts';
import { KINDS } from '../kube/kinds.ts';
import type { Change } from '../kube/port.ts';
import type { ServiceView } from '../resources/service-passage.ts';
import { agentIndexes, serverIndexes } from './indexes.ts';
import { serversOfHost, triggers } from './triggers.ts';

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

describe('the servers of a host', () => {
  const on = (name: string, host: string): A2AServer =>
    aServer({ ingress: { enabled: true, host } }, { name });
  const [mine, rival] = [on('mine', 'a.example.com'), on('rival', 'a.example.com')];
  const all = storedCache(
    KINDS.A2AServer,
    [mine, rival, on('far', 'b.example.com')],
    serverIndexes,
  );

  it.each([
    {
      reason: 'a server comes that wants it',
      event: change(undefined, mine),
      woken: ['team/rival'],
    },
    { reason: 'the one that had it goes', event: gone(mine), woken: ['team/rival'] },
    {
      reason: 'the one that had it takes another',
      event: change(mine, on('mine', 'c.example.com')),
      woken: ['team/rival'],
    },
    {
      reason: 'it is scaled',
      event: change(mine, { ...mine, spec: { ...mine.spec, replicas: 3 } }),
      woken: [],
    },
    { reason: 'a server comes without one', event: change(undefined, aServer()), woken: [] },
  ])('are woken as needed when $reason', ({ event, woken }) => {
    expect(serversOfHost(all)(event)).toEqual(woken);
  });
});
