import { beforeAll, describe, expect, it } from '@jest/globals';
import { operatorConfig } from '../../operator/src/config.ts';
import { MANAGED_BY_LABEL, labels } from '../../operator/src/names.ts';
import { RELEASE_NAMESPACE, renderedChart } from './chart.ts';
import type { ChartObject } from './chart.ts';

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
interface Deployment extends ChartObject {
  spec: {
    selector: { matchLabels: Record<string, string> };
    template: { metadata: { labels: Record<string, string> }; spec: PodSpec };
  };
}
interface NetworkPolicy extends ChartObject {
  spec: {
    podSelector: { matchLabels: Record<string, string> };
    ingress?: object[];
    egress: { to?: object[]; ports?: object[] }[];
  };
}
interface Budget extends ChartObject {
  spec: { selector: { matchLabels: Record<string, string> } };
}
interface PodSpec {
  serviceAccountName: string;
  containers: [
    { ports: [{ name: string }]; env: { name: string; value?: string; valueFrom?: object }[] },
  ];
}

let all: ChartObject[];
beforeAll(async () => {
  all = await renderedChart();
});

function one(kind: string, name: string, objects = all): ChartObject {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  if (found === undefined) throw new Error(`${kind} ${name} was not rendered`);
  return found;
}

const roleNamed = (kind: string, name: string, objects = all): Role =>
  one(kind, name, objects) as Role;
const flowSchema = (name: string): FlowSchema => one('FlowSchema', name) as FlowSchema;

const ACCOUNT = { kind: 'ServiceAccount', name: 'a2a-operator', namespace: RELEASE_NAMESPACE };

/** Environment variables of the operator; those from fields as `field:<path>`. */
function environment(objects: ChartObject[]): Record<string, string> {
  const { spec } = one('Deployment', 'a2a-operator', objects) as Deployment;
  const { env } = spec.template.spec.containers[0];
  return Object.fromEntries(
    env.map(({ name, value, valueFrom }) => {
      const path = (valueFrom as { fieldRef: { fieldPath: string } } | undefined)?.fieldRef;
      return [name, value ?? `field:${path?.fieldPath ?? ''}`];
    }),
  );
}

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

describe('the operator that the chart installs', () => {
  it('has two replicas, and a new one is ready before an old one goes', () => {
    expect(one('Deployment', 'a2a-operator')).toMatchObject({
      spec: {
        replicas: 2,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
        template: { spec: { terminationGracePeriodSeconds: 30 } },
      },
    });
  });

  it('runs on several nodes and zones where it can', () => {
    const spread = (topologyKey: string): object => ({
      topologyKey,
      whenUnsatisfiable: 'ScheduleAnyway',
      matchLabelKeys: ['pod-template-hash'],
    });
    expect(one('Deployment', 'a2a-operator')).toMatchObject({
      spec: {
        template: {
          spec: {
            topologySpreadConstraints: [
              spread('kubernetes.io/hostname'),
              spread('topology.kubernetes.io/zone'),
            ],
          },
        },
      },
    });
  });

  it('loses one pod at a time to drains, and a broken one never holds a drain up', () => {
    const { spec } = one('Deployment', 'a2a-operator') as Deployment;
    const budget = one('PodDisruptionBudget', 'a2a-operator') as Budget;
    expect(budget.spec).toMatchObject({
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    });
    expect(spec.template.metadata.labels).toMatchObject(budget.spec.selector.matchLabels);
  });

  it('has labels of your own on its pods, and in no selector', async () => {
    const values = { commonLabels: { team: 'agents', tier: 'one' }, podLabels: { tier: 'two' } };
    const labelled = await renderedChart(values);
    const deployment = one('Deployment', 'a2a-operator', labelled) as Deployment;
    expect(deployment.spec.template.metadata.labels).toMatchObject({ team: 'agents', tier: 'two' });
    expect(deployment.metadata.labels).toMatchObject({ team: 'agents', tier: 'one' });
    const selectors = (objects: ChartObject[]): unknown[] =>
      objects.map((object) => (object as Partial<Budget>).spec?.selector);
    expect(selectors(labelled)).toEqual(selectors(all));
  });

  it('knows its pod and where its Lease is, and looks at every namespace', () => {
    expect(environment(all)).toMatchObject({
      POD_NAME: 'field:metadata.name',
      LEASE_NAMESPACE: 'field:metadata.namespace',
      WATCH_NAMESPACE: '',
      MAX_CONCURRENT_ROLLOUTS: '5',
    });
  });
});

