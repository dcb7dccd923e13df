import { describe, expect, it } from '@jest/globals';
import { aServer } from '../../test/builders.ts';
import { storedCache } from '../../test/stored-cache.ts';
import type { A2AServer } from '../api/a2aserver.ts';
import type { KubeObject } from '../api/object.ts';
import { KINDS } from '../kube/kinds.ts';
import { hostHolder } from './host-holder.ts';
import { childIndexes, serverIndexes } from './indexes.ts';

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

/** An Ingress of the server with the host. */
const ingressOf = (
  { metadata }: A2AServer,
  host = 'a.example.com',
): KubeObject & { spec: object } => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: {
    name: metadata.name,
    namespace: 'team',
    uid: `ingress-of-${metadata.name}`,
    ownerReferences: [
      {
        apiVersion: 'a2a-operator.io/v1alpha1',
        kind: 'A2AServer',
        controller: true,
        ...idOf(metadata),
      },
    ],
  },
  spec: { rules: [{ host }] },
});
const idOf = ({ name, uid }: A2AServer['metadata']): { name: string; uid: string } => ({
  name,
  uid,
});

function holderAmong(
  servers: A2AServer[],
  ingresses: KubeObject[] = [],
  of = server,
): string | undefined {
  const caches = {
    servers: storedCache(KINDS.A2AServer, servers, serverIndexes),
    children: [storedCache(KINDS.Ingress, ingresses, childIndexes)],
  };
  return hostHolder(of, caches)?.metadata.name;
}

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
    expect(holderAmong([server, ...others])).toBe(holder);
  });

  it('is nobody for a server without an Ingress', () => {
    expect(holderAmong([born('old', '4')], [], aServer())).toBeUndefined();
  });

  it.each([
    { reason: 'a younger one that serves it keeps it', serving: ['young'], holder: 'young' },
    {
      reason: 'one that serves it keeps it from an older one',
      serving: ['mine'],
      holder: undefined,
    },
    {
      reason: 'of two that serve it, it is the older one',
      serving: ['mine', 'young'],
      holder: undefined,
    },
    { reason: 'of two that serve it, the other way', serving: ['mine', 'old'], holder: 'old' },
  ])('$reason', ({ serving, holder }) => {
    const all = [server, born('old', '4'), born('young', '6')];
    const ingresses = all.filter(({ metadata }) => serving.includes(metadata.name));
    expect(
      holderAmong(
        all,
        ingresses.map((one) => ingressOf(one)),
      ),
    ).toBe(holder);
  });

  it('is nobody for an Ingress that has another host still', () => {
    const young = born('young', '6');
    expect(holderAmong([server, young], [ingressOf(young, 'b.example.com')])).toBeUndefined();
  });
});
