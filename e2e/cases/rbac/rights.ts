import { rightsDifference } from '../../cluster/audit/difference.ts';
import type { AskedByAdmission } from '../../cluster/audit/difference.ts';
import { grantsOf } from '../../cluster/audit/granted.ts';
import type { Binding, Grant, Role } from '../../cluster/audit/granted.ts';
import type { Permission } from '../../cluster/audit/permission.ts';
import { auditedAccount } from '../../cluster/audit/policy.ts';
import { auditedSince, usedPermissions } from '../../cluster/audit/used.ts';
import type { ClusterAccess } from '../../platform/access.ts';

/** Rights that no request of the operator shows, and who asks for them. */
const ASKED_BY_ADMISSION: readonly AskedByAdmission[] = [
  {
    apiGroup: 'a2a-operator.io',
    resource: 'a2aservers/finalizers',
    verb: 'update',
    reason:
      'the plugin OwnerReferencesPermissionEnforcement, on in the embedded cluster as on OpenShift, asks for it when a child is created that blocks the deletion of its server',
  },
];

/** Everything that the operator is granted, as it is installed now. */
export async function operatorGrants(cluster: ClusterAccess): Promise<Grant[]> {
  const list = async <T>(kinds: string): Promise<T[]> => {
    const json = await cluster.kubectl('get', kinds, '--all-namespaces', '-o', 'json');
    return (JSON.parse(json) as { items: T[] }).items;
  };
  const roles = await list<Role>('clusterroles,roles');
  const bindings = await list<Binding>('clusterrolebindings,rolebindings');
  return grantsOf(auditedAccount, roles, bindings);
}

/** Where what the operator may do and what it has asked for since a time differ; else empty. */
export async function differenceSince(startMs: number, granted: readonly Grant[]): Promise<string> {
  const used = usedPermissions(await auditedSince(startMs));
  return rightsDifference(granted, [...used, ...insteadOfStreams(used)], ASKED_BY_ADMISSION);
}

/**
 * A watch of this cluster begins with a stream of everything there is (WatchList). An API server that
 * does not stream is asked for a list instead; operator/test/one-namespace.api.test.ts has one.
 */
function insteadOfStreams(used: readonly Permission[]): Permission[] {
  return used.filter(({ verb }) => verb === 'watch').map((one) => ({ ...one, verb: 'list' }));
}
