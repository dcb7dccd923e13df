import type { KubeObject } from '../api/object.ts';
import type { Kube } from '../kube/port.ts';
import { wantsGeneratedApiKey } from '../resources/api-key-secret.ts';
import { isSame } from './apply.ts';
import type { Deployment, ReplicaSet } from './caches.ts';
import type { Observed } from './observe.ts';

/**
 * Deletes what the server owned and no longer wants. To be called only after everything was
 * applied: half-applied state must not lead to deletions.
 */
export async function prune(
  desired: readonly KubeObject[],
  { server, owned, replicaSets, deployment }: Observed,
  kube: Kube,
): Promise<void> {
  const unwanted = owned
    .filter((object) => !desired.some((wanted) => isSame(wanted, object)))
    .filter(({ kind }) => kind !== 'Secret' || !wantsGeneratedApiKey(server))
    .filter((object) => ![deployment, ...replicaSets].some((template) => uses(template, object)));
  for (const object of unwanted) await kube.delete(object);
}

/**
 * Whether pods of a template start with the ConfigMap. ReplicaSets keep theirs for a rollback; that of
 * the Deployment counts too, because its newest ReplicaSet may not have been seen yet.
 */
function uses(
  template: Deployment | ReplicaSet | undefined,
  { kind, metadata }: KubeObject,
): boolean {
  const containers = template?.spec?.template?.spec?.containers ?? [];
  const names = containers.flatMap(({ envFrom = [] }) =>
    envFrom.map((from) => from.configMapRef?.name),
  );
  return kind === 'ConfigMap' && names.includes(metadata.name);
}
