import { beforeAll, describe, expect, it } from '@jest/globals';
import { RELEASE_NAMESPACE, renderedChart } from './chart.ts';
import type { ChartObject } from './chart.ts';
import { ACCOUNT, deploymentIn, environment, named } from './rendered-objects.ts';

interface Rule {
  apiGroups: string[];
  resources: string[];
  resourceNames?: string[];
  verbs: string[];
}
interface Role extends ChartObject {
  rules: Rule[];
}
interface Binding extends ChartObject {
  roleRef: { kind: string; name: string };
  subjects: object[];
}
interface FlowSchema extends ChartObject {
  spec: {
    matchingPrecedence: number;
    priorityLevelConfiguration: { name: string };
    rules: { subjects: object[]; resourceRules: object[] }[];
  };
}

let all: ChartObject[];
beforeAll(async () => {
  all = await renderedChart();
});

const roleNamed = (kind: string, name: string, objects = all): Role =>
  named(kind, name, objects) as Role;
const flowSchema = (name: string): FlowSchema => named('FlowSchema', name, all) as FlowSchema;

/** The roles that are bound to the operator, with the namespace in which they hold. */
function boundRoles(objects: ChartObject[]): { where: string; role: Role }[] {
  return objects
    .filter(({ kind }) => kind.endsWith('RoleBinding'))
    .map((object) => {
      const { roleRef, subjects, metadata } = object as Binding;
      expect(subjects).toEqual([ACCOUNT]);
      const role = roleNamed(roleRef.kind, roleRef.name, objects);
      expect(role.metadata.namespace).toBe(metadata.namespace);
      return { where: metadata.namespace ?? 'everywhere', role };
    });
}

describe('its rights', () => {
  it('are one ClusterRole, and in its own namespace one Lease', () => {
    expect(boundRoles(all).map(({ where, role }) => [where, role.metadata.name])).toEqual([
      ['everywhere', 'a2a-operator'],
      [RELEASE_NAMESPACE, 'a2a-operator-leader-election'],
    ]);
    const leases = { apiGroups: ['coordination.k8s.io'], resources: ['leases'] };
    expect(roleNamed('Role', 'a2a-operator-leader-election').rules).toEqual([
      { ...leases, resourceNames: ['a2a-operator'], verbs: ['get', 'patch'] },
      { ...leases, verbs: ['create'] },
    ]);
  });

  it('are the same in one namespace, and nothing elsewhere', async () => {
    const narrow = await renderedChart({ watchNamespace: 'team-a' });
    expect(boundRoles(narrow).map(({ where, role }) => [where, role.kind])).toEqual([
      [RELEASE_NAMESPACE, 'Role'],
      ['team-a', 'Role'],
    ]);
    expect(roleNamed('Role', 'a2a-operator', narrow).rules).toEqual(
      roleNamed('ClusterRole', 'a2a-operator').rules,
    );
    expect(environment(narrow)).toMatchObject({ WATCH_NAMESPACE: 'team-a' });
  });

  it('include patching pods only together with the policy that limits it', async () => {
    const verbsOnPods = (objects: ChartObject[]): string[] =>
      roleNamed('ClusterRole', 'a2a-operator', objects)
        .rules.filter(({ resources }) => resources.includes('pods'))
        .flatMap(({ verbs }) => verbs);
    expect(verbsOnPods(all)).toContain('patch');
    expect(environment(all)).toMatchObject({ ANNOTATE_PODS: 'true' });
    const without = await renderedChart({ admissionPolicy: { enabled: false } });
    expect(without.map(({ kind }) => kind)).not.toContain('ValidatingAdmissionPolicy');
    expect(verbsOnPods(without)).toEqual(['list', 'watch']);
    expect(environment(without)).toMatchObject({ ANNOTATE_PODS: 'false' });
  });

  it('are those of the account that it uses, whoever made it', async () => {
    const values = { serviceAccount: { create: false, name: 'given' } };
    const objects = await renderedChart(values);
    const account = { ...ACCOUNT, name: 'given' };
    const bindings = objects.filter(({ kind }) => kind.endsWith('RoleBinding')) as Binding[];
    expect(bindings.map(({ subjects }) => subjects)).toEqual([[account], [account]]);
    const schemas = objects.filter(({ kind }) => kind === 'FlowSchema') as FlowSchema[];
    const serviceAccount = { name: account.name, namespace: account.namespace };
    const subjects = [{ kind: 'ServiceAccount', serviceAccount }];
    expect(schemas.map(({ spec }) => spec.rules[0]?.subjects)).toEqual([subjects, subjects]);
    const { spec } = deploymentIn(objects);
    expect(spec.template.spec.serviceAccountName).toBe('given');
    const [policy] = objects.filter(({ kind }) => kind === 'ValidatingAdmissionPolicy');
    expect(JSON.stringify(policy)).toContain(`'system:serviceaccount:${RELEASE_NAMESPACE}:given'`);
  });

  it('can be its own namespace too', async () => {
    const own = await renderedChart({ watchNamespace: RELEASE_NAMESPACE });
    const names = own.filter(({ kind }) => kind === 'Role').map(({ metadata }) => metadata.name);
    expect(names.sort()).toEqual(['a2a-operator', 'a2a-operator-leader-election']);
  });
});

