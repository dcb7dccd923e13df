import type { Manifest } from './user.ts';

const apiVersion = 'a2a-operator.io/v1alpha1';

/** A server on Redis, so that it may have several replicas. */
export const server = (metricsPort: number, spec: object = {}, name = 'demo'): Manifest => ({
  apiVersion,
  kind: 'A2AServer',
  metadata: { name },
  spec: {
    agents: { names: ['assistant'] },
    model: { url: 'http://litellm:4000', name: 'gpt' },
    // The prefix has the namespace in it by default, and settings are named by their hash.
    memory: { provider: 'Redis', redis: { url: 'redis://redis:6379', keyPrefix: 'test:' } },
    metrics: { port: metricsPort },
    ...spec,
  },
});

export const agent = (spec: object = {}, name = 'assistant'): Manifest => ({
  apiVersion,
  kind: 'AgentDefinition',
  metadata: { name },
  spec: { description: 'Answers.', ...spec },
});