describe("what it knows of the cluster's network", () => {
  const podsOf = (namespace: string, labels: object): object => ({
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    podSelector: { matchLabels: labels },
  });

  it('is its own pods and the usual DNS', () => {
    const { spec } = one('Deployment', 'a2a-operator') as Deployment;
    const known = environment(all);
    expect(JSON.parse(known.NETWORK_OPERATOR ?? '')).toEqual([
      podsOf(RELEASE_NAMESPACE, spec.selector.matchLabels),
    ]);
    expect(JSON.parse(known.NETWORK_DNS ?? '')).toEqual([
      podsOf('kube-system', { 'k8s-app': 'kube-dns' }),
    ]);
    expect(known).toMatchObject({
      NETWORK_INGRESS_CONTROLLERS: '[]',
      NETWORK_MONITORING: '[]',
      NETWORK_DNS_PORTS: '53',
      NETWORK_CLUSTER_RANGES: '',
    });
  });

  it('is what the values say, and the operator understands it', async () => {
    const dns = { peers: [{ ipBlock: { cidr: '169.254.20.10/32' } }], ports: [53, 5353] };
    const network = {
      dns,
      ingressControllers: [podsOf('ingress', { app: 'envoy' })],
      monitoring: [{ namespaceSelector: {} }],
      clusterRanges: ['203.0.113.0/24', '2001:db8::/32'],
    };
    const rendered = environment(await renderedChart({ network }));
    // Which a field of the pod gives.
    const read = operatorConfig({ ...rendered, LEASE_NAMESPACE: RELEASE_NAMESPACE });
    expect(read).toMatchObject({ config: { settings: { network } } });
  });
});

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
    const { spec } = one('Deployment', 'a2a-operator', objects) as Deployment;
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

describe('the network of its pods', () => {
  const policy = (objects: ChartObject[]): NetworkPolicy['spec'] =>
    (one('NetworkPolicy', 'a2a-operator', objects) as NetworkPolicy).spec;

  it('is closed for whoever is not named', () => {
    const { spec } = one('Deployment', 'a2a-operator') as Deployment;
    const { podSelector, ...rest } = policy(all);
    expect(spec.template.metadata.labels).toMatchObject(podSelector.matchLabels);
    expect(rest).toMatchObject({ policyTypes: ['Ingress', 'Egress'] });
    expect(rest.ingress).toBeUndefined();
  });

  it('lets them read metrics, and nothing else', async () => {
    const from = [{ namespaceSelector: { matchLabels: { team: 'monitoring' } } }];
    const { ingress } = policy(await renderedChart({ network: { monitoring: from } }));
    expect(ingress).toEqual([{ from, ports: [{ port: 'ops', protocol: 'TCP' }] }]);
  });

  it.each([
    ['everywhere', {}, {}],
    [
      'in the one namespace that is watched',
      { watchNamespace: '007' },
      { matchLabels: { 'kubernetes.io/metadata.name': '007' } },
    ],
  ])('leads to pods of servers %s, on any port', async (_where, values, namespaceSelector) => {
    const [, , servers, ...others] = policy(await renderedChart(values)).egress;
    const [{ podSelector }] = servers?.to as [{ podSelector: { matchLabels: object } }];
    expect(servers).toEqual({ to: [{ podSelector, namespaceSelector }] });
    expect(labels('any')).toMatchObject(podSelector.matchLabels);
    expect(Object.keys(podSelector.matchLabels)).toEqual([
      'app.kubernetes.io/name',
      MANAGED_BY_LABEL,
    ]);
    expect(others).toEqual([]);
  });

  it('leads to the API server and DNS by their ports', () => {
    const tcp = (port: number): object => ({ port, protocol: 'TCP' });
    const [apiServer, dns] = policy(all).egress;
    expect(apiServer).toEqual({ ports: [tcp(443), tcp(6443)] });
    expect(dns).toEqual({ ports: [{ port: 53, protocol: 'UDP' }, tcp(53)] });
  });
});

describe('metrics', () => {
  interface Monitor extends ChartObject {
    spec: { selector: { matchLabels: object }; endpoints: [{ port: string }]; jobLabel: string };
  }
  interface Service extends ChartObject {
    spec: { selector: object; ports: [{ name: string; targetPort: string }] };
  }

  it('are behind a Service that leads to the operator and is what a ServiceMonitor selects', async () => {
    const values = { metrics: { serviceMonitor: { enabled: true } } };
    const objects = await renderedChart(values);
    const { spec } = one('ServiceMonitor', 'a2a-operator', objects) as Monitor;
    const service = one('Service', 'a2a-operator-metrics', objects) as Service;
    expect(service.metadata.labels).toMatchObject(spec.selector.matchLabels);
    expect(service.metadata.labels?.[spec.jobLabel]).toBe('a2a-operator');
    expect(service.spec.ports[0].name).toBe(spec.endpoints[0].port);
    const { template } = (one('Deployment', 'a2a-operator', objects) as Deployment).spec;
    expect(template.metadata.labels).toMatchObject(service.spec.selector);
    expect(template.spec.containers[0].ports[0].name).toBe(service.spec.ports[0].targetPort);
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
