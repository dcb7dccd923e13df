import type { KubeObject, ObjectRef } from '../api/object.ts';
import { FIELD_MANAGER } from '../names.ts';
import { KINDS, kindOf, objectPath } from './kinds.ts';
import { METADATA, metadataOf } from './metadata.ts';
import { ApiError } from './port.ts';
import type { Kind, Kube } from './port.ts';
import type { Transport } from './transport.ts';

/** Strict: a field that the API server does not know is an error, never silently dropped. */
const QUERY = `fieldManager=${FIELD_MANAGER}&fieldValidation=Strict`;
const APPLY = { query: `${QUERY}&force=true`, contentType: 'application/apply-patch+yaml' };
const MERGE = { query: QUERY, contentType: 'application/merge-patch+json' };

/** Kube over HTTP. Bodies are raw JSON both ways: client-node's serializer drops unknown fields. */
export function kubeClient(transport: Transport): Kube {
  const path = (object: KubeObject, subresource = ''): string =>
    objectPath(kindOf(object), object.metadata.namespace ?? '', object.metadata.name) + subresource;

  const patch = async (
    object: KubeObject,
    how: typeof APPLY,
    subresource?: string,
  ): Promise<KubeObject> => {
    const { apiVersion, kind } = object;
    const stored = (await transport.json({
      method: 'PATCH',
      path: `${path(object, subresource)}?${how.query}`,
      contentType: how.contentType,
      ...(kind === KINDS.Secret.kind && { accept: METADATA }),
      body: object,
    })) as KubeObject;
    const typed = { ...stored, apiVersion, kind };
    return kind === KINDS.Secret.kind ? metadataOf(typed) : typed;
  };

  const get = (
    kind: Kind,
    { namespace, name }: ObjectRef,
    accept?: string,
  ): Promise<KubeObject | undefined> =>
    unlessGone(
      transport.json({
        method: 'GET',
        path: objectPath(kind, namespace, name),
        ...(accept !== undefined && { accept }),
      }),
    ) as Promise<KubeObject | undefined>;

  return {
    get: (kind, ref) => get(kind, ref),

    async getMetadata(kind, ref) {
      const found = await get(kind, ref, METADATA);
      const { apiVersion } = kind;
      return found && metadataOf({ ...found, apiVersion, kind: kind.kind });
    },

    apply: (object) => patch(object, APPLY),

    overwrite: (object) => patch(object, MERGE),

    applyStatus: (object) => patch(object, APPLY, '/status'),

    async delete(object) {
      await unlessGone(
        transport.json({
          method: 'DELETE',
          path: path(object),
          contentType: 'application/json',
          body: {
            propagationPolicy: 'Background',
            preconditions: { uid: object.metadata.uid },
          },
        }),
      );
    },
  };
}

async function unlessGone(answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}
