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
  /** Server-side apply of the fields that the object states; gives back the stored object, of a Secret only metadata. */
  apply(object: KubeObject): Promise<KubeObject>;
  /**
   * Merge patch with the object: its lists replace the live ones whole. For the case that somebody's
   * list item makes `apply` impossible, because server-side apply never removes others' items.
   */
  overwrite(object: KubeObject): Promise<KubeObject>;
  /** Server-side apply of the object's status. */
  applyStatus(object: KubeObject & { status: unknown }): Promise<KubeObject>;
  /** Deletes exactly the object with this UID; an object that is gone already is fine. */
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
  list(namespace: string): T[];
  /** Remembers what a write returned, so that the next look does not repeat the write. */
  remember(object: T): void;
}

/** An error that the API server answered with. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** HTTP status. */
  readonly status: number;
  /** `reason` of the Status object, for example Conflict or Invalid. */
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

/** Whether the API server has judged the request itself as wrong, so that repeating it is useless. */
export function isRejection(error: unknown): error is ApiError {
  return error instanceof ApiError && [400, 403, 405, 422].includes(error.status);
}
