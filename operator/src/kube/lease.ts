import type { LeaseLock, LeaseRecord } from '../controller/leader.ts';
import { objectPath } from './kinds.ts';
import { ApiError } from './port.ts';
import type { Transport } from './transport.ts';

interface Lease {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace: string; resourceVersion?: string };
  spec?: {
    holderIdentity?: string;
    leaseDurationSeconds?: number;
    acquireTime?: string;
    renewTime?: string;
    leaseTransitions?: number;
  };
}

const LEASE = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', plural: 'leases' };

/** The record of a leader election in a Lease, as client-go keeps it. */
export function leaseLock(
  transport: Pick<Transport, 'json'>,
  { namespace, name, durationMs }: { namespace: string; name: string; durationMs: number },
): LeaseLock {
  const path = objectPath(LEASE, namespace, name);
  const body = (record: Omit<LeaseRecord, 'version'>, resourceVersion?: string): Lease => ({
    apiVersion: LEASE.apiVersion,
    kind: LEASE.kind,
    metadata: { name, namespace, ...(resourceVersion !== undefined && { resourceVersion }) },
    spec: {
      holderIdentity: record.holder,
      leaseDurationSeconds: durationMs / 1000,
      acquireTime: microTime(record.acquiredAt),
      renewTime: microTime(record.renewedAt),
      leaseTransitions: record.transitions,
    },
  });
  return {
    async read() {
      try {
        return recordOf((await transport.json({ method: 'GET', path })) as Lease);
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return undefined;
        throw error;
      }
    },
    async write(record, previous) {
      const stored =
        previous === undefined
          ? await transport.json({
              method: 'POST',
              path: path.slice(0, path.lastIndexOf('/')),
              contentType: 'application/json',
              body: body(record),
            })
          : await transport.json({
              method: 'PATCH',
              path,
              contentType: 'application/merge-patch+json',
              body: body(record, previous.version),
            });
      return recordOf(stored as Lease);
    },
  };
}

function recordOf({ metadata, spec = {} }: Lease): LeaseRecord {
  return {
    holder: spec.holderIdentity ?? '',
    acquiredAt: new Date(spec.acquireTime ?? 0),
    renewedAt: new Date(spec.renewTime ?? 0),
    transitions: spec.leaseTransitions ?? 0,
    version: metadata.resourceVersion ?? '',
  };
}

/** Kubernetes' MicroTime: six digits after the second. */
function microTime(date: Date): string {
  return date.toISOString().replace('Z', '000Z');
}
