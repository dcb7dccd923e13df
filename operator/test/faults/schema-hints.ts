import type { Hint } from './hint.ts';
import { NETWORK_HINTS } from './network-hints.ts';

const refs = { name: 'one', key: 'one' };
const certManager = [{ 'cert-manager.io/one': '1' }, { 'cert-manager.io/two': '2' }] as const;
const toleration = (fields: object): object => ({ pod: { tolerations: [fields] } });
const nodeAffinity = (weight: number): object => ({
  nodeAffinity: {
    preferredDuringSchedulingIgnoredDuringExecution: [
      { weight, preference: { matchExpressions: [{ key: 'one', operator: 'Exists' }] } },
    ],
  },
});
const expression = (fields: object): object => ({
  agents: { names: undefined, default: 'assistant', selector: { matchExpressions: [fields] } },
});

export const SERVER_HINTS: readonly Hint[] = [
  { path: 'agents.names', reason: 'agents that exist', values: [['assistant'], ['second']] },
  {
    path: 'agents.default',
    reason: 'has to be one of the names',
    values: ['assistant', 'second'],
    beside: { agents: { names: ['assistant', 'second'] } },
  },
  {
    path: 'agents.selector.matchLabels',
    reason: 'instead of names, with a default',
    values: [{ role: 'one' }, { role: 'two' }],
    beside: { agents: { names: undefined, default: 'assistant' } },
  },
  {
    path: 'agents.selector.matchExpressions[].key',
    reason: 'an operator without values',
    values: ['role', 'tier'],
    beside: expression({ operator: 'Exists' }),
  },
  {
    path: 'agents.selector.matchExpressions[].operator',
    reason: 'operators without values',
    values: ['Exists', 'DoesNotExist'],
    beside: expression({ key: 'role' }),
  },
  {
    path: 'agents.selector.matchExpressions[].values',
    reason: 'an operator with values',
    beside: expression({ key: 'role', operator: 'In' }),
  },
  {
    path: 'memory.redis.usernameSecretRef',
    reason: 'a user has a password',
    beside: { memory: { redis: { passwordSecretRef: refs } } },
  },
  {
    path: 'memory.redis.mode',
    reason: 'Sentinel needs a master',
    values: ['Standalone', 'Cluster'],
  },
  {
    path: 'memory.redis.sentinelMaster',
    reason: 'belongs to Sentinel',
    beside: { memory: { redis: { mode: 'Sentinel' } } },
  },
  { path: 'service.annotations', reason: 'prefixes that the operator allows', values: certManager },
  { path: 'ingress.annotations', reason: 'prefixes that the operator allows', values: certManager },
  { path: 'pod.annotations', reason: 'prefixes that the operator allows', values: certManager },
  {
    path: 'ingress',
    reason: 'only an Ingress that exists shows it',
    beside: { ingress: { enabled: true, host: 'demo.example.com' } },
  },
  ...NETWORK_HINTS,
  {
    path: 'pod.resources.requests',
    reason: 'resources that exist',
    values: [{ cpu: '100m' }, { cpu: '200m' }],
  },
  {
    path: 'pod.resources.limits',
    reason: 'resources that exist',
    values: [{ memory: '300Mi' }, { memory: '400Mi' }],
  },
  {
    path: 'pod.tolerations[].key',
    reason: 'needs an operator',
    beside: toleration({ operator: 'Exists' }),
  },
  { path: 'pod.tolerations[].operator', reason: 'needs a key', beside: toleration({ key: 'one' }) },
  {
    path: 'pod.tolerations[].value',
    reason: 'belongs to Equal',
    beside: toleration({ key: 'one', operator: 'Equal' }),
  },
  {
    path: 'pod.tolerations[].effect',
    reason: 'of a key',
    beside: toleration({ key: 'one', operator: 'Exists' }),
  },
  {
    path: 'pod.tolerations[].tolerationSeconds',
    reason: 'belongs to NoExecute',
    beside: toleration({ key: 'one', operator: 'Exists', effect: 'NoExecute' }),
  },
  {
    path: 'pod.affinity',
    reason: 'free in the schema',
    values: [nodeAffinity(1), nodeAffinity(2)],
  },
  {
    path: 'pod.priorityClassName',
    reason: 'classes that every cluster has',
    values: ['system-cluster-critical', 'system-node-critical'],
  },
  {
    path: 'pod.volumeMounts[]',
    reason: 'volumes that exist',
    beside: { pod: { volumes: [{ name: 'one' }, { name: 'two' }] } },
  },
];

export const AGENT_HINTS: readonly Hint[] = [
  {
    path: 'instructions.variables',
    reason: 'a text that uses them',
    values: [{ who: 'one' }, { who: 'two' }],
    beside: { instructions: { inline: 'Be kind to {{who}}.' } },
  },
  { path: 'model.params', reason: 'free in the schema', values: [{ seed: 1 }, { seed: 2 }] },
];

/** Leaves that are not walked this way. */
export const UNWALKED: Readonly<Record<string, string>> = {
  'memory.provider': 'the other provider is another spec: Memory refuses redis, Redis requires it',
};
