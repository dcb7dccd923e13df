import { describe, expect, it } from '@jest/globals';
import type { AuditEntry } from './audit.ts';
import { countWrites, ratePerSecond, writesTotal } from './writes.ts';

const entry = (verb: string, resource: string, name: string, more = {}): AuditEntry => ({
  user: 'operator',
  verb,
  resource,
  name,
  code: 200,
  receivedMs: 1000,
  answeredMs: 1010,
  ...more,
});

describe('countWrites', () => {
  it('counts children, statuses, Events and the Lease apart', () => {
    const writes = countWrites([
      entry('patch', 'services', 'a'),
      entry('patch', 'services', 'a'),
      entry('patch', 'deployments', 'a'),
      entry('delete', 'configmaps', 'b'),
      entry('patch', 'a2aservers/status', 'a'),
      entry('patch', 'agentdefinitions/status', 'a'),
      entry('create', 'events', 'a.1'),
      entry('update', 'leases', 'a2a-operator'),
    ]);
    expect(writes.children).toMatchObject({ total: 4, objects: 3, most: 2 });
    expect(writes.serverStatuses).toMatchObject({ total: 1, objects: 1, most: 1 });
    expect(writes.agentStatuses).toMatchObject({ total: 1, objects: 1, most: 1 });
    expect(writes).toMatchObject({ events: 1, leases: 1, refused: 0, reads: 0 });
    expect(writesTotal(writes)).toBe(6);
  });

  it('takes reads for what they are, and watches for nothing', () => {
    const writes = countWrites([
      entry('get', 'services', 'a'),
      entry('list', 'services', ''),
      entry('watch', 'services', ''),
    ]);
    expect(writes.reads).toBe(2);
    expect(writesTotal(writes)).toBe(0);
  });

  it('counts a write that was refused as one, too', () => {
    const writes = countWrites([entry('patch', 'services', 'a', { code: 409 })]);
    expect(writes).toMatchObject({ refused: 1, children: { total: 1 } });
  });
});

it('a rate goes from the first arrival to the last answer', () => {
  const { children } = countWrites([
    entry('patch', 'services', 'a', { receivedMs: 1000, answeredMs: 1100 }),
    entry('patch', 'services', 'b', { receivedMs: 1050, answeredMs: 1500 }),
    entry('patch', 'services', 'c', { receivedMs: 1060, answeredMs: 1200 }),
  ]);
  expect(ratePerSecond(children)).toBe(6);
});
