import { readFile, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Permission } from './permission.ts';
import { auditLog } from './policy.ts';

/** What an entry of the audit log says, as far as rights are concerned. */
export interface AuditEvent {
  verb: string;
  requestURI: string;
  requestReceivedTimestamp: string;
  objectRef?: {
    apiGroup?: string;
    resource: string;
    subresource?: string;
    namespace?: string;
    name?: string;
  };
  /** What the account's token says of its bearer. */
  user?: { extra?: Record<string, string[]> };
  responseStatus?: { code?: number; message?: string };
  annotations?: Record<string, string>;
}

/** The audited requests since a time, also from files that were rotated away meanwhile. */
export async function auditedSince(startMs: number): Promise<AuditEvent[]> {
  const folder = dirname(auditLog);
  const names = await readdir(folder);
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return texts.flatMap(parseAuditLog).filter((event) => receivedMs(event) >= startMs);
}

/** Entries of a log, without a last line that is still being written. */
export function parseAuditLog(text: string): AuditEvent[] {
  const lines = text.split('\n');
  return lines.slice(0, -1).map((line) => JSON.parse(line) as AuditEvent);
}

function receivedMs({ requestReceivedTimestamp }: AuditEvent): number {
  return Date.parse(requestReceivedTimestamp);
}

/**
 * The permissions that requests needed. Server-side apply is a patch; where it made the object, the
 * API server has asked for `create` as well. Paths without a resource, as of discovery, need none of
 * ours.
 */
export function usedPermissions(events: readonly AuditEvent[]): Permission[] {
  return events.flatMap(({ verb, objectRef, responseStatus }) => {
    if (objectRef === undefined) return [];
    const { apiGroup = '', subresource } = objectRef;
    const resource = objectRef.resource + (subresource === undefined ? '' : `/${subresource}`);
    const verbs = verb === 'patch' && responseStatus?.code === 201 ? [verb, 'create'] : [verb];
    return verbs.map((one) => ({ apiGroup, resource, verb: one }));
  });
}

/**
 * Requests that were refused for want of a right, as sentences of the API server. Nobody can be
 * granted to write into a namespace that is on its way out, so that refusal does not count. Where
 * only metadata is answered the sentence is missing; then it counts unless the right was there.
 */
export function deniedRequests(events: readonly AuditEvent[]): string[] {
  return events
    .filter(({ responseStatus }) => responseStatus?.code === 403)
    .filter(
      ({ responseStatus, annotations }) =>
        responseStatus?.message !== undefined ||
        annotations?.['authorization.k8s.io/decision'] !== 'allow',
    )
    .map(({ verb, requestURI, responseStatus }) => {
      const path = requestURI.split('?', 1)[0] ?? '';
      return `${verb} ${path}: ${responseStatus?.message ?? 'no reason given'}`;
    })
    .filter((sentence) => !sentence.includes('because it is being terminated'));
}
