import type { LiveObject } from './state.ts';

/** One field of an object, as the names and indexes that lead to it. */
export type FieldPath = readonly (string | number)[];

/** A field that the operator owns, and values that somebody could put there. */
export interface ForeignEdit {
  path: FieldPath;
  values: readonly unknown[];
}

interface Managed {
  managedFields?: { manager: string; subresource?: string; fieldsV1: object }[];
}

/** Every leaf that a field manager owns in an object, with other values for it. */
export function foreignEdits(object: LiveObject, manager: string): ForeignEdit[] {
  const { managedFields = [] } = object.metadata as Managed;
  const owned = managedFields.filter(
    (entry) => entry.manager === manager && entry.subresource === undefined,
  );
  return owned
    .flatMap(({ fieldsV1 }) => leaves(fieldsV1, object, []))
    .map((path) => ({ path, values: otherValues(valueAt(object, path)) }))
    .filter(({ values }) => values.length > 0);
}

/** JSON Pointer of a field. */
export function pointer(path: FieldPath): string {
  return path
    .map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}

export function valueAt(object: unknown, path: FieldPath): unknown {
  return path.reduce(
    (value, part) => (value as Record<string | number, unknown> | undefined)?.[part],
    object,
  );
}

/** Follows managedFields (`f:name`, `k:{keys}`, `v:value`) down to where they end. */
function leaves(fields: object, value: unknown, path: FieldPath): FieldPath[] {
  const below = Object.entries(fields).filter(([name]) => name !== '.');
  if (below.length === 0) return isLeaf(value) ? [path] : deepLeaves(value, path);
  return below.flatMap(([name, inner]) => {
    const step = stepOf(name, value);
    if (step === undefined) return [];
    return leaves(inner as object, valueAt(value, [step]), [...path, step]);
  });
}

function stepOf(name: string, value: unknown): string | number | undefined {
  if (name.startsWith('f:')) return name.slice(2);
  if (!Array.isArray(value)) return undefined;
  const wanted = JSON.parse(name.slice(2)) as unknown;
  const index = value.findIndex((item: unknown) =>
    name.startsWith('k:') ? hasKeys(item, wanted as object) : item === wanted,
  );
  return index < 0 ? undefined : index;
}

function hasKeys(item: unknown, keys: object): boolean {
  return Object.entries(keys).every(
    ([name, value]) => (item as Record<string, unknown>)[name] === value,
  );
}

/** An atomic list or map is owned as a whole; each of its values can be edited. */
function deepLeaves(value: unknown, path: FieldPath): FieldPath[] {
  if (isLeaf(value)) return [path];
  return Object.entries(value as object).flatMap(([name, inner]) =>
    deepLeaves(inner, [...path, Array.isArray(value) ? Number(name) : name]),
  );
}

function isLeaf(value: unknown): boolean {
  return typeof value !== 'object' || value === null;
}

/** Where a word has to be one of few, these are the others that the API server may take. */
const WORDS = [
  'Recreate',
  'Always',
  'NodePort',
  'IfUnavailable',
  'IfHealthyBudget',
  'DoNotSchedule',
  'Exact',
  'UDP',
  'TCP',
  'Ingress',
  'Egress',
  'HTTPS',
  'Unconfined',
  'File',
  'tmp',
  'logs',
];

function otherValues(value: unknown): unknown[] {
  if (typeof value === 'boolean') return [!value];
  if (typeof value === 'number') return [value + 1, value - 1];
  if (typeof value !== 'string') return [];
  const text = value.startsWith('{') ? [] : [`${value}x`];
  const quantity = /^\d+/.test(value)
    ? [value.replace(/^\d+/, (digits) => `${Number(digits) + 1}`)]
    : [];
  return [
    ...quantity,
    ...text,
    `${value}/x`,
    ...WORDS.filter((word) => word !== value),
    '{"edited":true}',
  ];
}
