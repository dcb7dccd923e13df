import { REASON } from '../api/conditions.ts';
import type { KubeObject } from '../api/object.ts';
import { kindOf } from '../kube/kinds.ts';
import { ApiError } from '../kube/port.ts';
import type { Kube } from '../kube/port.ts';
import { isApplied } from './applied.ts';
import { StalledError } from './errors.ts';
import { isOwnedBy } from './ownership.ts';

/** Where to remember what a write returned. */
export type Remember = (object: KubeObject) => void;

/**
 * Applies what differs from the live objects, in order; children are independent, so all are tried
 * before the first error is thrown.
 *
 * Guarantees: nothing is written for an object that is as desired; an object of the same name that
 * is not ours is never touched. Errors: StalledError for such an object, else the API server's.
 */
export async function applyAll(
  desired: readonly KubeObject[],
  owned: readonly KubeObject[],
  kube: Kube,
  remember: Remember,
): Promise<void> {
  const errors: unknown[] = [];
  for (const object of desired) {
    const live = owned.find((candidate) => isSame(candidate, object));
    if (isApplied(object, live)) continue;
    try {
      remember(await applyOne(object, live, kube));
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0)
    throw errors.find((error) => !(error instanceof StalledError)) ?? errors[0];
}

/** Whether two objects have the same Kind and name; both are of one namespace. */
export function isSame(a: KubeObject, b: KubeObject): boolean {
  return a.kind === b.kind && a.metadata.name === b.metadata.name;
}

async function applyOne(
  object: KubeObject,
  live: KubeObject | undefined,
  kube: Kube,
): Promise<KubeObject> {
  if (live === undefined) {
    const unseen = await foundUnseen(object, kube);
    // A generated key that the cache has not seen yet: callers may hold it already.
    if (unseen !== undefined && object.kind === 'Secret') return unseen;
  }
  const uid = live?.metadata.uid;
  // The UID makes the API server refuse when the object was replaced behind our back.
  const metadata = { ...object.metadata, ...(uid !== undefined && { uid }) };
  const stated = { ...object, metadata };
  try {
    return await kube.apply(stated);
  } catch (error) {
    // A foreign item in one of our lists (a second port of the same name) can make the sum invalid.
    if (live === undefined || !isInvalid(error)) throw error;
    return kube.overwrite(stated);
  }
}

function isInvalid(error: unknown): boolean {
  return error instanceof ApiError && error.status === 422;
}

/**
 * What is there although the caches do not have it: they hold only what carries our label, and may
 * be behind. Metadata only. Throws StalledError when it is not ours.
 */
async function foundUnseen(object: KubeObject, kube: Kube): Promise<KubeObject | undefined> {
  const { name, namespace = '', ownerReferences } = object.metadata;
  const { kind } = object;
  const found = await kube.getMetadata(kindOf(object), { namespace, name });
  if (found === undefined) return undefined;
  if (isOwnedBy(found, ownerReferences?.[0]?.uid ?? '')) return found;
  throw new StalledError(
    REASON.NameTaken,
    `${kind} "${name}" exists in namespace "${namespace}" and does not belong to this server; delete it or rename the server`,
  );
}
