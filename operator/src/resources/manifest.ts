import type { KubeObject } from '../api/object.ts';

/** client-node's type of a Kind, with raw metadata instead of its class instances. */
export type Manifest<T> = Omit<T, 'apiVersion' | 'kind' | 'metadata' | 'status'> & KubeObject;
