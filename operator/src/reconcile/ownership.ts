import type { KubeObject, OwnerReference } from '../api/object.ts';

/** Whether an object is ours: its controller is the owner with this UID. A name proves nothing. */
export function isOwnedBy(object: KubeObject, ownerUid: string): boolean {
  return controllerOf(object)?.uid === ownerUid;
}

/** The reference to the object's controller, if it has one. */
export function controllerOf({ metadata }: KubeObject): OwnerReference | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller === true);
}
