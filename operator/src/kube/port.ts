import type { KubeObject, ObjectRef } from '../api/object.ts';

/**
 * What the operator needs of a Kubernetes API server. Every method rejects with `ApiError` when the
 * API server answers with an error, and with the network's own error when it does not answer.
 */
export interface Kube {
  /** One object, read live; undefined when it does not exist. */
  get(kind: Kind, ref: ObjectRef): Promise<KubeObject | undefined>;
  /** As `get`, without anything but metadata: the values of a Secret never enter the process. */
  getMetadata(kind: Kind, ref: ObjectRef): Promise<KubeObject | undefined>;
  /**
   * Server-side apply of an object that does not exist yet; gives back the stored object, of a Secret
   * only metadata. Rejects with a Conflict when the name is taken, whoever took it.
   */
  create(object: KubeObject): Promise<KubeObject>;
  /**
   * Server-side apply of the fields that the object states; gives back as `create`. The object's UID
   * makes the API server refuse when another object has the name by now.
   */
  apply(object: KubeObject): Promise<KubeObject>;
  /**
   * Merge patch with the object: its lists replace the live ones whole. For the case that somebody's
   * list item makes `apply` impossible, because server-side apply never removes others' items. What it
   * changes belongs to the operator as if it were applied, so that a later `apply` can remove it.
   */
  overwrite(object: KubeObject): Promise<KubeObject>;
  /** Sets annotations of an object that is not ours to apply, and touches nothing else of it. */
  annotate(object: KubeObject, annotations: Readonly<Record<string, string>>): Promise<KubeObject>;
  /** Server-side apply of the object's status. */
  applyStatus(object: KubeObject & { status: unknown }): Promise<KubeObject>;
  /** Deletes exactly this version of the object; one that is gone already is fine. */
  delete(object: KubeObject): Promise<void>;
}

/** What can be asked of a Kind: where it is in the API. */
export interface Kind {
  apiVersion: string;
  kind: string;
  plural: string;
}

/** Objects of one Kind as the watch last saw them. Callers must not change what they get. */
export interface Cache<T extends KubeObject> {
  readonly kind: Kind;
  get(ref: ObjectRef): T | undefined;
  list(namespace: string): readonly T[];
  /** Objects that an index of the cache holds under this value. Throws for an unknown index. */
  by(index: string, value: string): readonly T[];
  /** Remembers what a write returned, so that the next look does not repeat the write. */
  remember(object: T): void;
}

/** One change of a collection. */
export interface Change<T extends KubeObject = KubeObject> {
  /** The object as it is now; if it was deleted, as it was last. */
  object: T;
  /** What was told of it before; absent when it is new. */
  previous?: T;
  deleted: boolean;
  /** Part of a whole state that was taken anew, so probably no news. */
  replayed: boolean;
  /** What a write of ours returned, coming back: whoever wrote it knows. */
  own: boolean;
}

/** An error that the API server answered with. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** HTTP status. */
  readonly status: number;
  /** `reason` of the Status object, for example Conflict or Invalid. */
  readonly reason: string;
  /** When the API server wants to be asked again (Retry-After). */
  readonly retryAfterMs: number | undefined;

  constructor(status: number, reason: string, message: string, retryAfterMs?: number) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }
}

/** `reason` of the error for a new object in a namespace that is being deleted. */
export const NAMESPACE_TERMINATING = 'NamespaceTerminating';

/**
 * Whether the API server has judged the request itself as wrong, so that repeating it is useless. A 403 is no
 * such judgement: quotas and policies change, and an API server that does not know a new CRD yet says it too.
 */
export function isRejection(error: unknown): error is ApiError {
  return error instanceof ApiError && [400, 405, 422].includes(error.status);
}

/** Whether the object is another one, or another version, than the request was made for. */
export function isConflict(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status === 409;
}
