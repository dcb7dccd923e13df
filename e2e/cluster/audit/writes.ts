import type { AuditEvent } from './used.ts';

/** A request that changed something, or tried to. */
export interface Write {
  /** The pod whose token was used. */
  pod: string;
  /** For example `patch services/demo`; a subresource follows the resource. */
  what: string;
}

const READS: readonly string[] = ['get', 'list', 'watch'];

/** Writes to objects of one namespace, in the order of the log. Events tell of writes and are none. */
export function writesTo(namespace: string, events: readonly AuditEvent[]): Write[] {
  return events.flatMap(({ verb, objectRef, user }) => {
    if (READS.includes(verb) || objectRef?.namespace !== namespace) return [];
    if (objectRef.resource === 'events') return [];
    const pod = user?.extra?.[POD_NAME]?.[0] ?? '';
    return [{ pod, what: `${verb} ${placeOf(objectRef)}` }];
  });
}

const POD_NAME = 'authentication.kubernetes.io/pod-name';

function placeOf({ resource, subresource, name }: NonNullable<AuditEvent['objectRef']>): string {
  return [resource, subresource, name].filter((part) => part !== undefined).join('/');
}
