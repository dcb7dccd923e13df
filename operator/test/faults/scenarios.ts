import { KINDS } from '../../src/kube/kinds.ts';
import { agentManifest } from '../manifests.ts';
import type { Manifest } from '../manifests.ts';
import { server } from './manifests.ts';
import { conditionIn } from './state.ts';
import type { LiveObject } from './state.ts';
import type { User } from './user.ts';

/** Something that a user does, while something goes wrong. */
export interface Scenario {
  name: string;
  reason: string;
  /** What is there, and settled, before; nothing when empty. */
  before: (metricsPort: number) => Manifest[];
  change: (user: User, metricsPort: number) => Promise<void>;
  /** Whether the undisturbed run has come to its end; it must also be quiet. */
  reached: (objects: readonly LiveObject[]) => boolean;
}

const demo = (port: number): Manifest[] => [agentManifest(), server(port)];

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'create',
    reason: 'every child is written for the first time',
    before: () => [],
    change: (user, port) => user.apply(...demo(port)),
    reached: allReady,
  },
  {
    name: 'update of the settings',
    reason: 'a new immutable ConfigMap, a new pod template, a rollout',
    before: demo,
    change: (user, port) => user.apply(server(port, { logging: { level: 'Debug' } })),
    reached: allReady,
  },
  {
    name: 'update of what callers see',
    reason: 'a Service changes, an Ingress comes, agents get another URL; no pod restarts',
    before: demo,
    change: (user, port) =>
      user.apply(
        server(port, {
          service: { port: 8080 },
          ingress: { enabled: true, host: 'demo.example.com' },
        }),
      ),
    reached: allReady,
  },
  {
    name: 'scale',
    reason: "only the Deployment's replicas change",
    before: demo,
    change: (user) => user.scale(KINDS.A2AServer, 'demo', 3),
    reached: allReady,
  },
  {
    name: 'agent edit',
    reason: 'only one ConfigMap changes, and both statuses follow',
    before: demo,
    change: (user) => user.apply(agentManifest({ description: 'Answers better.' })),
    reached: allReady,
  },
  {
    name: 'delete',
    reason: 'the operator has to leave alone what the garbage collector takes',
    before: demo,
    change: (user) => user.delete(KINDS.A2AServer, 'demo'),
    reached: (objects) =>
      objects.length === 1 && conditionIn(objects[0], 'Ready')?.reason === 'NotSelected',
  },
];

/** Whether every server and agent is Ready as of its newest spec, and nothing is still being measured. */
export function allReady(objects: readonly LiveObject[]): boolean {
  const ours = objects.filter(({ kind }) => kind === 'A2AServer' || kind === 'AgentDefinition');
  return ours.length > 0 && ours.every(isReady);
}

function isReady(object: LiveObject): boolean {
  const wanted =
    object.kind === 'A2AServer'
      ? ['Ready', 'AgentsLoaded', 'MemoryReachable', 'ModelReachable']
      : ['Ready', 'Served'];
  const { generation } = object.metadata;
  return wanted.every((type) => {
    const found = conditionIn(object, type);
    return found?.status === 'True' && found.observedGeneration === generation;
  });
}
