import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

interface Schema {
  default?: unknown;
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema | boolean;
}

/** Schema of a Kind, from the CRD that the API server gets. */
export function crdSchema(kind: string): Schema {
  const crd = parse(readFileSync(`crds/${kind.toLowerCase()}.yaml`, 'utf8')) as {
    spec: { versions: [{ schema: { openAPIV3Schema: Schema } }] };
  };
  return crd.spec.versions[0].schema.openAPIV3Schema;
}

/** A value with the schema's defaults filled in, as the API server does (structural defaulting). */
export function withDefaults(schema: Schema, value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => withDefaults(schema.items ?? {}, item));
  }
  if (typeof value !== 'object' || value === null) return value;
  const filled: Record<string, unknown> = { ...value };
  for (const [name, child] of Object.entries(schema.properties ?? {})) {
    const present = filled[name] ?? structuredClone(child.default);
    if (present !== undefined) filled[name] = withDefaults(child, present);
  }
  return filled;
}
