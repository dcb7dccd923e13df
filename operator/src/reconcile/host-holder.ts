import type { A2AServer } from '../api/a2aserver.ts';
import type { Cache } from '../kube/port.ts';

/** What an Ingress controller tells servers apart by: two with the same key would take each other's calls. */
export function hostKey({ spec: { ingress } }: A2AServer): string | undefined {
  const { enabled, host, className = '' } = ingress;
  return enabled && host !== undefined ? `${className}/${host}` : undefined;
}

/** The oldest of the servers with the same host, when it is another one: the host is its own. */
export function hostHolder(
  server: A2AServer,
  servers: Pick<Cache<A2AServer>, 'by'>,
): A2AServer | undefined {
  const key = hostKey(server);
  const rivals = key === undefined ? [] : servers.by('host', key);
  return rivals
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .filter((rival) => isOlder(rival, server))
    .sort((a, b) => (isOlder(a, b) ? -1 : 1))[0];
}

/** Of the same second, the one whose UID comes first. */
function isOlder({ metadata: a }: A2AServer, { metadata: b }: A2AServer): boolean {
  const [aBorn = '', bBorn = ''] = [a.creationTimestamp, b.creationTimestamp];
  if (aBorn !== bBorn) return aBorn < bBorn;
  return a.uid < b.uid;
}
