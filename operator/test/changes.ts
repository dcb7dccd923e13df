import type { KubeObject } from '../src/api/object.ts';
import type { Change } from '../src/kube/port.ts';

/** A change from one version to another; without a version before it, of something new. */
export function change<T extends KubeObject>(
  previous: T | undefined,
  object: T,
  how: Partial<Change<T>> = {},
): Change<T> {
  const before = previous && { previous };
  return { object, deleted: false, replayed: false, own: false, ...before, ...how };
}

export const gone = <T extends KubeObject>(object: T): Change<T> =>
  change(object, object, { deleted: true });
