import { serverManifest } from '../manifests.ts';
import type { Manifest } from '../manifests.ts';

/** A server on Redis, so that it may have several replicas. */
export function server(metricsPort: number, spec: object = {}, name = 'demo'): Manifest {
  // The prefix has the namespace in it by default, and settings are named by their hash.
  const redis = { url: 'redis://redis:6379', keyPrefix: 'test:' };
  const memory = { provider: 'Redis', redis };
  // What walks of agents' references refer to.
  const secrets = { names: ['one', 'two'] };
  return serverManifest({ memory, secrets, metrics: { port: metricsPort }, ...spec }, { name });
}