describe('what the chart puts into the cluster as a whole', () => {
  const CLUSTER_WIDE = ['Cluster', 'CustomResource', 'FlowSchema', 'ValidatingAdmission'];
  const clusterWide = (objects: ChartObject[]): string[] =>
    objects
      .filter(({ kind }) => CLUSTER_WIDE.some((prefix) => kind.startsWith(prefix)))
      .map(({ kind, metadata }) => `${kind}/${metadata.name}`)
      .sort();

  it('is what users and the API server have to know', () => {
    expect(clusterWide(all)).toEqual([
      'ClusterRole/a2a-operator',
      'ClusterRole/a2a-operator-edit',
      'ClusterRole/a2a-operator-view',
      'ClusterRoleBinding/a2a-operator',
      'CustomResourceDefinition/a2aservers.a2a-operator.io',
      'CustomResourceDefinition/agentdefinitions.a2a-operator.io',
      'FlowSchema/a2a-operator',
      'FlowSchema/a2a-operator-leader-election',
      `ValidatingAdmissionPolicy/${RELEASE_NAMESPACE}-a2a-operator-pods`,
      `ValidatingAdmissionPolicyBinding/${RELEASE_NAMESPACE}-a2a-operator-pods`,
    ]);
  });

  it('is nothing for a second operator that has one namespace', async () => {
    const off = { enabled: false };
    const kinds = { crds: off, userRoles: off, flowSchema: off, admissionPolicy: off };
    const values = { watchNamespace: 'team-a', ...kinds };
    expect(clusterWide(await renderedChart(values))).toEqual([]);
  });
});

describe('requests of the operator', () => {
  const subject = {
    kind: 'ServiceAccount',
    serviceAccount: { name: ACCOUNT.name, namespace: ACCOUNT.namespace },
  };
  it.each([
    {
      name: 'a2a-operator-leader-election',
      level: 'leader-election',
      rule: {
        apiGroups: ['coordination.k8s.io'],
        resources: ['leases'],
        verbs: ['get', 'create', 'patch'],
        namespaces: [RELEASE_NAMESPACE],
      },
    },
    {
      name: 'a2a-operator',
      level: 'workload-high',
      rule: {
        apiGroups: ['*'],
        resources: ['*'],
        verbs: ['*'],
        namespaces: ['*'],
        clusterScope: true,
      },
    },
  ])('that $name matches are served at the level $level', ({ name, level, rule }) => {
    const { spec } = flowSchema(name);
    expect(spec.priorityLevelConfiguration.name).toBe(level);
    expect(spec.rules).toEqual([{ subjects: [subject], resourceRules: [rule] }]);
  });

  it('for the Lease are looked for first', () => {
    const precedence = (name: string): number => flowSchema(name).spec.matchingPrecedence;
    expect(precedence('a2a-operator-leader-election')).toBeLessThan(precedence('a2a-operator'));
  });
});

describe('users who have a role of Kubernetes in a namespace', () => {
  /** What a role of Kubernetes gets of ours: aggregated by label. */
  const verbs = (of: string, resource: string): string[] =>
    all
      .filter(
        ({ metadata }) =>
          metadata.labels?.[`rbac.authorization.k8s.io/aggregate-to-${of}`] === 'true',
      )
      .flatMap((role) => (role as Role).rules)
      .filter(({ resources }) => resources.includes(resource))
      .flatMap((rule) => rule.verbs)
      .sort();

  it.each(['a2aservers', 'agentdefinitions'])('may read %s, and write them with edit', (kind) => {
    const read = ['get', 'list', 'watch'];
    const write = ['create', 'delete', 'deletecollection', 'patch', 'update'];
    expect(verbs('view', kind)).toEqual(read);
    expect(verbs('edit', kind)).toEqual([...read, ...write].sort());
    expect(verbs('admin', kind)).toEqual([...read, ...write].sort());
  });

  it('may scale servers with edit, and write no status', () => {
    expect(verbs('view', 'a2aservers/scale')).toEqual(['get']);
    expect(verbs('edit', 'a2aservers/scale')).toEqual(['get', 'patch', 'update']);
    expect(verbs('admin', 'a2aservers/status')).toEqual(['get']);
  });
});
