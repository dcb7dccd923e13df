import { REASON } from '../api/conditions.ts';
import type { KubeObject } from '../api/object.ts';
import { kindOf } from '../kube/kinds.ts';
import { ApiError, isConflict, isRejection } from '../kube/port.ts';
import type { Kube } from '../kube/port.ts';
import { isApplied, isSameVersion } from './applied.ts';
import { StalledError, WaitingError } from './errors.ts';
import { isOwnedBy, isOwnedByNamesake } from './ownership.ts';

/** What was done to an object; `repaired`: somebody else had changed fields that we set. */
export type Deed = 'created' | 'updated' | 'repaired' | 'pruned';

/** Hears of every write: `stored` is what the API server holds after it. */
export type OnWrite = (deed: Deed, stored: KubeObject) => void;

/**
 * Applies what differs from the live objects, in order. Children are independent but for `NEEDS`, so all are
 * tried before the first error is thrown.
 *
 * Guarantees: nothing is written for an object that is as desired; an object of the same name that
 * is not ours is never touched. Errors: StalledError for such an object, else the API server's.
 */
export async function applyAll(
  desired: readonly KubeObject[],
  owned: readonly KubeObject[],
  kube: Kube,
  onWrite: OnWrite,
): Promise<void> {
  const errors: unknown[] = [];
  const failed = new Set<string>();
  for (const object of desired) {
    const live = owned.find((candidate) => isSame(candidate, object));
    if (live === undefined && lacks(object, failed)) continue;
    try {
      if (live !== undefined) failIfGoing(live);
      if (isApplied(object, live)) continue;
      if (live === undefined) onWrite('created', await create(object, kube));
      else
        onWrite(
          isSameVersion(object, live) ? 'repaired' : 'updated',
          await apply(object, live, kube),
        );
    } catch (error) {
      errors.push(error);
      failed.add(object.kind);
    }
  }
  const [first] = errors.sort((a, b) => urgency(a) - urgency(b));
  if (first !== undefined) throw first as Error;
}

/** What is not created while another object could not be applied: pods run restricted or not at all. */
const NEEDS: Readonly<Record<string, string>> = { Deployment: 'NetworkPolicy' };

function lacks({ kind }: KubeObject, failed: ReadonlySet<string>): boolean {
  const needed = NEEDS[kind];
  return needed !== undefined && failed.has(needed);
}

/** What may pass with another attempt comes first, then what the user has to mend, then what passes by itself. */
function urgency(error: unknown): number {
  if (error instanceof WaitingError) return 2;
  return error instanceof StalledError || isRejection(error) ? 1 : 0;
}

/** It is made anew when it is gone; until then its old state is not the wanted one. */
function failIfGoing({ kind, metadata }: KubeObject): void {
  if (metadata.deletionTimestamp === undefined) return;
  throw new WaitingError(
    REASON.ChildTerminating,
    `${kind} "${metadata.name}" is being deleted and is made anew when it is gone; if it stays, look at its finalizers`,
  );
}

/** Whether two objects have the same Kind and name; both are of one namespace. */
export function isSame(a: KubeObject, b: KubeObject): boolean {
  return a.kind === b.kind && a.metadata.name === b.metadata.name;
}

async function apply(object: KubeObject, live: KubeObject, kube: Kube): Promise<KubeObject> {
  // The UID makes the API server refuse when the object was replaced behind our back.
  const metadata = { ...object.metadata, uid: live.metadata.uid ?? '' };
  const stated = { ...object, metadata };
  // An apply without the generated key would take it away.
  if (object.kind === 'Secret') return kube.overwrite(stated);
  try {
    return await kube.apply(stated);
  } catch (error) {
    // A foreign item in one of our lists (a second port of the same name) can make the sum invalid.
    if (!(error instanceof ApiError && error.status === 422)) throw error;
    return kube.overwrite(stated);
  }
}

/** Creates only: caches hold what carries our label, and may be behind, so the name may be taken. */
async function create(object: KubeObject, kube: Kube): Promise<KubeObject> {
  try {
    return await kube.create(object);
  } catch (error) {
    if (!isConflict(error)) throw error;
    const { name, namespace = '' } = object.metadata;
    const found = await kube.getMetadata(kindOf(object), { namespace, name });
    if (found === undefined) throw error;
    return takeOver(object, found, kube);
  }
}

async function takeOver(object: KubeObject, found: KubeObject, kube: Kube): Promise<KubeObject> {
  failIfNotOurs(object, found);
  failIfGoing(found);
  // Ours, and not seen yet. Callers may hold the generated key already.
  return object.kind === 'Secret' ? found : apply(object, found, kube);
}

function failIfNotOurs({ kind, metadata }: KubeObject, found: KubeObject): void {
  const [owner] = metadata.ownerReferences ?? [];
  if (owner !== undefined && isOwnedBy(found, owner.uid)) return;
  if (owner !== undefined && isOwnedByNamesake(found, owner)) {
    throw new WaitingError(
      REASON.ChildTerminating,
      `${kind} "${metadata.name}" belongs to an earlier server of this name and is made anew when the garbage collector has deleted it`,
    );
  }
  throw new StalledError(
    REASON.NameTaken,
    `${kind} "${metadata.name}" exists in namespace "${metadata.namespace ?? ''}" and does not belong to this server; delete it or rename the server`,
  );
}
