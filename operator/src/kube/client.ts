import type { KubeObject, ObjectRef } from '../api/object.ts';
import { FIELD_MANAGER } from '../names.ts';
import { KINDS, kindOf, objectPath } from './kinds.ts';
import { asApplied } from './managed-fields.ts';
import type { ManagedFields } from './managed-fields.ts';
import { METADATA, metadataOf } from './metadata.ts';
import { ApiError } from './port.ts';
import type { Kind, Kube } from './port.ts';
import type { ApiRequest, Transport } from './transport.ts';

type Stored = KubeObject & { metadata: { managedFields?: ManagedFields[] } };

/** Strict: a field that the API server does not know is an error, never silently dropped. */
const QUERY = `fieldManager=${FIELD_MANAGER}&fieldValidation=Strict`;
const APPLY = { query: `${QUERY}&force=true`, contentType: 'application/apply-patch+yaml' };
const DELETE = { method: 'DELETE', contentType: 'application/json' } as const;
const MERGE = { query: QUERY, contentType: 'application/merge-patch+json' };

/**
 * No object ever has this version (etcd starts with it), so an apply that states it can only create:
 * where the name is taken, the API server answers 409. A POST could do that too, but would leave the
 * fields to another field manager entry, from which a later apply could not remove any.
 */
const NEVER = '1';

/**
 * Kube over HTTP. Bodies are raw JSON both ways: client-node's serializer drops unknown fields. Writes
 * reject while `mayWrite` says no: a leadership that was lost must not leave a trace.
 */
export function kubeClient(
  transport: Pick<Transport, 'json'>,
  mayWrite: () => boolean = () => true,
): Kube {
  const write = (call: ApiRequest): Promise<unknown> =>
    mayWrite()
      ? transport.json(call)
      : Promise.reject(new Error('this operator is ending or does not lead, so it must not write'));
  const patch = async (
    object: KubeObject,
    how: typeof APPLY,
    subresource = '',
  ): Promise<KubeObject> => {
    const { apiVersion, kind } = object;
    const stored = (await write({
      method: 'PATCH',
      path: `${pathOf(object)}${subresource}?${how.query}`,
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
    create: (object) => patch(ofVersion(object, NEVER), APPLY),
    apply: (object) => patch(object, APPLY),
    async overwrite(object) {
      const stored = await patch(object, MERGE);
      const applied = withAllApplied(stored);
      return applied ? patch(applied, MERGE) : stored;
    },
    annotate: (object, annotations) => patch(annotated(object, annotations), MERGE),
    applyStatus: (object) => patch(object, APPLY, '/status'),
    async delete(object) {
      const { uid, resourceVersion } = object.metadata;
      const preconditions = { uid, resourceVersion };
      const body = { propagationPolicy: 'Background', preconditions };
      await unlessGone(write({ ...DELETE, path: pathOf(object), body }));
    },
  };
}

function pathOf(object: KubeObject): string {
  const { namespace = '', name } = object.metadata;
  return objectPath(kindOf(object), namespace, name);
}

function annotated(
  { apiVersion, kind, metadata: { name, namespace = '', uid = '' } }: KubeObject,
  annotations: Readonly<Record<string, string>>,
): KubeObject {
  return { apiVersion, kind, metadata: { name, namespace, uid, annotations: { ...annotations } } };
}

/** A patch that makes all fields of ours applied ones, at this very version; undefined when they are. */
function withAllApplied({ apiVersion, kind, metadata }: Stored): KubeObject | undefined {
  const managedFields = asApplied(metadata.managedFields ?? [], FIELD_MANAGER);
  if (managedFields === undefined) return undefined;
  const { name, namespace = '', uid = '', resourceVersion = '' } = metadata;
  const stated = { name, namespace, uid, resourceVersion, managedFields };
  return { apiVersion, kind, metadata: stated };
}

function ofVersion(object: KubeObject, resourceVersion: string): KubeObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion } };
}

async function unlessGone(answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}
