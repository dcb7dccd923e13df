import type { KubeObject } from '../../../src/api/object.ts';
import type { Upstream, UpstreamRequest } from './upstream.ts';
import { withQuery } from './query.ts';

interface List {
  apiVersion: string;
  kind: string;
  items: KubeObject[] | null;
}

/**
 * A collection as it was at a version, as the beginning of a WatchList (KEP-3157): its objects, and the
 * bookmark that ends them. The real API server keeps a few minutes of the past, so nothing is made up.
 */
export async function pastOf(
  upstream: Upstream,
  watch: UpstreamRequest,
  resourceVersion: string,
): Promise<object[]> {
  const { accept = 'application/json' } = watch.headers ?? {};
  const list = withQuery(watch, {
    ...{ watch: undefined, sendInitialEvents: undefined, allowWatchBookmarks: undefined },
    ...{ timeoutSeconds: undefined, resourceVersion, resourceVersionMatch: 'Exact' },
  });
  const headers = { accept: accept.replace(/as=PartialObjectMetadata\b/, '$&List') };
  const { body } = await upstream.json({ ...list, headers });
  const { apiVersion, kind, items } = body as List;
  const type = { apiVersion, kind: kind.replace(/List$/, '') };
  return [
    ...(items ?? []).map((item) => ({ type: 'ADDED', object: { ...type, ...item } })),
    {
      type: 'BOOKMARK',
      object: {
        ...type,
        metadata: { resourceVersion, annotations: { 'k8s.io/initial-events-end': 'true' } },
      },
    },
  ];
}
