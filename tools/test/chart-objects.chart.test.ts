import { beforeAll, describe, expect, it } from '@jest/globals';
import { operatorConfig } from '../../operator/src/config.ts';
import { MANAGED_BY_LABEL, labels } from '../../operator/src/names.ts';
import { RELEASE_NAMESPACE, renderedChart } from './chart.ts';
import type { ChartObject } from './chart.ts';
import { deploymentIn, environment, named } from './rendered-objects.ts';

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

let all: ChartObject[];
beforeAll(async () => {
  all = await renderedChart();
});

describe('the operator that the chart installs', () => {
  it('has two replicas, and a new one is ready before an old one goes', () => {
    expect(deploymentIn(all)).toMatchObject({
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
    expect(deploymentIn(all)).toMatchObject({
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
    const { spec } = deploymentIn(all);
    const budget = named('PodDisruptionBudget', 'a2a-operator', all) as Budget;
    expect(budget.spec).toMatchObject({
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    });
    expect(spec.template.metadata.labels).toMatchObject(budget.spec.selector.matchLabels);
  });

  it('has labels of your own on its pods, and in no selector', async () => {
    const values = { commonLabels: { team: 'agents', tier: 'one' }, podLabels: { tier: 'two' } };
    const labelled = await renderedChart(values);
    const deployment = deploymentIn(labelled);
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
    const { spec } = deploymentIn(all);
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

describe('the network of its pods', () => {
  const policy = (objects: ChartObject[]): NetworkPolicy['spec'] =>
    (named('NetworkPolicy', 'a2a-operator', objects) as NetworkPolicy).spec;

  it('is closed for whoever is not named', () => {
    const { spec } = deploymentIn(all);
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
    const { spec } = named('ServiceMonitor', 'a2a-operator', objects) as Monitor;
    const service = named('Service', 'a2a-operator-metrics', objects) as Service;
    expect(service.metadata.labels).toMatchObject(spec.selector.matchLabels);
    expect(service.metadata.labels?.[spec.jobLabel]).toBe('a2a-operator');
    expect(service.spec.ports[0].name).toBe(spec.endpoints[0].port);
    const { template } = deploymentIn(objects).spec;
    expect(template.metadata.labels).toMatchObject(service.spec.selector);
    expect(template.spec.containers[0].ports[0].name).toBe(service.spec.ports[0].targetPort);
  });
});
