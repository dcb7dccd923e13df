import { InvalidParamsError } from '../protocol/invalid-params.ts';
import type { JsonParams } from './operation.ts';

const INTEGERS = new Set(['pageSize', 'historyLength']);
const BOOLEANS = new Set(['includeArtifacts']);

/**
 * Query parameters (A2A §11.5, camelCase) as JSON parameters: a number where the operation wants a
 * number. A parameter that is given twice, or is empty, counts as absent. Throws InvalidParams.
 */
export function queryParams(query: Readonly<Record<string, unknown>>): JsonParams {
  return Object.fromEntries(
    Object.entries(query)
      .filter((entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== '')
      .map(([name, text]) => [name, typed(name, text)]),
  );
}

function typed(name: string, text: string): unknown {
  if (BOOLEANS.has(name)) return text === 'true';
  if (!INTEGERS.has(name)) return text;
  if (/^-?\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidParamsError([{ field: name, description: 'must be an integer' }]);
}
