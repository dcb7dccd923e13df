import type { KubeObject } from '../../../src/api/object.ts';

/** What a client asks of an API server, in the words of RBAC. */
export type Verb =
  | 'get'
  | 'list'
  | 'watch'
  | 'create'
  | 'update'
  | 'patch'
  | 'apply'
  | 'delete'
  | 'deletecollection';

/** One request of the operator, as faults and the record see it. */
export interface Exchange {
  readonly verb: Verb;
  /** Plural, for example `configmaps`. */
  readonly resource: string;
  readonly namespace: string;
  /** Empty for collections. */
  readonly name: string;
  /** Empty for the object itself. */
  readonly subresource: string;
  readonly query: URLSearchParams;
  /** Milliseconds since the process started. */
  readonly atMs: number;
  /** 1, 2, 3 … for requests that change something (Events, Leases and dry runs apart), else 0. */
  readonly write: number;
  /** HTTP status that the API server gave, or what became of the request instead. */
  outcome: number | 'pending' | 'dropped' | 'performed, unanswered';
}

/** One line of a watch. */
export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: KubeObject;
}

const PATH =
  /^\/(?:api\/v1|apis\/[^/]+\/[^/]+)(?:\/namespaces\/([^/]+))?\/([^/]+)(?:\/([^/]+)(?:\/([^/]+))?)?$/;
const UNCOUNTED = ['events', 'leases'];

/** Reads method, path and query of a request; undefined for paths that are no resources. */
export function exchangeOf(
  method: string,
  url: string,
  contentType = '',
): Omit<Exchange, 'write'> | undefined {
  const { pathname, searchParams } = new URL(url, 'https://proxy');
  const match = PATH.exec(pathname);
  if (match === null) return undefined;
  const [, namespace = '', resource = '', name = '', subresource = ''] = match;
  return {
    verb: verbOf(method, { isNamed: name !== '', query: searchParams, contentType }),
    resource,
    namespace,
    name,
    subresource,
    query: searchParams,
    atMs: performance.now(),
    outcome: 'pending',
  };
}

/** Whether a request may change what the oracle looks at. */
export function isWrite({ verb, resource, query }: Omit<Exchange, 'write'>): boolean {
  return !READS.includes(verb) && !UNCOUNTED.includes(resource) && !query.has('dryRun');
}

/** `apply deployments/demo status`: how failures name a request. */
export function described({ verb, resource, name, subresource }: Exchange): string {
  const path = name === '' ? resource : `${resource}/${name}`;
  return subresource === '' ? `${verb} ${path}` : `${verb} ${path} ${subresource}`;
}

const READS: readonly Verb[] = ['get', 'list', 'watch'];

function verbOf(
  method: string,
  {
    isNamed,
    query,
    contentType,
  }: { isNamed: boolean; query: URLSearchParams; contentType: string },
): Verb {
  switch (method) {
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return contentType.includes('apply-patch') ? 'apply' : 'patch';
    case 'DELETE':
      return isNamed ? 'delete' : 'deletecollection';
    default:
      if (query.get('watch') === 'true' || query.get('watch') === '1') return 'watch';
      return isNamed ? 'get' : 'list';
  }
}
