import type { KubeObject, ObjectRef } from '../api/object.ts';
import { FIELD_MANAGER } from '../names.ts';
import { kindOf, objectPath } from './kinds.ts';
import { ApiError } from './port.ts';
import type { Kind, Kube } from './port.ts';
import type { Transport } from './transport.ts';

/** Strict: a field that the API server does not know is an error, never silently dropped. */
const APPLY_QUERY = `fieldManager=${FIELD_MANAGER}&force=true&fieldValidation=Strict`;
const APPLY_TYPE = 'application/apply-patch+yaml';

/** Kube over HTTP. Bodies are raw JSON both ways: client-node's serializer drops unknown fields. */
export function kubeClient(transport: Transport): Kube {
  const path = (object: KubeObject, subresource = ''): string =>
    objectPath(kindOf(object), object.metadata.namespace ?? '', object.metadata.name) + subresource;

  const apply = async (object: KubeObject, subresource: string): Promise<KubeObject> =>
    (await transport.json({
      method: 'PATCH',
      path: `${path(object, subresource)}?${APPLY_QUERY}`,
      contentType: APPLY_TYPE,
      body: object,
    })) as KubeObject;

  return {
    get: (kind: Kind, { namespace, name }: ObjectRef) =>
      unlessGone(
        transport.json({ method: 'GET', path: objectPath(kind, namespace, name) }),
      ) as Promise<KubeObject | undefined>,

    apply: (object) => apply(object, ''),

    applyStatus: (object) => apply(object, '/status'),

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
