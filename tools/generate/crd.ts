import { parse } from 'yaml';

/** The part of a structural OpenAPI schema that the generators read. */
export interface Schema {
  type?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  required?: string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema | boolean;
  anyOf?: Schema[];
  'x-kubernetes-preserve-unknown-fields'?: boolean;
  'x-kubernetes-int-or-string'?: boolean;
  'x-kubernetes-validations'?: { rule: string; message: string }[];
}

/** What the generators need of a CustomResourceDefinition. */
export interface Crd {
  kind: string;
  plural: string;
  shortName: string;
  apiVersion: string;
  schema: Schema;
}

interface CrdManifest {
  spec: {
    group: string;
    names: { kind: string; plural: string; shortNames: [string] };
    versions: [{ name: string; schema: { openAPIV3Schema: Schema } }];
  };
}

/** Reads a CRD manifest; the first version is the only one. */
export function parseCrd(yaml: string): Crd {
  const { spec } = parse(yaml) as CrdManifest;
  const [version] = spec.versions;
  return {
    kind: spec.names.kind,
    plural: spec.names.plural,
    shortName: spec.names.shortNames[0],
    apiVersion: `${spec.group}/${version.name}`,
    schema: version.schema.openAPIV3Schema,
  };
}

/** The schema of a property that the CRD is known to have. Throws when it has not. */
export function property(schema: Schema, name: string): Schema {
  const found = schema.properties?.[name];
  if (found === undefined) throw new Error(`the schema has no property ${name}`);
  return found;
}
