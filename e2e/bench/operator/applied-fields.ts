import type { KubeObject } from './api.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * The object as one manager applied it: the fields that it owns, without what the API server and
 * others have added.
 *
 * @throws Error when the manager has applied nothing of the object.
 */
export function appliedFields(live: KubeObject, manager: string): KubeObject {
  const { apiVersion, kind, metadata } = live;
  const entry = metadata.managedFields?.find(
    (each) =>
      each.manager === manager && each.operation === 'Apply' && each.subresource === undefined,
  );
  if (entry?.fieldsV1 === undefined) {
    throw new Error(`${manager} has applied nothing of ${kind} ${metadata.name}`);
  }
  const { name, namespace = '' } = metadata;
  const applied = owned(live, entry.fieldsV1 as Fields) as Partial<KubeObject>;
  return { ...applied, apiVersion, kind, metadata: { ...applied.metadata, name, namespace } };
}

/** The format is that of structured-merge-diff: `f:` a field, `k:` an item by its key, `v:` by its value. */
function owned(live: unknown, fields: Fields): unknown {
  const names = Object.keys(fields).filter((name) => name !== '.');
  if (names.length === 0) return live;
  const below = (value: unknown, name: string): unknown => owned(value, fields[name] as Fields);
  if (Array.isArray(live)) {
    return live.flatMap((item: unknown) => {
      const name = names.find((each) => isItem(item, each));
      return name === undefined ? [] : [below(item, name)];
    });
  }
  const values = (live ?? {}) as Record<string, unknown>;
  return Object.fromEntries(
    names.map((name) => [name.slice(2), below(values[name.slice(2)], name)]),
  );
}

function isItem(item: unknown, name: string): boolean {
  const wanted: unknown = JSON.parse(name.slice(2));
  if (name.startsWith('v:')) return item === wanted;
  return Object.entries(wanted as Record<string, unknown>).every(
    ([key, value]) => (item as Record<string, unknown>)[key] === value,
  );
}
