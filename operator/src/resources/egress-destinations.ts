import type { A2AServer } from '../api/a2aserver.ts';

/** A host that the pods have to reach, because a field of the spec names it. */
export interface Destination {
  field: string;
  /** In lower case; an address in its usual form, of IPv6 without brackets. */
  host: string;
  port: number;
  /** Whether what answers there names further members, to which the pods then connect. */
  namesMembers: boolean;
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };
const REDIS_PORT = 6379;
const SENTINEL_PORT = 26379;

/** The URLs that pods are started with. */
export interface Endpoints {
  modelUrl: string;
  /** `mode` in any case. */
  redis?: { url: string; mode: string };
}

/** Those of a spec. */
export function declaredEndpoints({ spec: { model, memory } }: A2AServer): Endpoints {
  return { modelUrl: model.url, ...(memory.redis && { redis: memory.redis }) };
}

/** What the pods have to reach: the model proxy, and every member of Redis that is named. */
export function egressDestinations({ modelUrl, redis }: Endpoints): Destination[] {
  const mode = redis?.mode.toLowerCase();
  return [
    ...destination('spec.model.url', modelUrl, { namesMembers: false }),
    ...(redis?.url.split(',') ?? []).flatMap((url) =>
      destination('spec.memory.redis.url', url.trim(), {
        port: mode === 'sentinel' ? SENTINEL_PORT : REDIS_PORT,
        namesMembers: mode !== 'standalone',
      }),
    ),
  ];
}

/** None for what is no URL (the runtime refuses it by name), and for the pod itself. */
function destination(
  field: string,
  text: string,
  { port, namesMembers }: { port?: number; namesMembers: boolean },
): Destination[] {
  const url = URL.parse(text);
  // Only the schemes of the web have the forms of an address made into one.
  const host = url && URL.parse(`http://${url.hostname}`)?.hostname;
  if (!host || host === 'localhost') return [];
  const standard = port ?? DEFAULT_PORTS[url.protocol] ?? 0;
  return [
    {
      field,
      host: host.replace(/^\[(.*)\]$/, '$1'),
      port: url.port === '' ? standard : Number(url.port),
      namesMembers,
    },
  ];
}

/** Whether a host is an address and no name. */
export function isAddress(host: string): boolean {
  return host.includes(':') || /^\d+(\.\d+){3}$/.test(host);
}
