/** The cluster that the rules' tests talk about, and short words for its policies and connections. */
import { describe, expect, it } from '@jest/globals';
import { endpointOf } from './endpoints.ts';
import type { Namespace, NetworkPolicy, Pod } from './objects.ts';
import { policedPods } from './rules.ts';
import type { ClusterState, PolicedPod } from './rules.ts';
import { verdict } from './verdict.ts';
import type { Connection, Verdict } from './verdict.ts';

export const POD_CIDR = '10.244.0.0/24';
export const WEB = '10.244.0.10'; // shop/web, app=web tier=front, ports http=8080 metrics=9090 dns=5353/UDP
export const DB = '10.244.0.11'; // shop/db, app=db, port http=8081
export const CLIENT = '10.244.0.20'; // crm/client, app=client
export const PROBE = '10.244.0.30'; // ops/probe, app=probe
export const AWAY = '10.250.0.5'; // shop/away: a pod outside this node's CIDR, app=web
export const OUTSIDE = '198.51.100.10';
export const NODE = '192.0.2.2';

const namespaces: Namespace[] = [
  { metadata: { name: 'shop', labels: { 'kubernetes.io/metadata.name': 'shop', team: 'a' } } },
  { metadata: { name: 'crm', labels: { 'kubernetes.io/metadata.name': 'crm', team: 'b' } } },
  { metadata: { name: 'ops', labels: { 'kubernetes.io/metadata.name': 'ops' } } },
];

export const web = pod('shop/web', WEB, {
  labels: { app: 'web', tier: 'front' },
  ports: [
    { name: 'http', containerPort: 8080 },
    { name: 'metrics', containerPort: 9090, protocol: 'TCP' },
    { name: 'dns', containerPort: 5353, protocol: 'UDP' },
  ],
});
export const db = pod('shop/db', DB, {
  labels: { app: 'db' },
  ports: [{ name: 'http', containerPort: 8081 }],
});
export const pods: Pod[] = [
  web,
  db,
  pod('crm/client', CLIENT, { labels: { app: 'client' } }),
  pod('ops/probe', PROBE, { labels: { app: 'probe' } }),
  pod('shop/away', AWAY, { labels: { app: 'web' } }),
];

export interface Row {
  readonly reason: string;
  readonly policies: readonly NetworkPolicy[];
  readonly when: Connection;
  readonly then: Verdict;
}

export const IN_WEB: Verdict = 'ingress of shop/web';
export const OUT_WEB: Verdict = 'egress of shop/web';
export const tcp = (from: string, to: string, port = 8080): Connection => ({
  from,
  to,
  protocol: 'TCP',
  port,
});
export const udp = (from: string, to: string, port: number): Connection => ({
  from,
  to,
  protocol: 'UDP',
  port,
});

export const denyIngress = policy({ podSelector: {}, policyTypes: ['Ingress'] });
export const denyEgress = policy({ podSelector: {}, policyTypes: ['Egress'] });
export const ingress = (...rules: NonNullable<Spec['ingress']>): NetworkPolicy =>
  policy({
    podSelector: { matchLabels: { app: 'web' } },
    policyTypes: ['Ingress'],
    ingress: rules,
  });
export const egress = (...rules: NonNullable<Spec['egress']>): NetworkPolicy =>
  policy({ podSelector: { matchLabels: { app: 'web' } }, policyTypes: ['Egress'], egress: rules });

export const fromClientApp = { from: [{ podSelector: { matchLabels: { app: 'client' } } }] };
export const teamB = { matchLabels: { team: 'b' } };
export const internet = { ipBlock: { cidr: '0.0.0.0/0', except: ['10.0.0.0/8', '192.0.2.0/24'] } };

type Spec = NonNullable<NetworkPolicy['spec']>;

/** Several policies of one row share a name on purpose: rules must not depend on it. */
export function policy(spec: Spec): NetworkPolicy {
  return { metadata: { name: 'policy', namespace: 'shop' }, spec };
}

function pod(
  title: string,
  ip: string,
  {
    labels,
    ports: containerPorts = [],
  }: {
    labels: Record<string, string>;
    ports?: { name: string; containerPort: number; protocol?: 'TCP' | 'UDP' }[];
  },
): Pod {
  const [namespace = '', name = ''] = title.split('/');
  return {
    metadata: { name, namespace, labels, creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { containers: [{ ports: containerPorts }] },
    status: { phase: 'Running', podIP: ip },
  };
}

export function model(
  policies: readonly NetworkPolicy[],
  candidates: readonly Pod[],
): PolicedPod[] {
  const state: ClusterState = {
    policies,
    endpoints: candidates.flatMap((candidate) => endpointOf(candidate) ?? []),
    namespaces,
  };
  return policedPods(state, POD_CIDR);
}

/** A test for each row of each table: what becomes of the connection under the policies. */
export function testVerdicts(tables: Readonly<Record<string, readonly Row[]>>): void {
  describe.each(Object.entries(tables))('%s', (_title, rows) => {
    it.each(rows)('$reason', ({ policies, when, then }) => {
      expect(verdict(model(policies, pods), when)).toBe(then);
    });
  });
}
