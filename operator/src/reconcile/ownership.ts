import type { KubeObject, OwnerReference } from '../api/object.ts';

/** Whether an object is ours: its controller is the owner with this UID. A name proves nothing. */
export function isOwnedBy(object: KubeObject, ownerUid: string): boolean {
  return controllerOf(object)?.uid === ownerUid;
}

/** Whether an object's controller has the owner's Kind and name, and yet another UID: one that was there before. */
export function isOwnedByNamesake(
  object: KubeObject,
  { kind, name, uid }: OwnerReference,
): boolean {
  const controller = controllerOf(object);
  return controller?.kind === kind && controller.name === name && controller.uid !== uid;
}

/** The reference to the object's controller, if it has one. */
export function controllerOf({ metadata }: KubeObject): OwnerReference | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller === true);
}
