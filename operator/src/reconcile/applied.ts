import { isDeepStrictEqual } from 'node:util';
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

type WithSpec = KubeObject & { spec?: object };

/**
 * Whether the live object is what was applied: the hash is ours and every field that we set still
 * has our value. Fields that others set, or that the API server fills in, are none of our business;
 * only in a NetworkPolicy whatever others add may let somebody through.
 */
export function isApplied(desired: KubeObject, live: KubeObject | undefined): boolean {
  if (live === undefined || !isSameVersion(desired, live)) return false;
  if (desired.kind === 'NetworkPolicy' && !hasSameSpec(live, desired)) return false;
  return contains(live, desired, '');
}

/**
 * An empty field is not as none in a peer: there it means everybody. Only the lists of rules are left out when
 * they are empty.
 */
function hasSameSpec(live: WithSpec, { spec = {} }: WithSpec): boolean {
  const stored = Object.entries(spec).filter(([, value]) => !isDeepStrictEqual(value, []));
  return isDeepStrictEqual(live.spec, Object.fromEntries(stored));
}

/** Whether the live object was last applied from the same desired state. */
export function isSameVersion(desired: KubeObject, live: KubeObject): boolean {
  const hash = ({ metadata }: KubeObject): string | undefined =>
    metadata.annotations?.[APPLIED_HASH_ANNOTATION];
  return hash(desired) === hash(live);
}

function contains(live: unknown, desired: unknown, field: string): boolean {
  // The API server leaves out maps and lists that are empty.
  if (Array.isArray(desired)) return containsItems(Array.isArray(live) ? live : [], desired);
  if (!isRecord(desired)) return isSameValue(live, desired, field);
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
