import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { operatorConfig } from '../../operator/src/config.ts';
import { CHART, renderedChart } from './chart.ts';
import type { ChartObject } from './chart.ts';

interface Schema {
  $ref?: string;
  description?: string;
  enum?: unknown[];
  type?: string;
  properties?: Record<string, Schema>;
}

/** See the top of the file. */
interface ValueCase {
  value: string;
  because: string;
  given: object;
  at: string;
  is: unknown[];
}

const CASES = parse(readFileSync('tools/test/chart-value-cases.yaml', 'utf8')) as ValueCase[];

const text = (file: string): string => readFileSync(`${CHART}/${file}`, 'utf8');
const root = parse(text('values.schema.json')) as Schema & { definitions: Record<string, Schema> };

/** A schema with what it refers to; its own words count first. */
function resolved({ $ref, ...own }: Schema): Schema {
  if ($ref === undefined) return own;
  const path = $ref.replace('#/', '').split('/');
  const target = path.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], root);
  return { ...resolved(target as Schema), ...own };
}

/** Paths of everything that can be set, with its schema. */
function leaves(schema: Schema, path: readonly string[] = []): [string, Schema][] {
  const { properties, ...leaf } = resolved(schema);
  if (properties === undefined) return [[path.join('.'), leaf]];
  return Object.entries(properties).flatMap(([key, one]) => leaves(one, [...path, key]));
}

// Helm's own.
const known = leaves(root).filter(([path]) => path !== 'global');
const paths = known.map(([path]) => path);

let standard: ChartObject[];
beforeAll(async () => {
  standard = await renderedChart();
});

describe('every value', () => {
  it.each(known)('%s has a description and a type', (_, { description, type, ...rest }) => {
    expect(description).toMatch(/^[A-Z0-9].*\.$/);
    expect(type ?? rest.enum).toBeDefined();
  });

  it('of the schema is in values.yaml, and the other way round', () => {
    const set = (value: unknown, path: readonly string[]): string[] =>
      paths.includes(path.join('.'))
        ? [path.join('.')]
        : Object.entries(value as object).flatMap(([key, one]) => set(one, [...path, key]));
    expect(set(parse(text('values.yaml')), []).sort()).toEqual([...paths].sort());
  });

  it('or its group has a comment in values.yaml', () => {
    const lines = text('values.yaml').split('\n');
    const uncommented = lines.filter((line, index) => {
      const isKey = /^\S+:/.test(line);
      const begins = lines.slice(0, index).findLastIndex((each) => each === '');
      const group = lines.slice(begins + 1, index + 1);
      const next = lines[index + 1] ?? '';
      return isKey && ![...group, next].some((each) => /^ *#/.test(each));
    });
    expect(uncommented).toEqual([]);
  });

  it('has a case', () => {
    expect(CASES.map(({ value }) => value).sort()).toEqual([...paths].sort());
  });
});

describe('a value that is set', () => {
  it.each(CASES)('$value changes what it is for: $because', async ({ given, at, is }) => {
    expect(found(await renderedChart(given), at)).toEqual(is);
    expect(found(standard, at)).not.toEqual(is);
  });
});

/** The different things at a place of rendered objects; see the cases. */
function found(objects: readonly ChartObject[], at: string): unknown[] {
  const [kind = '', ...path] = at.split(' ');
  const chosen = objects.filter((object) => kind === '*' || object.kind === kind);
  const values = chosen.flatMap((object) => valuesAt(object, path));
  return [...new Set(values.map((value) => value ?? null))].sort();
}

function valuesAt(value: unknown, [step, ...rest]: readonly string[]): unknown[] {
  if (step === undefined) return [value];
  if (value === undefined) return [undefined];
  if (!Array.isArray(value)) return valuesAt((value as Record<string, unknown>)[step], rest);
  const items = value as { name?: string }[];
  return items
    .filter(({ name }) => step === '*' || name === step)
    .flatMap((item) => valuesAt(item, rest));
}

describe('every setting of the operator', () => {
  /** The configuration that the operator reads in a rendered pod. */
  function configured(objects: ChartObject[]): Record<string, unknown> {
    const env = found(objects, 'Deployment spec template spec containers operator env *') as {
      name: string;
      value?: string;
    }[];
    const fromFields = { POD_NAME: 'pod', LEASE_NAMESPACE: 'operators' };
    const fixed = Object.fromEntries(env.map(({ name, value }) => [name, value]));
    const read = operatorConfig({ ...fixed, ...fromFields });
    if ('errors' in read) throw new Error(read.errors.join('\n'));
    const { settings, ...others } = read.config;
    return { ...others, ...settings };
  }

  it('can be changed by a value, but for who and where it is', async () => {
    const given = CASES.filter(({ at }) => at.includes(' env ')).map((one) => one.given);
    const changed = configured(
      await renderedChart(Object.assign({ opsPort: 9443 }, ...given) as object),
    );
    const before = configured(standard);
    const same = Object.keys(changed).filter(
      (name) => JSON.stringify(changed[name]) === JSON.stringify(before[name]),
    );
    expect(same.sort()).toEqual(['identity', 'leaseNamespace']);
  });
});
