import type { A2AServer } from '../src/api/a2aserver.ts';
import type { AgentDefinition } from '../src/api/agentdefinition.ts';
import { crdSchema, withDefaults } from './crd-defaults.ts';

const serverSchema = crdSchema('A2AServer');
const agentSchema = crdSchema('AgentDefinition');

/** What a user writes, completed to what the API server stores. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller knows the Kind
export function stored<T>(manifest: object): T {
  const { kind, metadata, ...rest } = manifest as { kind: string; metadata: { name: string } };
  const schema = kind === 'A2AServer' ? serverSchema : agentSchema;
  const meta = { namespace: 'team', uid: `uid-of-${metadata.name}`, generation: 1, ...metadata };
  return withDefaults(schema, { ...rest, kind, metadata: meta }) as T;
}

/** A server that hosts the agent `assistant`; `spec` changes or adds fields. */
export function aServer(spec: object = {}, metadata: object = {}): A2AServer {
  return stored<A2AServer>({
    apiVersion: 'a2a-operator.io/v1alpha1',
    kind: 'A2AServer',
    metadata: { name: 'demo', ...metadata },
    spec: {
      agents: { names: ['assistant'] },
      model: { url: 'http://litellm:4000', name: 'gpt' },
      ...spec,
    },
  });
}

/** An agent named `assistant`; `spec` changes or adds fields. */
export function anAgent(spec: object = {}, metadata: object = {}): AgentDefinition {
  return stored<AgentDefinition>({
    apiVersion: 'a2a-operator.io/v1alpha1',
    kind: 'AgentDefinition',
    metadata: { name: 'assistant', ...metadata },
    spec: { description: 'Answers.', ...spec },
  });
}
