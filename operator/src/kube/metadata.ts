import type { KubeObject } from '../api/object.ts';
import { APPLIED_HASH_ANNOTATION } from '../names.ts';

/** Accept headers that ask for metadata alone. */
export const METADATA = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
export const METADATA_LIST = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

/**
 * An object without anything but the metadata that the operator reads. Annotations of others go:
 * `kubectl apply` keeps a copy of a Secret's values in one.
 */
export function metadataOf({ apiVersion, kind, metadata }: KubeObject): KubeObject {
  const { annotations, ...kept } = metadata;
  const hash = annotations?.[APPLIED_HASH_ANNOTATION];
  const own = hash === undefined ? {} : { annotations: { [APPLIED_HASH_ANNOTATION]: hash } };
  return { apiVersion, kind, metadata: { ...kept, ...own } };
}
