import { describe, expect, it } from '@jest/globals';
import { recordedTransport } from '../../test/recorded-transport.ts';
import { leaseLock } from './lease.ts';
import { ApiError } from './port.ts';
import type { Transport } from './transport.ts';

const lockOn = (transport: Pick<Transport, 'json'>): ReturnType<typeof leaseLock> =>
  leaseLock(transport, { namespace: 'system', name: 'op', durationMs: 15_000 });
const PATH = '/apis/coordination.k8s.io/v1/namespaces/system/leases';
const record = {
  holder: 'pod_1',
  acquiredAt: new Date('2026-01-02T03:04:05.678Z'),
  renewedAt: new Date('2026-01-02T03:05:00.000Z'),
  transitions: 3,
};
const lease = (resourceVersion?: string): object => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name: 'op', namespace: 'system', ...(resourceVersion && { resourceVersion }) },
  spec: {
    holderIdentity: 'pod_1',
    leaseDurationSeconds: 15,
    // MicroTime: the API server refuses fewer digits.
    acquireTime: '2026-01-02T03:04:05.678000Z',
    renewTime: '2026-01-02T03:05:00.000000Z',
    leaseTransitions: 3,
  },
});

describe('the lease', () => {
  it('is created when there is none', async () => {
    const { transport, requests } = recordedTransport(lease('10'));
    const written = await lockOn(transport).write(record, undefined);
    expect(written).toEqual({ ...record, version: '10' });
    expect(requests).toEqual([
      { method: 'POST', path: PATH, contentType: 'application/json', body: lease() },
    ]);
  });

  it('is written upon exactly the version that was seen', async () => {
    const { transport, requests } = recordedTransport(lease('11'));
    const written = await lockOn(transport).write(record, { ...record, version: '10' });
    expect(written.version).toBe('11');
    expect(requests).toEqual([
      {
        method: 'PATCH',
        path: `${PATH}/op`,
        contentType: 'application/merge-patch+json',
        body: lease('10'),
      },
    ]);
  });

  it('is read back as it was written', async () => {
    const { transport, requests } = recordedTransport(lease('11'));
    expect(await lockOn(transport).read()).toEqual({ ...record, version: '11' });
    expect(requests).toEqual([{ method: 'GET', path: `${PATH}/op` }]);
  });

  it('that does not exist is undefined', async () => {
    const { transport } = recordedTransport(new ApiError(404, 'NotFound', 'not found'));
    expect(await lockOn(transport).read()).toBeUndefined();
  });

  it('that nobody has ever held has no holder', async () => {
    const { transport } = recordedTransport({ metadata: { name: 'op', resourceVersion: '5' } });
    expect(await lockOn(transport).read()).toEqual({
      holder: '',
      acquiredAt: new Date(0),
      renewedAt: new Date(0),
      transitions: 0,
      version: '5',
    });
  });

  it.each([
    { reason: 'somebody else was faster', error: new ApiError(409, 'Conflict', 'modified') },
    { reason: 'the API server is down', error: new ApiError(503, 'ServiceUnavailable', 'later') },
    { reason: 'nobody answers', error: new Error('ECONNREFUSED') },
  ])('fails: $reason', async ({ error }) => {
    const { transport } = recordedTransport(error, error, error);
    const lock = lockOn(transport);
    await expect(lock.write(record, { ...record, version: '1' })).rejects.toBe(error);
    await expect(lock.write(record, undefined)).rejects.toBe(error);
    await expect(lock.read()).rejects.toBe(error);
  });
});
