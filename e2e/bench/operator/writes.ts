import type { AuditEntry } from './audit.ts';

/** What somebody wrote, by what it was written to. */
export interface Writes {
  /** Everything but statuses, Events and the Lease. */
  children: Tallied;
  serverStatuses: Tallied;
  agentStatuses: Tallied;
  events: number;
  leases: number;
  /** Refused by the API server; they count above as well. */
  refused: number;
  /** get and list; watches are not counted. */
  reads: number;
}

/** Writes to objects of one sort. */
export interface Tallied {
  total: number;
  objects: number;
  /** To the object that got most of them. */
  most: number;
  firstMs: number;
  lastMs: number;
}

const WRITE_VERBS: readonly string[] = ['create', 'update', 'patch', 'delete', 'deletecollection'];
const READ_VERBS: readonly string[] = ['get', 'list'];
const APART: readonly string[] = [
  'a2aservers/status',
  'agentdefinitions/status',
  'events',
  'leases',
];

/** Counts the entries of one user. */
export function countWrites(entries: readonly AuditEntry[]): Writes {
  const writes = entries.filter(({ verb }) => WRITE_VERBS.includes(verb));
  const of = (...resources: string[]): AuditEntry[] =>
    writes.filter(({ resource }) => resources.includes(resource));
  return {
    children: tallied(writes.filter(({ resource }) => !APART.includes(resource))),
    serverStatuses: tallied(of('a2aservers/status')),
    agentStatuses: tallied(of('agentdefinitions/status')),
    events: of('events').length,
    leases: of('leases').length,
    refused: writes.filter(({ code }) => code >= 400).length,
    reads: entries.filter(({ verb }) => READ_VERBS.includes(verb)).length,
  };
}

/** All writes but Events and the Lease. */
export function writesTotal({ children, serverStatuses, agentStatuses }: Writes): number {
  return children.total + serverStatuses.total + agentStatuses.total;
}

/** Objects a second, from the first request's arrival to the last answer. */
export function ratePerSecond({ objects, firstMs, lastMs }: Tallied): number {
  return objects / ((lastMs - firstMs) / 1000);
}

function tallied(entries: readonly AuditEntry[]): Tallied {
  const perObject = new Map<string, number>();
  let [firstMs, lastMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { resource, name, receivedMs, answeredMs } of entries) {
    const key = `${resource} ${name}`;
    perObject.set(key, (perObject.get(key) ?? 0) + 1);
    firstMs = Math.min(firstMs, receivedMs);
    lastMs = Math.max(lastMs, answeredMs);
  }
  const most = Math.max(0, ...perObject.values());
  return { total: entries.length, objects: perObject.size, most, firstMs, lastMs };
}
