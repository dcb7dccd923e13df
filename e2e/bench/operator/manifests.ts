import type { KubeObject } from './api.ts';

export const NAMESPACE = 'bench';
export const GROUP_VERSION = 'a2a-operator.io/v1alpha1';
/** Where the stand-in for the pods' runtimes listens, on every address of the machine. */
export const STATUS_PORT = 19090;

const padded = (index: number): string => String(index).padStart(5, '0');
export const serverName = (index: number): string => `server-${padded(index)}`;
export const agentName = (index: number): string => `agent-${padded(index)}`;

/** An agent such as people write: instructions of a few sentences. */
export function agent(index: number): KubeObject {
  return {
    apiVersion: GROUP_VERSION,
    kind: 'AgentDefinition',
    metadata: { name: agentName(index), namespace: NAMESPACE },
    spec: {
      description: `The agent ${index} of a bench.`,
      instructions: { inline: 'You are an agent of a bench. '.repeat(20) },
    },
  };
}

/** A server that hosts the agent of the same number and keeps conversations in its one pod. */
export function server(index: number): KubeObject {
  return {
    apiVersion: GROUP_VERSION,
    kind: 'A2AServer',
    metadata: { name: serverName(index), namespace: NAMESPACE },
    spec: {
      replicas: 1,
      agents: { names: [agentName(index)] },
      model: { url: 'http://litellm.bench:4000', name: 'a-model' },
      memory: { provider: 'Memory' },
      metrics: { port: STATUS_PORT },
      pod: { resources: { requests: { cpu: '1m', memory: '1Mi' } } },
    },
  };
}
