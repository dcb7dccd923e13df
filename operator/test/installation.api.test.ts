import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { parseAllDocuments, stringify } from 'yaml';
import { renderedChart } from '../../tools/test/chart.ts';
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
