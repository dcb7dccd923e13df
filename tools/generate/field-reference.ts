import { property } from './crd.ts';
import type { Crd, Schema } from './crd.ts';

interface Row {
  path: string;
  schema: Schema;
  required: boolean;
}

/** The field reference of a kind as Markdown: one table for spec, one for status, and the rules. */
export function fieldReference(crd: Crd): string {
  const spec = property(crd.schema, 'spec');
  return [
    `<!-- Generated from crds/ by \`make generate\`; do not edit. -->`,
    `# ${crd.kind}`,
    `\`apiVersion: ${crd.apiVersion}\`, \`kind: ${crd.kind}\`; short name \`${crd.shortName}\`.`,
    crd.schema.description ?? '',
    `The same text is in \`kubectl explain ${crd.shortName} --recursive\`.`,
    '## spec',
    table(rows(spec, '')),
    '## Rules across fields',
    rules(crd.schema, '').join('\n'),
    '## status',
    table(rows(property(crd.schema, 'status'), '')),
    '',
  ].join('\n\n');
}

function rows(schema: Schema, prefix: string): Row[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const path = `${prefix}${name}${child.type === 'array' ? '[]' : ''}`;
    const required = schema.required?.includes(name) ?? false;
    const nested = child.items ?? child;
    return [{ path, schema: child, required }, ...rows(nested, `${path}.`)];
  });
}

function table(all: Row[]): string {
  const head = '| field | type | meaning |\n|---|---|---|';
  const lines = all.map(
    ({ path, schema, required }) =>
      `| \`${path}\`${required ? ' *' : ''} | ${typeOf(schema)} | ${cell(schema.description ?? '')} |`,
  );
  return [head, ...lines, '', '\\* required'].join('\n');
}

function typeOf(schema: Schema): string {
  const values = (schema.items ?? schema).enum?.map((value) => `\`${String(value)}\``).join(', ');
  const kind = schema['x-kubernetes-int-or-string'] ? 'quantity' : (schema.type ?? 'any');
  const limits = [
    range('', schema.minimum, schema.maximum),
    range(' characters', schema.minLength, schema.maxLength),
    range(' items', schema.minItems, schema.maxItems),
  ].filter((limit) => limit !== '');
  const standard =
    schema.default === undefined ? [] : [`default \`${JSON.stringify(schema.default)}\``];
  return cell([values ?? kind, ...limits, ...standard].join('; '));
}

function range(unit: string, low: number | undefined, high: number | undefined): string {
  if (low === undefined && high === undefined) return '';
  if (low === undefined) return `at most ${String(high)}${unit}`;
  return high === undefined
    ? `at least ${String(low)}${unit}`
    : `${String(low)}–${String(high)}${unit}`;
}

function rules(schema: Schema, path: string): string[] {
  const own = (schema['x-kubernetes-validations'] ?? []).map(({ message }) => `- ${cell(message)}`);
  const children = Object.entries(schema.properties ?? {}).flatMap(([name, child]) =>
    rules(child, `${path}.${name}`),
  );
  const nested = schema.items ? rules(schema.items, path) : [];
  return [...own, ...children, ...nested];
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ').trim();
}
