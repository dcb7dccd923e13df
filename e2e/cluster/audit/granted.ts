import type { Permission } from './permission.ts';

/** A permission and the role that it comes from. */
export interface Grant extends Permission {
  /** For example `ClusterRole/a2a-operator`. */
  role: string;
}

/** Roles and bindings, as kubectl lists them. */
export interface Role {
  kind: string;
  metadata: { name: string; namespace?: string };
  rules?: { apiGroups?: string[]; resources?: string[]; verbs: string[] }[] | null;
}
export interface Binding {
  metadata: { name: string; namespace?: string };
  roleRef: { kind: string; name: string };
  subjects?: { kind: string; name: string; namespace?: string }[];
}

/** Everything that is granted to a ServiceAccount by its name; what all accounts have is left out. */
export function grantsOf(
  account: { namespace: string; name: string },
  roles: readonly Role[],
  bindings: readonly Binding[],
): Grant[] {
  const own = bindings.filter(({ subjects = [] }) =>
    subjects.some(
      ({ kind, name, namespace }) =>
        kind === 'ServiceAccount' && name === account.name && namespace === account.namespace,
    ),
  );
  return own.flatMap(({ roleRef, metadata }) => {
    const namespace = roleRef.kind === 'Role' ? metadata.namespace : undefined;
    return roles
      .filter((role) => role.kind === roleRef.kind && role.metadata.name === roleRef.name)
      .filter((role) => role.metadata.namespace === namespace)
      .flatMap(grants);
  });
}

function grants({ kind, metadata, rules }: Role): Grant[] {
  const role = `${kind}/${metadata.name}`;
  return (rules ?? []).flatMap(({ apiGroups = [], resources = [], verbs }) => {
    const kinds = apiGroups.flatMap((apiGroup) =>
      resources.map((resource) => ({ role, apiGroup, resource })),
    );
    return verbs.flatMap((verb) => kinds.map((one) => ({ ...one, verb })));
  });
}
