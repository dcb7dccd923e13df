import type { A2AServer } from '../api/a2aserver.ts';
import type { KubeObject } from '../api/object.ts';
import { KINDS } from '../kube/kinds.ts';
import type { Caches } from './caches.ts';

/** What an Ingress controller tells servers apart by: two with the same key would take each other's calls. */
export function hostKey({ spec: { ingress } }: A2AServer): string | undefined {
  const { enabled, host, className = '' } = ingress;
  return enabled && host !== undefined ? `${className}/${host}` : undefined;
}

/**
 * The server that has the spec's host, when it is another one: who serves it already goes before who does not, and
 * then the older one. So neither a new server nor an edit takes a host from one that works.
 */
export function hostHolder(
  server: A2AServer,
  { servers, children }: Pick<Caches, 'servers' | 'children'>,
): A2AServer | undefined {
  const key = hostKey(server);
  if (key === undefined) return undefined;
  const rank = (one: A2AServer): Rank => ({ serves: serves(one, children), server: one });
  const own = rank(server);
  return servers
    .by('host', key)
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map(rank)
    .filter((rival) => goesBefore(rival, own))
    .sort((a, b) => (goesBefore(a, b) ? -1 : 1))[0]?.server;
}

interface Rank {
  serves: boolean;
  server: A2AServer;
}

/** Whether an Ingress of the server has its host. */
function serves({ metadata, spec }: A2AServer, children: Caches['children']): boolean {
  const ingresses = children.find(({ kind }) => kind === KINDS.Ingress);
  const own = (ingresses?.by('owner', metadata.uid) ?? []) as readonly Ingress[];
  return own.some((one) => one.spec?.rules?.some(({ host }) => host === spec.ingress.host));
}

type Ingress = KubeObject & { spec?: { rules?: readonly { host?: string }[] } };

/** Of the same second, the one whose UID comes first. */
function goesBefore(a: Rank, b: Rank): boolean {
  if (a.serves !== b.serves) return a.serves;
  const [first, second] = [a.server.metadata, b.server.metadata];
  const [aBorn = '', bBorn = ''] = [first.creationTimestamp, second.creationTimestamp];
  return aBorn === bBorn ? first.uid < second.uid : aBorn < bBorn;
}
