import type { UpstreamRequest } from './upstream.ts';

/** The request with other parameters; undefined removes one. */
export function withQuery(
  call: UpstreamRequest,
  changes: Record<string, string | undefined>,
): UpstreamRequest {
  const url = new URL(call.path, 'https://proxy');
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  return { ...call, path: url.pathname + url.search };
}
