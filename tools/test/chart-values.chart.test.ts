import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { CHART, helm, renderedChart, template } from './chart.ts';

describe('the chart', () => {
  it('is as helm lint --strict wants it', async () => {
    expect(await helm(['lint', '--strict', CHART])).toMatchObject({ error: '' });
  });

  it('refuses a Kubernetes that is too old', async () => {
    const { error } = await template({}, '1.30.0');
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

interface Schema {
  $ref?: string;
  description?: string;
  enum?: unknown[];
  type?: string;
  properties?: Record<string, Schema>;
}

describe('every value', () => {
  const read = (file: string): unknown => parse(readFileSync(`${CHART}/${file}`, 'utf8'));
  const root = read('values.schema.json') as Schema & { definitions: Record<string, Schema> };

  /** A schema with what it refers to; its own words count first. */
  function resolved({ $ref, ...own }: Schema): Schema {
    if ($ref === undefined) return own;
    const path = $ref.replace('#/', '').split('/');
    const target = path.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], root);
    return { ...resolved(target as Schema), ...own };
  }

  /** Paths of everything that can be set, with its schema. */
  function leaves(schema: Schema, path = ''): [string, Schema][] {
    const { properties, ...leaf } = resolved(schema);
    if (properties === undefined) return [[path, leaf]];
    return Object.entries(properties).flatMap(([key, one]) => leaves(one, `${path}.${key}`));
  }

  it.each(leaves(root))('%s has a description and a type', (_, { description, type, ...rest }) => {
    expect(description).toMatch(/^[A-Z0-9].*\.$/);
    expect(type ?? rest.enum).toBeDefined();
  });

  it('of values.yaml is known to the schema, and the other way round', () => {
    const known = leaves(root).map(([path]) => path);
    const defaults = read('values.yaml') as Record<string, unknown>;
    const set = (value: unknown, path: string): string[] =>
      known.includes(path)
        ? [path]
        : Object.entries(value as object).flatMap(([key, one]) => set(one, `${path}.${key}`));
    // A tag's default is the chart's version; global is Helm's own.
    const undocumented = known.filter((path) => !set(defaults, '').includes(path));
    expect(undocumented).toEqual(['.global']);
  });
});
