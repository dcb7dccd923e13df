import type { A2AServerSpec, A2AServerStatus } from './a2aserver.gen.ts';
import type { ObjectMeta } from './object.ts';

export type { A2AServerSpec, A2AServerStatus } from './a2aserver.gen.ts';

export const GROUP_VERSION = 'a2a-operator.io/v1alpha1';
export const A2A_SERVER_KIND = 'A2AServer';

/** An A2AServer as the API server hands it out: namespaced, with defaults filled in. */
export interface A2AServer {
  apiVersion: typeof GROUP_VERSION;
  kind: typeof A2A_SERVER_KIND;
  metadata: ObjectMeta & { namespace: string; uid: string; generation: number };
  spec: A2AServerSpec;
  status?: A2AServerStatus;
}
