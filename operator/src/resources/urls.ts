import { agentPath } from '../../../runtime/src/contract/layout.ts';
import type { A2AServer } from '../api/a2aserver.ts';
import { childNames } from '../names.ts';

/**
 * Base URL that cards advertise, without a trailing slash: `publicUrl`, else the Ingress host, else
 * the Service's DNS name, which callers inside the cluster reach.
 */
export function publicUrl(server: A2AServer, clusterDomain: string): string {
  const { publicUrl: declared, ingress, service } = server.spec;
  if (declared !== undefined) return declared.replace(/\/$/, '');
  if (ingress.enabled && ingress.host !== undefined) {
    return `${ingress.tlsSecretName === undefined ? 'http' : 'https'}://${ingress.host}`;
  }
  const { name, namespace } = server.metadata;
  const port = service.port === 80 ? '' : `:${service.port}`;
  return `http://${childNames.service(name)}.${namespace}.svc.${clusterDomain}${port}`;
}

/** URL of one agent of a server. */
export function agentUrl(baseUrl: string, agentName: string): string {
  return `${baseUrl}${agentPath(agentName)}`;
}
