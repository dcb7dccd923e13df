import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { parseAllDocuments, stringify } from 'yaml';
import { CHART, helm, renderedChart } from '../../tools/test/chart.ts';
import type { ChartObject } from '../../tools/test/chart.ts';
import { startApiServer } from './api-server.ts';
import type { TestApiServer } from './api-server.ts';

jest.setTimeout(120_000);

const FOLDER = 'config/default';
const NAMESPACE = 'a2a-operator-system';

let api: TestApiServer;
beforeAll(async () => {
  api = await startApiServer();
});
afterAll(() => api.stop());

/** What kustomize makes of a folder. */
async function built(folder: string): Promise<ChartObject[]> {
  const output = await api.kubectl(['kustomize', folder]);
  return parseAllDocuments(output).map((document) => document.toJS() as ChartObject);
}

const key = ({ kind, metadata }: ChartObject): string =>
  `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
const byKey = (objects: readonly ChartObject[]): Record<string, ChartObject> =>
  Object.fromEntries(objects.map((object) => [key(object), object]));

describe('the installation without Helm', () => {
  /** An object of the chart without what only Helm reads. */
  function withoutHelm(object: ChartObject & { metadata: { annotations?: object } }): ChartObject {
    const { annotations = {}, labels = {}, ...metadata } = object.metadata;
    const { 'app.kubernetes.io/managed-by': manager, 'helm.sh/chart': chart, ...ours } = labels;
    expect([manager, chart]).toEqual(['Helm', 'a2a-operator-0.1.0']);
    const isCrd = object.kind === 'CustomResourceDefinition';
    expect(annotations).toEqual(isCrd ? { 'helm.sh/resource-policy': 'keep' } : {});
    return { ...object, metadata: { ...metadata, labels: ours } };
  }

  it('is the chart with its default values, and the namespace', async () => {
    const { [`Namespace /${NAMESPACE}`]: namespace, ...objects } = byKey(await built(FOLDER));
    const chart = await renderedChart({}, { namespace: NAMESPACE });
    expect(objects).toEqual(byKey(chart.map(withoutHelm)));
    expect(namespace).toBeDefined();
  });

  it('takes other images by kustomize, also that of servers', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'a2a-kustomize-'));
    await cp(FOLDER, join(folder, 'base'), { recursive: true });
    await cp(`${FOLDER}/image-fields.yaml`, join(folder, 'image-fields.yaml'));
    const images = ['operator', 'runtime'].map((program) => ({
      name: `a2a-operator/${program}`,
      newName: `registry.example.com:5000/${program}`,
      newTag: '7',
    }));
    const overlay = { resources: ['base'], configurations: ['image-fields.yaml'], images };
    await writeFile(join(folder, 'kustomization.yaml'), stringify(overlay));
    const text = stringify(byKey(await built(folder))[`Deployment ${NAMESPACE}/a2a-operator`]);
    await rm(folder, { recursive: true });
    expect(text).toContain('image: registry.example.com:5000/operator:7');
    expect(text).toMatch(/RUNTIME_IMAGE\n *value: registry\.example\.com:5000\/runtime:7/);
  });

  it("knows the cluster's network by the patch that the page shows", async () => {
    const page = await readFile('docs/how-to/install.md', 'utf8');
    const [, patch = ''] = /# in the same kustomization\.yaml\n(patches:[^`]+)```/.exec(page) ?? [];
    const folder = await mkdtemp(join(tmpdir(), 'a2a-kustomize-'));
    await cp(FOLDER, join(folder, 'base'), { recursive: true });
    await writeFile(join(folder, 'kustomization.yaml'), `resources: [base]\n${patch}`);
    const text = stringify(byKey(await built(folder))[`Deployment ${NAMESPACE}/a2a-operator`]);
    await rm(folder, { recursive: true });
    expect(text).toMatch(/NETWORK_INGRESS_CONTROLLERS\n *value: '\[\{"namespaceSelector":/);
    expect(text).toContain('name: RUNTIME_IMAGE');
  });

  it.each([
    ['server-side', ['--server-side', '--force-conflicts']],
    ['by kubectl itself', []],
  ])('can be applied %s', async (_, options) => {
    const output = await api.kubectl(['apply', '--validate=strict', ...options, '-k', FOLDER]);
    const lines = output.trim().split('\n');
    // Between the two ways kubectl warns that it takes fields over.
    const objects = lines.filter((line) => / (serverside-applied|created|configured)$/.test(line));
    expect({ output, count: objects.length }).toEqual({
      output,
      count: (await built(FOLDER)).length,
    });
  });
});

describe('the same manifests again', () => {
  /** Generation and version of each object of a selection of kubectl's. */
  async function versions(...selection: readonly string[]): Promise<Record<string, unknown>> {
    const { items } = JSON.parse(await api.kubectl(['get', ...selection, '-o', 'json'])) as {
      items: (ChartObject & { metadata: { generation?: number; resourceVersion: string } })[];
    };
    const entries = items.map((object) => {
      const { generation, resourceVersion } = object.metadata;
      return [key(object), { generation, resourceVersion }];
    });
    return Object.fromEntries(entries) as Record<string, unknown>;
  }

  /** Objects without what Kubernetes' own controllers write into their status, which takes them a while. */
  async function withoutStatus(...selection: readonly string[]): Promise<Record<string, unknown>> {
    const get = ['get', ...selection, '-o', 'json', '--show-managed-fields'];
    const { items } = JSON.parse(await api.kubectl(get)) as {
      items: (ChartObject & { metadata: { managedFields: { subresource?: string }[] } })[];
    };
    const entries = items.map((object) => {
      const managedFields = object.metadata.managedFields.filter(
        ({ subresource }) => subresource === undefined,
      );
      const metadata = { ...object.metadata, managedFields, resourceVersion: undefined };
      return [key(object), { ...object, metadata, status: undefined }];
    });
    return Object.fromEntries(entries) as Record<string, unknown>;
  }

  async function succeed(args: readonly string[]): Promise<void> {
    const output = await api.kubectl(args);
    if (/rror|invalid|forbidden/.test(output)) throw new Error(output);
  }

  it.each([
    ['server-side', 'samples-server-side', ['--server-side']],
    ['by kubectl itself', 'samples', []],
  ])('of servers and agents change nothing, applied %s', async (_, namespace, options) => {
    await succeed(['create', 'namespace', namespace]);
    const apply = ['apply', ...options, '-n', namespace, '-f', 'config/samples'];
    await succeed(apply);
    // The status that the operator writes. Before it, there is a default that is only stored by the next
    // write of anybody.
    const seen = [
      '--subresource=status',
      '--type=merge',
      '-p',
      '{"status":{"observedGeneration":1}}',
    ];
    for (const kind of ['a2as', 'agentdef']) {
      const names = await api.kubectl(['get', kind, '-n', namespace, '-o', 'name']);
      await succeed(['patch', '-n', namespace, ...names.trim().split('\n'), ...seen]);
    }
    const ours = ['a2as,agentdef', '-n', namespace];
    const before = await versions(...ours);
    expect(Object.keys(before)).toHaveLength(6);
    await succeed(apply);
    expect(await versions(...ours)).toEqual(before);
  });

  const KINDS = [
    'crd,clusterrole,clusterrolebinding,flowschema,role,rolebinding,serviceaccount,service',
    'deployment,poddisruptionbudget,networkpolicy',
    'validatingadmissionpolicy,validatingadmissionpolicybinding',
  ].join(',');
  const OURS = [KINDS, '-A', '-l', 'app.kubernetes.io/instance=a2a-operator'];

  it.each([
    ['server-side', ['--server-side', '--force-conflicts']],
    ['by kubectl itself', []],
  ])('of the installation without Helm change nothing, applied %s', async (_, options) => {
    const apply = ['apply', ...options, '-k', FOLDER];
    await succeed(apply);
    const before = await withoutStatus(...OURS);
    expect(Object.keys(before)).toHaveLength((await built(FOLDER)).length - 1);
    await succeed(apply);
    expect(await withoutStatus(...OURS)).toEqual(before);
  });

  it('and values change nothing with Helm, and make a new revision of the release', async () => {
    // As after an uninstall, which keeps the CRDs; these have no owner yet.
    await succeed(['delete', '-k', FOLDER, '--ignore-not-found']);
    const upgrade = async (): Promise<string> => {
      const where = ['--kubeconfig', api.kubeconfig, '--namespace', NAMESPACE];
      const args = ['upgrade', '--install', 'a2a-operator', CHART, ...where, '--create-namespace'];
      const { output, error } = await helm(args);
      if (error !== '') throw new Error(error);
      return output;
    };
    await upgrade();
    const before = await withoutStatus(...OURS);
    expect(Object.keys(before)).toHaveLength((await renderedChart()).length);
    expect(await upgrade()).toContain('REVISION: 2');
    expect(await withoutStatus(...OURS)).toEqual(before);
  });
});
