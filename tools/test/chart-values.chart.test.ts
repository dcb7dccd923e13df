import { describe, expect, it } from '@jest/globals';
import { CHART, helm, renderedChart, template } from './chart.ts';

describe('the chart', () => {
  it('is as helm lint --strict wants it', async () => {
    expect(await helm(['lint', '--strict', CHART])).toMatchObject({ error: '' });
  });

  it('refuses a Kubernetes that is too old', async () => {
    const { error } = await template({}, { kubeVersion: '1.30.0' });
    expect(error).toContain('chart requires kubeVersion: >=1.31.0-0');
  });
});

describe('a value that is wrong', () => {
  it.each([
    [{ replicaCount: 2 }, "additional properties 'replicaCount' not allowed"],
    [{ replicas: '2' }, "at '/replicas': got string, want integer"],
    [{ replicas: -1 }, "at '/replicas': minimum: got -1, want 0"],
    [{ watchNamespace: 'Team_A' }, "at '/watchNamespace': 'Team_A' does not match pattern"],
    [{ watchNamespace: ['a', 'b'] }, "at '/watchNamespace': got array, want string"],
    [{ maxConcurrentRollouts: 0 }, "at '/maxConcurrentRollouts': minimum: got 0, want 1"],
    [{ flowSchema: false }, "at '/flowSchema': got boolean, want object"],
    [{ userRoles: { enabled: 'yes' } }, "at '/userRoles/enabled': got string, want boolean"],
    [{ log: { level: 'trace' } }, "value must be one of 'error', 'warn', 'info', 'debug'"],
    [{ clusterDomain: 'cluster local' }, "at '/clusterDomain': 'cluster local' does not match"],
    [{ runtimeImage: { pullPolicy: 'Always' } }, "additional properties 'pullPolicy' not allowed"],
    [{ allowedAnnotationPrefixes: ['a/,b/'] }, "at '/allowedAnnotationPrefixes/0': 'a/,b/' does"],
    [{ opsPort: 80 }, "at '/opsPort': minimum: got 80, want 1,024"],
    [{ fullnameOverride: 'Operator' }, "at '/fullnameOverride': 'Operator' does not match"],
    [{ commonLabels: { team: 7 } }, "at '/commonLabels/team': got number, want string"],
    [
      { commonLabels: { 'app.kubernetes.io/name': 'x' } },
      "/app.kubernetes.io~1name': false schema",
    ],
    [{ podLabels: { 'app.kubernetes.io/instance': 'x' } }, "at '/podLabels/app.kubernetes.io~1"],
    [
      { commonLabels: { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' } },
      "rbac.authorization.k8s.io~1aggregate-to-view': false schema",
    ],
    [{ topologySpreadConstraints: [{}] }, 'missing properties'],
    [{ serviceAccount: { create: false } }, 'serviceAccount.name is missing'],
    [{ networkPolicy: { apiServerPorts: [] } }, "at '/networkPolicy/apiServerPorts': minItems"],
    [{ metrics: { serviceMonitor: { interval: '30' } } }, "at '/metrics/serviceMonitor/interval'"],
    [
      { network: { monitoring: [{ namespace: 'x' }] } },
      "at '/network/monitoring/0': additional properties 'namespace' not allowed",
    ],
    [{ network: { monitoring: {} } }, "at '/network/monitoring': got object, want array"],
    [
      { network: { ingressControllers: [{}] } },
      "at '/network/ingressControllers/0': 'oneOf' failed",
    ],
    [
      { network: { ingressControllers: [{ podSelector: {}, ipBlock: { cidr: '10.0.0.0/8' } }] } },
      "at '/network/ingressControllers/0': 'not' failed",
    ],
    [{ network: { dns: { peers: [] } } }, "at '/network/dns/peers': minItems: got 0, want 1"],
    [
      { network: { dns: { ports: ['53'] } } },
      "at '/network/dns/ports/0': got string, want integer",
    ],
    [{ network: { clusterRanges: ['0.0.0.0/0'] } }, "at '/network/clusterRanges/0': '0.0.0.0/0'"],
    [{ imagePullSecrets: ['registry'] }, "at '/imagePullSecrets/0': got string, want object"],
    [{ nodeSelector: { gpu: true } }, "at '/nodeSelector/gpu': got boolean, want string"],
  ])('%j is refused with its place', async (values, says) => {
    expect((await template(values)).error).toContain(says);
  });
});

describe('a value that is unusual', () => {
  it.each([
    { replicas: 0 },
    { replicas: 1, maxConcurrentRollouts: 1000 },
    { topologySpreadConstraints: [], commonLabels: { flag: 'true', number: '7' } },
    // YAML would take them for a number and a boolean.
    { watchNamespace: '007' },
    { watchNamespace: 'true' },
    { image: { repository: 'registry:5000/operator', tag: '1' }, log: { level: 'debug' } },
  ])('%j is taken as it is meant', async (values) => {
    const objects = await renderedChart(values);
    const types = new Set(objects.map(({ metadata }) => typeof metadata.namespace));
    expect([...types].sort()).toEqual(['string', 'undefined']);
    const { watchNamespace } = values as { watchNamespace?: string };
    if (watchNamespace === undefined) return;
    expect(objects.map(({ metadata }) => metadata.namespace)).toContain(watchNamespace);
  });
});
