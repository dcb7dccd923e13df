import type { KubeObject } from '../api/object.ts';
import { APPLIED_HASH_ANNOTATION } from '../names.ts';
import { quantityValue } from '../resources/quantity.ts';

/** Fields whose values, or whose fields' values, are quantities, which the API server rewrites. */
const QUANTITIES = new Set(['requests', 'limits', 'sizeLimit']);

/** Keys by which Kubernetes merges lists of objects. */
const MERGE_KEYS = [
  'name',
  'uid',
  'containerPort',
  'mountPath',
  'port',
  'topologyKey',
  'host',
  'path',
];

/**
 * Whether the live object is what was applied: the hash is ours and every field that we set still
 * has our value. Fields that others set, or that the API server fills in, are none of our business.
 */
export function isApplied(desired: KubeObject, live: KubeObject | undefined): boolean {
  return live !== undefined && isSameVersion(desired, live) && contains(live, desired, '');
}

/** Whether the live object was last applied from the same desired state. */
export function isSameVersion(desired: KubeObject, live: KubeObject): boolean {
  const hash = ({ metadata }: KubeObject): string | undefined =>
    metadata.annotations?.[APPLIED_HASH_ANNOTATION];
  return hash(desired) === hash(live);
}

function contains(live: unknown, desired: unknown, field: string): boolean {
  if (Array.isArray(desired)) return Array.isArray(live) && containsItems(live, desired);
  if (!isRecord(desired)) return isSameValue(live, desired, field);
  // The API server leaves out maps and lists that are empty.
  const entries = Object.entries(desired).filter(
    ([, value]) => value !== undefined && value !== null,
  );
  if (live === undefined) return entries.length === 0;
  return (
    isRecord(live) &&
    entries.every(([name, value]) =>
      contains(live[name], value, QUANTITIES.has(field) ? field : name),
    )
  );
}

function containsItems(live: readonly unknown[], desired: readonly unknown[]): boolean {
  return desired.every((item, index) => {
    const key = isRecord(item) ? MERGE_KEYS.find((name) => isScalar(item[name])) : undefined;
    if (key === undefined || !isRecord(item)) return contains(live[index], item, '');
    return live.some(
      (candidate) =>
        isRecord(candidate) && candidate[key] === item[key] && contains(candidate, item, ''),
    );
  });
}

function isSameValue(live: unknown, desired: unknown, field: string): boolean {
  if (live === desired) return true;
  // The API server leaves Go's zero values out of what is optional.
  if (live === undefined) return desired === '' || desired === false || desired === 0;
  const areQuantities = QUANTITIES.has(field) && isScalar(desired) && isScalar(live);
  return areQuantities && quantityValue(live) === quantityValue(desired);
}

function isScalar(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
