import type { V1ServiceAccount } from '@kubernetes/client-node';
import { childNames } from '../names.ts';
import type { Inputs } from './inputs.ts';
import type { Manifest } from './manifest.ts';
import { ownedMeta } from './server-object.ts';

/** An identity without rights and without a token; absent when the user names an own account. */
export function serviceAccount({ server }: Inputs): Manifest<V1ServiceAccount> | undefined {
  if (server.spec.pod.serviceAccountName !== undefined) return undefined;
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: ownedMeta(server, childNames.serviceAccount(server.metadata.name)),
    automountServiceAccountToken: false,
  };
}
