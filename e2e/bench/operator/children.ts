import type { Api, KubeObject } from './api.ts';
import { appliedFields } from './applied-fields.ts';
import { CHILD_KINDS, INSTANCE_LABEL, MANAGED, collectionPath, serversPath } from './paths.ts';

const OPERATOR_MANAGER = 'a2a-operator';

/** What the operator has applied for every server, exactly, server by server in an order that works. */
export async function childrenAsApplied(api: Api): Promise<KubeObject[]> {
  const byServer = new Map<string, KubeObject[]>();
  for (const [apiVersion, kind] of CHILD_KINDS) {
    for (const item of await api.list(`${collectionPath(apiVersion, kind)}?${MANAGED}`)) {
      // Pieces of a list do not say what they are.
      const child = appliedFields({ ...item, apiVersion, kind }, OPERATOR_MANAGER);
      const server = item.metadata.labels?.[INSTANCE_LABEL] ?? '';
      byServer.set(server, [...(byServer.get(server) ?? []), child]);
    }
  }
  return [...byServer.values()].flat();
}

/** The same objects for the servers of another API server, which have other UIDs. */
export async function ownedByServersOf(
  api: Api,
  children: readonly KubeObject[],
): Promise<KubeObject[]> {
  const servers = await api.list(serversPath);
  const uids = new Map(servers.map(({ metadata }) => [metadata.name, metadata.uid ?? '']));
  return children.map((child) => {
    const ownerReferences = child.metadata.ownerReferences?.map((owner) => ({
      ...owner,
      uid: uids.get(owner.name) ?? '',
    }));
    return {
      ...child,
      metadata: { ...child.metadata, ...(ownerReferences && { ownerReferences }) },
    };
  });
}
