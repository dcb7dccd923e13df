import { createHash } from 'node:crypto';
import { canonicalJson } from '../../../runtime/src/contract/canonical-json.ts';
import type { A2AServer } from '../api/a2aserver.ts';
import type { KubeObject, ObjectMeta } from '../api/object.ts';
import { APPLIED_HASH_ANNOTATION, labels } from '../names.ts';

/** Metadata of an object that a server owns. */
export function ownedMeta(
  server: A2AServer,
  name: string,
  annotations: Readonly<Record<string, string>> = {},
): ObjectMeta {
  return {
    name,
    namespace: server.metadata.namespace,
    labels: labels(server.metadata.name),
    annotations: { ...annotations },
    ownerReferences: [
      {
        apiVersion: server.apiVersion,
        kind: server.kind,
        name: server.metadata.name,
        uid: server.metadata.uid,
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
  };
}

/**
 * The object with the hash of itself, so that the next look can tell whether it was applied. Of a
 * Secret only the metadata counts: nothing else of it is stated twice, or read back.
 */
export function withAppliedHash<T extends KubeObject>(object: T): T {
  const hash = contentHash(object.kind === 'Secret' ? object.metadata : object);
  const annotations = { ...object.metadata.annotations, [APPLIED_HASH_ANNOTATION]: hash };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** Twelve hexadecimal characters that change with the value. */
export function contentHash(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, 12);
}
