/** Identifies an object of a known kind. */
export interface ObjectRef {
  namespace: string;
  name: string;
}

/** The part of Kubernetes' ObjectMeta that the operator reads or writes. */
export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
}

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** Any Kubernetes object as raw JSON. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

/** One entry of `status.conditions` as the Kubernetes API conventions define it. */
export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
  observedGeneration?: number;
  lastTransitionTime: string;
}

/** The condition of a type; undefined when there is none. */
export function conditionOf<T extends { type: string }>(
  conditions: readonly T[] | undefined,
  type: string,
): T | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** `namespace/name`: how queues, caches and log lines name an object. */
export function keyOf({ namespace, name }: { namespace?: string; name: string }): string {
  return `${namespace ?? ''}/${name}`;
}

/** Resource versions of one collection grow; Kubernetes documents them as comparable (KEP-5504). */
export function versionOf({ metadata }: { metadata: Pick<ObjectMeta, 'resourceVersion'> }): bigint {
  return BigInt(metadata.resourceVersion ?? 0);
}
