import type { V1Ingress } from '@kubernetes/client-node';
import { childNames } from '../names.ts';
import type { Inputs } from './inputs.ts';
import type { Manifest } from './manifest.ts';
import { ownedMeta } from './server-object.ts';

/** Everything a caller needs: the A2A endpoints and the well-known card. */
const PATHS = ['/a2a', '/.well-known'];

/** The Ingress, when asked for. Paths are never rewritten: the runtime serves them as they come. */
export function ingress({ server }: Inputs): Manifest<V1Ingress> | undefined {
  const { enabled, host, className, tlsSecretName, annotations } = server.spec.ingress;
  if (!enabled || host === undefined) return undefined;
  const { name } = server.metadata;
  const backend = { service: { name: childNames.service(name), port: { name: 'http' } } };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: ownedMeta(server, childNames.ingress(name), annotations),
    spec: {
      ...(className !== undefined && { ingressClassName: className }),
      ...(tlsSecretName !== undefined && { tls: [{ hosts: [host], secretName: tlsSecretName }] }),
      rules: [
        { host, http: { paths: PATHS.map((path) => ({ path, pathType: 'Prefix', backend })) } },
      ],
    },
  };
}
