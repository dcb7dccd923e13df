/** Who owns which fields of an object, one entry for each manager and way of writing (ManagedFieldsEntry). */
export interface ManagedFields {
  manager?: string;
  operation?: string;
  subresource?: string;
  fieldsV1?: object;
}

/**
 * The entries with everything that a manager wrote by patches as if it had applied it; undefined when that
 * is so already. Fields that an update owns stay for ever, because no later apply can remove them.
 */
export function asApplied<T extends ManagedFields>(
  entries: readonly T[],
  manager: string,
): T[] | undefined {
  const own = entries.filter(
    (entry) => entry.manager === manager && entry.subresource === undefined,
  );
  const [first, ...others] = own;
  if (first === undefined || own.every(({ operation }) => operation === 'Apply')) return undefined;
  const fieldsV1 = others.reduce((all, entry) => union(all, entry.fieldsV1), first.fieldsV1 ?? {});
  const applied = { ...first, operation: 'Apply', fieldsV1 };
  return [...entries.filter((entry) => !own.includes(entry)), applied];
}

/** A set of fields is an object of objects, whose keys name fields and list items. */
function union(a: object, b: object = {}): object {
  const all = new Map<string, unknown>(Object.entries(a));
  for (const [key, value] of Object.entries(b) as [string, object][]) {
    all.set(key, union((all.get(key) as object | undefined) ?? {}, value));
  }
  return Object.fromEntries(all);
}
