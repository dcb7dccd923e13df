import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { moduleSources } from '../../e2e/cluster/binaries.ts';
import { CHART, RELEASE_NAMESPACE, helm, renderedChart } from '../../tools/test/chart.ts';
import { startApiServer } from './api-server.ts';
import type { TestApiServer } from './api-server.ts';

jest.setTimeout(120_000);

const PROMETHEUS_CRDS = 'example/prometheus-operator-crd';

let api: TestApiServer;
beforeAll(async () => {
  api = await startApiServer();
  await api.kubectl(['create', 'namespace', RELEASE_NAMESPACE]);
  const sources = await moduleSources(
    'prometheus-operator',
    'github.com/prometheus-operator/prometheus-operator',
  );
  const crd = join(sources, PROMETHEUS_CRDS, 'monitoring.coreos.com_servicemonitors.yaml');
  await api.kubectl(['create', '-f', crd]);
  await api.kubectl(['wait', '--for=condition=Established', 'crd', '--all']);
});
afterAll(() => api.stop());

describe('what the chart renders', () => {
  const everything = {
    watchNamespace: RELEASE_NAMESPACE,
    commonLabels: { team: 'agents' },
    podLabels: { mesh: 'off' },
    podAnnotations: { 'logs.example.com/parser': 'json' },
    imagePullSecrets: [{ name: 'registry' }],
    nodeSelector: { pool: 'system' },
    tolerations: [{ key: 'system', operator: 'Exists' }],
    priorityClassName: 'system-cluster-critical',
    serviceAccount: { annotations: { 'cloud.example.com/role': 'arn:x' } },
    network: { monitoring: [{ namespaceSelector: { matchLabels: { team: 'monitoring' } } }] },
    metrics: { serviceMonitor: { enabled: true, labels: { release: 'x' }, interval: '2m' } },
  };
  it.each([
    ['with its default values', {}],
    ['with all that can be added', everything],
  ])('%s has no field that the API server does not know', async (_, values) => {
    const args = ['apply', '--server-side', '--dry-run=server', '--validate=strict'];
    const objects = await renderedChart(values);
    const answer = await api.kubectl([...args, '--force-conflicts', '-f', '-'], objects);
    const applied = answer.split('\n').filter((line) => line.includes(' serverside-applied '));
    expect({ answer, applied: applied.length }).toEqual({ answer, applied: objects.length });
  });
});

describe('what is shown after an install', () => {
  const COMPLETE = {
    network: { ingressControllers: [{ namespaceSelector: {} }] },
    image: { repository: 'registry.example.com/operator' },
    runtimeImage: { repository: 'registry.example.com/runtime' },
  };
  const OFF = { enabled: false };

  async function notes(values: object): Promise<string> {
    const where = ['--kubeconfig', api.kubeconfig, '--namespace', RELEASE_NAMESPACE];
    // The CRDs of this API server belong to no release.
    const install = ['install', 'a2a-operator', CHART, '--take-ownership', '--dry-run=client'];
    const given = JSON.stringify({ ...COMPLETE, ...values });
    const { output, error } = await helm([...install, ...where, '--values', '-'], given);
    if (error !== '') throw new Error(error);
    return output.slice(output.indexOf('NOTES:'));
  }

  it('is where the operator is and what to do next', async () => {
    const shown = await notes({});
    expect(shown).toContain(`in namespace ${RELEASE_NAMESPACE}: replicas 2`);
    expect(shown).toContain('kubectl get a2as,agentdef --all-namespaces --watch');
    expect(shown).not.toMatch(/^!/m);
  });

  it.each([
    [{ watchNamespace: '007' }, 'kubectl get a2as,agentdef -n 007 --watch'],
    [{ watchNamespace: 'team-a' }, 'It looks at namespace team-a only'],
    [{ replicas: 0 }, '! No replica runs'],
    [{ crds: OFF }, '! The CRDs are not part of this release'],
    [{ network: {} }, '! Servers with an Ingress are open to every namespace'],
    [{ runtimeImage: { repository: 'a2a-operator/runtime' } }, '! No images are published yet'],
    [{ metrics: { serviceMonitor: { enabled: true } } }, '! Prometheus cannot read the metrics'],
  ])('with %j tells of it', async (values, says) => {
    expect(await notes(values)).toContain(says);
  });

  it('with a ServiceMonitor whose Prometheus may come, or without a policy, tells of nothing', async () => {
    const metrics = { serviceMonitor: { enabled: true } };
    const network = { ...COMPLETE.network, monitoring: [{ namespaceSelector: {} }] };
    expect(await notes({ metrics, network })).not.toMatch(/^!/m);
    expect(await notes({ metrics, networkPolicy: OFF })).not.toMatch(/^!/m);
  });
});
