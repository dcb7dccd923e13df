import type { KubeObject } from '../api/object.ts';
import type { Kube } from '../kube/port.ts';
import { wantsGeneratedApiKey } from '../resources/api-key-secret.ts';
import { isSame } from './apply.ts';
import type { ReplicaSet } from './caches.ts';
import type { Observed } from './observe.ts';

/**
 * Deletes what the server owned and no longer wants. To be called only after everything was
 * applied: half-applied state must not lead to deletions.
 */
export async function prune(
  desired: readonly KubeObject[],
  { server, owned, replicaSets }: Observed,
  kube: Kube,
): Promise<void> {
  const unwanted = owned
    .filter((object) => !desired.some((wanted) => isSame(wanted, object)))
    .filter(({ kind }) => kind !== 'Secret' || !wantsGeneratedApiKey(server))
    .filter((object) => !isUsed(object, replicaSets));
  for (const object of unwanted) await kube.delete(object);
}

/** A ReplicaSet's pods start with the ConfigMap that its template names, after a rollback too. */
function isUsed({ kind, metadata }: KubeObject, replicaSets: readonly ReplicaSet[]): boolean {
  return (
    kind === 'ConfigMap' &&
    replicaSets.some(({ spec }) =>
      spec?.template?.spec?.containers.some(({ envFrom = [] }) =>
        envFrom.some(({ configMapRef }) => configMapRef?.name === metadata.name),
      ),
    )
  );
}
