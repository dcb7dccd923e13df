import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../api/object.ts';
import { Collection } from './collection.ts';
import type { Selection } from './collection.ts';
import { KINDS } from './kinds.ts';
import { ApiError } from './port.ts';
import type { ApiRequest, Transport } from './transport.ts';

const JSON_METADATA = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
const item = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name },
});

/** A collection in front of a transport that answers as told. */
function aCollection(
  selection: Selection,
  answers: { pages?: unknown[]; events?: unknown[] },
): { collection: Collection; requests: ApiRequest[]; signal: AbortSignal } {
  const requests: ApiRequest[] = [];
  const { pages = [], events = [] } = answers;
  const transport: Pick<Transport, 'json' | 'lines'> = {
    json(request) {
      requests.push(request);
      return Promise.resolve(pages.shift());
    },
    async *lines(request) {
      requests.push(request);
      yield* await Promise.resolve(events);
    },
  };
  const { signal } = new AbortController();
  return { collection: new Collection(transport, selection, signal), requests, signal };
}
const page = (items: KubeObject[] | null, next?: string): unknown => ({
  metadata: { resourceVersion: '7', ...(next !== undefined && { continue: next }) },
  items,
});
const query = (request: ApiRequest | undefined): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(request?.path.split('?')[1]));
const path = (request: ApiRequest | undefined): string | undefined => request?.path.split('?')[0];
async function all<T>(events: AsyncIterable<T>): Promise<T[]> {
  const seen: T[] = [];
  for await (const event of events) seen.push(event);
  return seen;
}

const ignore = (): void => undefined;

describe('a list', () => {
  it.each<{ reason: string; selection: Selection; at: string }>([
    {
      reason: 'of the core group',
      selection: { kind: KINDS.Secret },
      at: '/api/v1/secrets',
    },
    {
      reason: 'of one namespace',
      selection: { kind: KINDS.Deployment, namespace: 'team' },
      at: '/apis/apps/v1/namespaces/team/deployments',
    },
  ])('is asked for where the objects are: $reason', async ({ selection, at }) => {
    const { collection, requests } = aCollection(selection, { pages: [page([])] });
    await collection.list({}, ignore);
    expect(path(requests[0])).toBe(at);
  });

  it('comes page by page; only the first one names a version', async () => {
    const { collection, requests } = aCollection(
      { kind: KINDS.Secret, labelSelector: 'a=b,c!=d' },
      { pages: [page([item('a')], 'token/1='), page([item('b')], 'token/2='), page([item('c')])] },
    );
    const names: string[] = [];
    const version = await collection.list({ resourceVersion: '5' }, ({ metadata }) => {
      names.push(metadata.name);
    });
    expect(names).toEqual(['a', 'b', 'c']);
    expect(version).toBe('7');
    const shared = { limit: '500', labelSelector: 'a=b,c!=d' };
    expect(requests.map(query)).toEqual([
      { ...shared, resourceVersion: '5' },
      { ...shared, continue: 'token/1=' },
      { ...shared, continue: 'token/2=' },
    ]);
  });

  it('that is empty may say so by null', async () => {
    const { collection } = aCollection({ kind: KINDS.Secret }, { pages: [page(null)] });
    expect(await collection.list({}, ignore)).toBe('7');
  });

  it.each([
    { metadataOnly: true, accept: JSON_METADATA.replace('Metadata;', 'MetadataList;') },
    { metadataOnly: false, accept: undefined },
  ])('asks for metadata alone: $metadataOnly', async ({ metadataOnly, accept }) => {
    const selection = { kind: KINDS.Secret, metadataOnly };
    const { collection, requests, signal } = aCollection(selection, { pages: [page([])] });
    await collection.list({}, ignore);
    expect(requests[0]?.accept).toBe(accept);
    expect(requests[0]?.signal).toBe(signal);
  });
});

describe('a watch', () => {
  it('asks for events from a position on, and for bookmarks; two minutes of silence are too long', async () => {
    const selection = { kind: KINDS.Secret, metadataOnly: true, labelSelector: 'a=b' };
    const { collection, requests, signal } = aCollection(selection, {});
    await all(collection.watch({ resourceVersion: '5' }, 300));
    expect(query(requests[0])).toEqual({
      watch: 'true',
      allowWatchBookmarks: 'true',
      timeoutSeconds: '300',
      resourceVersion: '5',
      labelSelector: 'a=b',
    });
    expect(requests[0]).toMatchObject({ accept: JSON_METADATA, silenceMs: 120_000 });
    expect(requests[0]?.signal).toBe(signal);
  });

  it('gives events until one is an error, which it throws', async () => {
    const added = { type: 'ADDED', object: item('a') };
    const status = { code: 410, reason: 'Expired', message: 'too old' };
    const events = [added, { type: 'ERROR', object: status }, added];
    const { collection } = aCollection({ kind: KINDS.Secret }, { events });
    const watch = collection.watch({}, 300);
    expect(await watch.next()).toEqual({ done: false, value: added });
    const error = await watch.next().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 410, reason: 'Expired', message: 'too old' });
  });

  it('takes an error without a code for one of the API server', async () => {
    const events = [{ type: 'ERROR', object: {} }];
    const { collection } = aCollection({ kind: KINDS.Secret }, { events });
    await expect(all(collection.watch({}, 300))).rejects.toMatchObject({ status: 500 });
  });
});
