import type { KubeObject } from '../src/api/object.ts';

/** An object as a user writes it: without a namespace, which is the user's own. */
export type Manifest = KubeObject & { spec?: unknown; data?: unknown };

const apiVersion = 'a2a-operator.io/v1alpha1';

/** A server named `demo` that hosts the agent `assistant`; `spec` changes or adds fields. */
export function serverManifest(spec: object = {}, metadata: object = {}): Manifest {
  return {
    apiVersion,
    kind: 'A2AServer',
    metadata: { name: 'demo', ...metadata },
    spec: {
      agents: { names: ['assistant'] },
      model: { url: 'http://litellm:4000', name: 'gpt' },
      ...spec,
    },
  };
}

/** An agent named `assistant`; `spec` changes or adds fields. */
export function agentManifest(spec: object = {}, metadata: object = {}): Manifest {
  return {
    apiVersion,
    kind: 'AgentDefinition',
    metadata: { name: 'assistant', ...metadata },
    spec: { description: 'Answers.', ...spec },
  };
}

/** A Service whose pods have the label `app` with its name; `spec` changes or adds fields. */
export function service(name: string, spec: object): Manifest {
  const selector = { app: name };
  return { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { selector, ...spec } };
}
