import type { A2AServer } from '../api/a2aserver.ts';
import type { KubeObject } from '../api/object.ts';
import { KINDS } from '../kube/kinds.ts';
import type { Kube } from '../kube/port.ts';
import { isAgentsConfigMap } from '../names.ts';
import { isSame } from './apply.ts';
import type { OnWrite } from './apply.ts';
import type { Deployment, ReplicaSet } from './caches.ts';
import type { Observed } from './observe.ts';
import { settingsOf } from './pod-settings.ts';
import { rolloutOf } from './rollout.ts';

/**
 * Deletes what the server owned and no longer wants; gives whether that is done, except for what ReplicaSets
 * may still use. To be called only after everything was applied: half-applied state must not lead to
 * deletions. Nor may an old view: then nothing is done, and the newer one, which is on its way, brings
 * the server back. What pods need goes only when the Deployment itself says that no pod of an earlier
 * template is left: ReplicaSets come by another watch, which may be behind.
 */
export async function prune(
  desired: readonly KubeObject[],
  { server, owned, replicaSets, deployment, pods }: Observed,
  kube: Kube,
  onWrite: OnWrite,
): Promise<boolean> {
  const unwanted = owned
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .filter((object) => !desired.some((wanted) => isSame(wanted, object)))
    .filter((object) => !replicaSets.some((replicaSet) => uses(replicaSet, object)));
  const noOldPods = deployment !== undefined && rolloutOf(deployment, pods).complete;
  const free = unwanted.filter(
    (object) => !mayBeNeeded(object) || (noOldPods && !uses(deployment, object)),
  );
  if (free.length > 0 && !(await isCurrent(server, kube))) return false;
  for (const object of free) {
    await kube.delete(object);
    onWrite('pruned', object);
  }
  return free.length === unwanted.length;
}

/**
 * Whether the server is still as it was observed. A cache may show a past in which something was not
 * wanted that is wanted, and in use, now; nothing else that a reconcile does cannot be undone.
 */
async function isCurrent({ metadata }: A2AServer, kube: Kube): Promise<boolean> {
  const live = await kube.getMetadata(KINDS.A2AServer, metadata);
  return live?.metadata.uid === metadata.uid && live.metadata.generation === metadata.generation;
}

/** Whether pods of some template cannot start without it. They do without an agents' ConfigMap. */
function mayBeNeeded({ kind, metadata }: KubeObject): boolean {
  if (kind === 'ConfigMap') return !isAgentsConfigMap(metadata.name);
  return kind === 'Secret' || kind === 'ServiceAccount';
}

/**
 * Whether pods of a template need the object to start. ReplicaSets keep what they need for a rollback;
 * the Deployment's template counts too, because its newest ReplicaSet may not have been seen yet.
 */
function uses(owner: Deployment | ReplicaSet | undefined, { kind, metadata }: KubeObject): boolean {
  if (kind === 'ConfigMap') return settingsOf(owner).includes(metadata.name);
  const { volumes = [] } = owner?.spec?.template?.spec ?? {};
  return kind === 'Secret' && volumes.some(({ secret }) => secret?.secretName === metadata.name);
}
