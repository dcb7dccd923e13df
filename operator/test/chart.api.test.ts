import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { moduleSources } from '../../e2e/cluster/binaries.ts';
import { RELEASE_NAMESPACE, renderedChart } from '../../tools/test/chart.ts';
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
    networkPolicy: { metricsFrom: [{ podSelector: { matchLabels: { app: 'prometheus' } } }] },
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
