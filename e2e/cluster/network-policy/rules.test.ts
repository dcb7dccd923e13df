import { describe, expect, it } from '@jest/globals';
import { endpointOf } from './endpoints.ts';
import { programOf } from './iptables.ts';
import type { Pod } from './objects.ts';
import { policedPods } from './rules.ts';
import {
  db,
  DB,
  denyEgress,
  denyIngress,
  egress,
  ingress,
  internet,
  model,
  pods,
  policy,
  tcp,
  web,
  WEB,
} from './rules-cluster.ts';
import { verdict } from './verdict.ts';

describe('pods that are no endpoints', () => {
  const cases: [string, Pod][] = [
    ['on the network of the node', { ...web, spec: { ...web.spec, hostNetwork: true } }],
    ['finished with success', { ...web, status: { ...web.status, phase: 'Succeeded' } }],
    ['finished with failure', { ...web, status: { ...web.status, phase: 'Failed' } }],
    ['without an address', { ...web, status: { phase: 'Pending' } }],
    ['with an IPv6 address only', { ...web, status: { phase: 'Running', podIP: 'fd00::1' } }],
  ];
  it.each(cases)('a pod %s is not policed', (_why, candidate) => {
    expect(model([denyIngress, denyEgress], [candidate])).toEqual([]);
  });
  it.each(cases)('a pod %s is no peer', (_why, candidate) => {
    const allowWeb = policy({
      podSelector: { matchLabels: { app: 'db' } },
      ingress: [{ from: [{ podSelector: { matchLabels: { app: 'web' } } }] }],
    });
    expect(verdict(model([allowWeb], [candidate, db]), tcp(WEB, DB))).toBe('ingress of shop/db');
  });
  it('takes the IPv4 address of a dual-stack pod', () => {
    const dual = { ...web, status: { podIP: 'fd00::1', podIPs: [{ ip: 'fd00::1' }, { ip: WEB }] } };
    expect(endpointOf(dual)?.ip).toBe(WEB);
  });
  it('resolves the port of a sidecar, not that of a finished init container', () => {
    const container = { ports: [{ name: 'admin', containerPort: 15000 }] };
    const withInit = (restartPolicy?: string): Pod => ({
      ...web,
      spec: { initContainers: [restartPolicy ? { ...container, restartPolicy } : container] },
    });
    expect(endpointOf(withInit('Always'))?.namedPorts).toHaveLength(1);
    expect(endpointOf(withInit())?.namedPorts).toEqual([]);
  });
  it('gives an address that was used twice to the newer pod', () => {
    const reborn: Pod = {
      ...db,
      metadata: { ...db.metadata, creationTimestamp: '2026-02-01T00:00:00Z' },
      status: { phase: 'Running', podIP: WEB },
    };
    for (const order of [
      [web, reborn],
      [reborn, web],
    ]) {
      expect(model([denyIngress], order).map(({ name }) => name)).toEqual(['shop/db']);
    }
  });
});

describe('the model', () => {
  it('is the same whatever order the objects came in, so nothing is written for nothing', () => {
    const policies = [
      denyIngress,
      ingress({ from: [{ namespaceSelector: {} }], ports: [{ port: 'http' }] }),
      egress({ ports: [{ port: 'http' }] }, { to: [internet, { podSelector: {} }] }),
    ].map((item, index) => ({ ...item, metadata: { ...item.metadata, name: `p${index}` } }));
    const forward = programOf(model(policies, pods));
    const backward = programOf(model([...policies].reverse(), [...pods].reverse()));
    expect([...backward.chains].sort()).toEqual([...forward.chains].sort());
    expect(forward.sets.size).toBeGreaterThan(0);
  });
  it('refuses a pod CIDR that is not IPv4', () => {
    const empty = { policies: [], endpoints: [], namespaces: [] };
    expect(() => policedPods(empty, 'fd00::/64')).toThrow('not an IPv4 block');
  });
});
