import type { FieldViolation } from '../protocol/invalid-params.ts';
import type { JsonParams } from './operation.ts';

const CONTENTS = ['text', 'raw', 'url', 'data'] as const;
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

/**
 * What is wrong with the parts of a message as JSON: things that decoding would hide, such as two
 * contents in one part, or a number where text belongs (A2A §4.1.6).
 */
export function partViolations(params: JsonParams): FieldViolation[] {
  const parts = (params.message as { parts?: unknown } | null | undefined)?.parts;
  if (parts === undefined || parts === null) return [];
  if (!Array.isArray(parts)) return [{ field: 'message.parts', description: 'must be an array' }];
  return parts.flatMap((part, index) => {
    const field = `message.parts[${index}]`;
    return typeof part === 'object' && part !== null
      ? contentViolations(part as Record<string, unknown>, field)
      : [{ field, description: 'must be an object' }];
  });
}

function contentViolations(part: Record<string, unknown>, field: string): FieldViolation[] {
  const given = CONTENTS.filter((name) => part[name] !== undefined && part[name] !== null);
  const [name] = given;
  if (name === undefined || given.length > 1) {
    return [{ field, description: 'must have exactly one of text, raw, url, data' }];
  }
  const content = part[name];
  if (name === 'data') return [];
  if (typeof content !== 'string') {
    return [{ field: `${field}.${name}`, description: 'must be a string' }];
  }
  if (name !== 'raw' || BASE64.test(content)) return [];
  return [{ field: `${field}.raw`, description: 'must be base64' }];
}
