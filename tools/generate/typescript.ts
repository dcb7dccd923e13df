import { compile } from 'json-schema-to-typescript';
import type { JSONSchema } from 'json-schema-to-typescript';
import { property } from './crd.ts';
import type { Crd, Schema } from './crd.ts';

const BANNER = '// Generated from crds/ by `make generate`; do not edit.\n';

/**
 * Types as the API server hands objects out: fields with a default are always there, so they are
 * not optional. Status fields stay optional, because any of them may not have been written yet.
 */
export async function typesModule(crd: Crd): Promise<string> {
  const spec = await types(defaulted(property(crd.schema, 'spec')), `${crd.kind}Spec`);
  const status = await types(plain(property(crd.schema, 'status')), `${crd.kind}Status`);
  return `${BANNER}\n${spec}\n${status}`;
}

/** A module that exports the JSON schema of the spec, for validation outside the API server. */
export function schemaModule(crd: Crd): string {
  const spec = plain(property(crd.schema, 'spec'));
  const name = `${crd.kind.charAt(0).toLowerCase()}${crd.kind.slice(1)}SpecSchema`;
  return `${BANNER}\nexport const ${name} = ${JSON.stringify(spec, null, 2)};\n`;
}

const OPTIONS = {
  additionalProperties: false,
  bannerComment: '',
  ignoreMinAndMaxItems: true,
  style: { singleQuote: true, printWidth: 100 },
};

function types(schema: Schema, name: string): Promise<string> {
  return compile(schema as JSONSchema, name, OPTIONS);
}

function defaulted(schema: Schema): Schema {
  const required = new Set(schema.required);
  for (const [name, child] of Object.entries(schema.properties ?? {})) {
    if (child.default !== undefined) required.add(name);
  }
  return map({ ...schema, ...(required.size > 0 ? { required: [...required] } : {}) }, defaulted);
}

/** JSON Schema 2020-12 without what only Kubernetes understands. */
function plain(schema: Schema): Schema {
  return map(schema, plain);
}

function map(schema: Schema, each: (child: Schema) => Schema): Schema {
  const { properties, items, additionalProperties, ...rest } = schema;
  const kept = Object.entries(rest).filter(
    ([key]) => !key.startsWith('x-kubernetes-') && key !== 'format',
  );
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true;
  return {
    ...(Object.fromEntries(kept) as Schema),
    ...(properties && { properties: mapValues(properties, each) }),
    ...(items && { items: each(items) }),
    ...(open && { additionalProperties: true }),
    ...(!open && properties && { additionalProperties: false }),
    ...(typeof additionalProperties === 'object' && {
      additionalProperties: each(additionalProperties),
    }),
  };
}

function mapValues(
  properties: Record<string, Schema>,
  each: (child: Schema) => Schema,
): Record<string, Schema> {
  return Object.fromEntries(Object.entries(properties).map(([name, child]) => [name, each(child)]));
}
