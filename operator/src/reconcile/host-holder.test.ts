import { describe, expect, it } from '@jest/globals';
import { aServer } from '../../test/builders.ts';
import { storedCache } from '../../test/stored-cache.ts';
import type { A2AServer } from '../api/a2aserver.ts';
import { KINDS } from '../kube/kinds.ts';
import { hostHolder } from './host-holder.ts';
import { serverIndexes } from './indexes.ts';

const ingress = (host: string, other: object = {}): object => ({
  ingress: { enabled: true, host, ...other },
});
const born = (name: string, second: string, spec = ingress('a.example.com')): A2AServer =>
  aServer(spec, { name, uid: `uid-${name}`, creationTimestamp: `2026-01-01T00:00:0${second}Z` });
const going = (server: A2AServer): A2AServer => ({
  ...server,
  metadata: { ...server.metadata, deletionTimestamp: '2026-01-02T00:00:00Z' },
});
const server = born('mine', '5');

describe('the holder of a host', () => {
  it.each([
    { reason: 'nobody else has it', others: [], holder: undefined },
    { reason: 'the other is younger', others: [born('young', '6')], holder: undefined },
    { reason: 'the other is older', others: [born('old', '4')], holder: 'old' },
    {
      reason: 'several are older',
      others: [born('old', '4'), born('oldest', '1'), born('young', '6')],
      holder: 'oldest',
    },
    { reason: 'of the same second the UID decides', others: [born('later', '5')], holder: 'later' },
    {
      reason: 'of the same second, the other way',
      others: [born('other', '5')],
      holder: undefined,
    },
    {
      reason: 'the older one is on its way out',
      others: [going(born('old', '4'))],
      holder: undefined,
    },
    {
      reason: 'the other is of another class',
      others: [born('old', '4', ingress('a.example.com', { className: 'inner' }))],
      holder: undefined,
    },
    {
      reason: 'the other has no Ingress',
      others: [born('old', '4', ingress('a.example.com', { enabled: false }))],
      holder: undefined,
    },
  ])('$reason', ({ others, holder }) => {
    const servers = storedCache(KINDS.A2AServer, [server, ...others], serverIndexes);
    expect(hostHolder(server, servers)?.metadata.name).toBe(holder);
  });

  it('is nobody for a server without an Ingress', () => {
    const servers = storedCache(KINDS.A2AServer, [born('old', '4')], serverIndexes);
    expect(hostHolder(aServer(), servers)).toBeUndefined();
  });
});
