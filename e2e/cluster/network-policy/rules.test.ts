import { describe, expect, it } from '@jest/globals';
import { endpointOf } from './endpoints.ts';
import { programOf } from './iptables.ts';
import type { Namespace, NetworkPolicy, Pod } from './objects.ts';
import { policedPods } from './rules.ts';
import type { ClusterState, PolicedPod } from './rules.ts';
import { matches } from './selectors.ts';
import { verdict } from './verdict.ts';
import type { Connection, Verdict } from './verdict.ts';

const POD_CIDR = '10.244.0.0/24';
const WEB = '10.244.0.10'; // shop/web, app=web tier=front, ports http=8080 metrics=9090 dns=5353/UDP
const DB = '10.244.0.11'; // shop/db, app=db, port http=8081
const CLIENT = '10.244.0.20'; // crm/client, app=client
const PROBE = '10.244.0.30'; // ops/probe, app=probe
const AWAY = '10.250.0.5'; // shop/away: a pod outside this node's CIDR, app=web
const OUTSIDE = '198.51.100.10';
const NODE = '192.0.2.2';

const namespaces: Namespace[] = [
  { metadata: { name: 'shop', labels: { 'kubernetes.io/metadata.name': 'shop', team: 'a' } } },
  { metadata: { name: 'crm', labels: { 'kubernetes.io/metadata.name': 'crm', team: 'b' } } },
  { metadata: { name: 'ops', labels: { 'kubernetes.io/metadata.name': 'ops' } } },
];

const web = pod('shop/web', WEB, {
  labels: { app: 'web', tier: 'front' },
  ports: [
    { name: 'http', containerPort: 8080 },
    { name: 'metrics', containerPort: 9090, protocol: 'TCP' },
    { name: 'dns', containerPort: 5353, protocol: 'UDP' },
  ],
});
const db = pod('shop/db', DB, {
  labels: { app: 'db' },
  ports: [{ name: 'http', containerPort: 8081 }],
});
const pods: Pod[] = [
  web,
  db,
  pod('crm/client', CLIENT, { labels: { app: 'client' } }),
  pod('ops/probe', PROBE, { labels: { app: 'probe' } }),
  pod('shop/away', AWAY, { labels: { app: 'web' } }),
];

interface Row {
  readonly reason: string;
  readonly policies: readonly NetworkPolicy[];
  readonly when: Connection;
  readonly then: Verdict;
}

const IN_WEB: Verdict = 'ingress of shop/web';
const OUT_WEB: Verdict = 'egress of shop/web';
const tcp = (from: string, to: string, port = 8080): Connection => ({
  from,
  to,
  protocol: 'TCP',
  port,
});
const udp = (from: string, to: string, port: number): Connection => ({
  from,
  to,
  protocol: 'UDP',
  port,
});

const denyIngress = policy({ podSelector: {}, policyTypes: ['Ingress'] });
const denyEgress = policy({ podSelector: {}, policyTypes: ['Egress'] });
const ingress = (...rules: NonNullable<Spec['ingress']>): NetworkPolicy =>
  policy({
    podSelector: { matchLabels: { app: 'web' } },
    policyTypes: ['Ingress'],
    ingress: rules,
  });
const egress = (...rules: NonNullable<Spec['egress']>): NetworkPolicy =>
  policy({ podSelector: { matchLabels: { app: 'web' } }, policyTypes: ['Egress'], egress: rules });

const isolation: Row[] = [
  {
    reason: 'without any policy everything passes',
    policies: [],
    when: tcp(CLIENT, WEB),
    then: 'allowed',
  },
  {
    reason: 'default deny ingress refuses a pod of another namespace',
    policies: [denyIngress],
    when: tcp(CLIENT, WEB),
    then: IN_WEB,
  },
  {
    reason: 'default deny ingress refuses a neighbour of the same namespace',
    policies: [denyIngress],
    when: tcp(DB, WEB),
    then: IN_WEB,
  },
  {
    reason: 'default deny ingress refuses the outside (a hostPort, after DNAT)',
    policies: [denyIngress],
    when: tcp(OUTSIDE, WEB),
    then: IN_WEB,
  },
  {
    reason: 'default deny ingress says nothing about egress',
    policies: [denyIngress],
    when: tcp(WEB, CLIENT),
    then: 'allowed',
  },
  {
    reason: 'a policy reaches only pods of its own namespace',
    policies: [denyIngress],
    when: tcp(PROBE, CLIENT),
    then: 'allowed',
  },
  {
    reason: 'default deny egress refuses another pod',
    policies: [denyEgress],
    when: tcp(WEB, CLIENT),
    then: OUT_WEB,
  },
  {
    reason: 'default deny egress refuses the outside',
    policies: [denyEgress],
    when: tcp(WEB, OUTSIDE, 443),
    then: OUT_WEB,
  },
  {
    reason: 'default deny egress refuses the node address (the API server, after DNAT)',
    policies: [denyEgress],
    when: tcp(WEB, NODE, 6443),
    then: OUT_WEB,
  },
  {
    reason: 'default deny egress refuses DNS too',
    policies: [denyEgress],
    when: udp(WEB, PROBE, 53),
    then: OUT_WEB,
  },
  {
    reason: 'default deny egress says nothing about ingress',
    policies: [denyEgress],
    when: tcp(CLIENT, WEB),
    then: 'allowed',
  },
  {
    reason: 'both directions are asked: open egress does not help against closed ingress',
    policies: [denyIngress, egress({})],
    when: tcp(WEB, DB, 8081),
    then: 'ingress of shop/db',
  },
  {
    reason: 'both directions are asked: open ingress does not help against closed egress',
    policies: [denyEgress, ingress({})],
    when: tcp(DB, WEB),
    then: 'egress of shop/db',
  },
  {
    reason: 'the node always reaches its pods (kubelet probes)',
    policies: [denyIngress],
    when: tcp('node', WEB),
    then: 'allowed',
  },
  {
    reason: 'a pod reaches itself through its Service in spite of default deny',
    policies: [denyIngress, denyEgress],
    when: tcp(WEB, WEB),
    then: 'allowed',
  },
  {
    reason: 'default deny covers protocols without ports',
    policies: [denyIngress],
    when: { from: CLIENT, to: WEB, protocol: 'ICMP' },
    then: IN_WEB,
  },
];

const defaulting: Row[] = [
  {
    reason: 'policyTypes absent, no egress section: ingress is policed',
    policies: [policy({ podSelector: {} })],
    when: tcp(CLIENT, WEB),
    then: IN_WEB,
  },
  {
    reason: 'policyTypes absent, no egress section: egress is not policed',
    policies: [policy({ podSelector: {} })],
    when: tcp(WEB, OUTSIDE),
    then: 'allowed',
  },
  {
    reason: 'policyTypes absent, egress rules present: egress is policed',
    policies: [policy({ podSelector: {}, egress: [{ ports: [{ port: 53, protocol: 'UDP' }] }] })],
    when: tcp(WEB, OUTSIDE),
    then: OUT_WEB,
  },
  {
    reason: 'policyTypes absent, egress rules present: ingress is policed all the same',
    policies: [policy({ podSelector: {}, egress: [{}] })],
    when: tcp(CLIENT, WEB),
    then: IN_WEB,
  },
  {
    reason: 'policyTypes Egress alone: an ingress section is without effect',
    policies: [policy({ podSelector: {}, policyTypes: ['Egress'], ingress: [], egress: [{}] })],
    when: tcp(CLIENT, WEB),
    then: 'allowed',
  },
  {
    reason: 'an empty ingress rule allows all',
    policies: [ingress({})],
    when: tcp(OUTSIDE, WEB),
    then: 'allowed',
  },
  {
    reason: 'an empty ingress rule allows protocols without ports',
    policies: [ingress({})],
    when: { from: CLIENT, to: WEB, protocol: 'ICMP' },
    then: 'allowed',
  },
  {
    reason: 'empty `from` and `ports` mean all',
    policies: [ingress({ from: [], ports: [] })],
    when: tcp(OUTSIDE, WEB),
    then: 'allowed',
  },
  {
    reason: 'empty `to` and `ports` mean all',
    policies: [egress({ to: [], ports: [] })],
    when: udp(WEB, OUTSIDE, 123),
    then: 'allowed',
  },
  {
    reason: 'an ingress list without rules is default deny',
    policies: [policy({ podSelector: {}, ingress: [] })],
    when: tcp(CLIENT, WEB),
    then: IN_WEB,
  },
];

const fromClientApp = { from: [{ podSelector: { matchLabels: { app: 'client' } } }] };
const teamB = { matchLabels: { team: 'b' } };

const selectors: Row[] = [
  {
    reason: 'podSelector alone means the policy namespace: the neighbour passes',
    policies: [ingress({ from: [{ podSelector: { matchLabels: { app: 'db' } } }] })],
    when: tcp(DB, WEB),
    then: 'allowed',
  },
  {
    reason: 'podSelector alone does not reach into another namespace',
    policies: [ingress(fromClientApp)],
    when: tcp(CLIENT, WEB),
    then: IN_WEB,
  },
  {
    reason: 'an empty podSelector as peer is every pod of the namespace',
    policies: [ingress({ from: [{ podSelector: {} }] })],
    when: tcp(DB, WEB),
    then: 'allowed',
  },
  {
    reason: 'an empty podSelector as peer is no pod of another namespace',
    policies: [ingress({ from: [{ podSelector: {} }] })],
    when: tcp(CLIENT, WEB),
    then: IN_WEB,
  },
  {
    reason: 'an empty podSelector as peer is not the outside',
    policies: [ingress({ from: [{ podSelector: {} }] })],
    when: tcp(OUTSIDE, WEB),
    then: IN_WEB,
  },
  {
    reason: 'namespaceSelector alone is every pod of matching namespaces',
    policies: [ingress({ from: [{ namespaceSelector: teamB }] })],
    when: tcp(CLIENT, WEB),
    then: 'allowed',
  },
  {
    reason: 'namespaceSelector excludes the own namespace unless it matches',
    policies: [ingress({ from: [{ namespaceSelector: teamB }] })],
    when: tcp(DB, WEB),
    then: IN_WEB,
  },
  {
    reason: 'an empty namespaceSelector is every pod of the cluster',
    policies: [ingress({ from: [{ namespaceSelector: {} }] })],
    when: tcp(PROBE, WEB),
    then: 'allowed',
  },
  {
    reason: 'an empty namespaceSelector is still not the outside',
    policies: [ingress({ from: [{ namespaceSelector: {} }] })],
    when: tcp(OUTSIDE, WEB),
    then: IN_WEB,
  },
  {
    reason: 'both selectors in one peer: both must match, and do',
    policies: [
      ingress({
        from: [{ namespaceSelector: teamB, podSelector: { matchLabels: { app: 'client' } } }],
      }),
    ],
    when: tcp(CLIENT, WEB),
    then: 'allowed',
  },
  {
    reason: 'both selectors in one peer: the right namespace with the wrong label is refused',
    policies: [
      ingress({
        from: [{ namespaceSelector: teamB, podSelector: { matchLabels: { app: 'db' } } }],
      }),
    ],
    when: tcp(CLIENT, WEB),
    then: IN_WEB,
  },
  {
    reason: 'two selectors in two peers: either is enough',
    policies: [
      ingress({
        from: [{ namespaceSelector: teamB }, { podSelector: { matchLabels: { app: 'db' } } }],
      }),
    ],
    when: tcp(DB, WEB),
    then: 'allowed',
  },
  {
    reason: 'namespaceSelector by expression on the built-in name label',
    policies: [
      ingress({
        from: [
          {
            namespaceSelector: {
              matchExpressions: [
                { key: 'kubernetes.io/metadata.name', operator: 'In', values: ['crm', 'ops'] },
              ],
            },
          },
        ],
      }),
    ],
    when: tcp(PROBE, WEB),
    then: 'allowed',
  },
  {
    reason: 'subjects by expression: NotIn leaves web alone',
    policies: [
      policy({
        podSelector: { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['web'] }] },
      }),
    ],
    when: tcp(CLIENT, WEB),
    then: 'allowed',
  },
  {
    reason: 'subjects by expression: DoesNotExist takes the pod without the label',
    policies: [
      policy({ podSelector: { matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] } }),
    ],
    when: tcp(CLIENT, DB),
    then: 'ingress of shop/db',
  },
  {
    reason: 'a pod outside the node CIDR is a peer like any other',
    policies: [denyIngress, ingress({ from: [{ podSelector: { matchLabels: { app: 'web' } } }] })],
    when: tcp(AWAY, WEB),
    then: 'allowed',
  },
  {
    reason: 'a pod outside the node CIDR is not policed here',
    policies: [denyIngress],
    when: tcp(CLIENT, AWAY),
    then: 'allowed',
  },
  {
    reason: 'peers that match no pod allow nobody, and do not read as "all"',
    policies: [ingress({ from: [{ podSelector: { matchLabels: { app: 'nobody' } } }] })],
    when: tcp(DB, WEB),
    then: IN_WEB,
  },
  {
    reason: 'egress by selectors: both together',
    policies: [egress({ to: [{ namespaceSelector: teamB, podSelector: {} }] })],
    when: tcp(WEB, CLIENT),
    then: 'allowed',
  },
  {
    reason: 'egress by selectors: anybody else is refused',
    policies: [egress({ to: [{ namespaceSelector: teamB, podSelector: {} }] })],
    when: tcp(WEB, PROBE),
    then: OUT_WEB,
  },
];

const internet = { ipBlock: { cidr: '0.0.0.0/0', except: ['10.0.0.0/8', '192.0.2.0/24'] } };

const blocks: Row[] = [
  {
    reason: 'ipBlock of everything but private ranges: the outside passes',
    policies: [egress({ to: [internet] })],
    when: tcp(WEB, OUTSIDE, 443),
    then: 'allowed',
  },
  {
    reason: 'ipBlock: an exception cuts pods out',
    policies: [egress({ to: [internet] })],
    when: tcp(WEB, CLIENT),
    then: OUT_WEB,
  },
  {
    reason: 'ipBlock: an exception cuts the node out',
    policies: [egress({ to: [internet] })],
    when: tcp(WEB, NODE, 6443),
    then: OUT_WEB,
  },
  {
    reason: 'an exception of one peer does not cut another peer of the rule',
    policies: [egress({ to: [internet, { namespaceSelector: teamB }] })],
    when: tcp(WEB, CLIENT),
    then: 'allowed',
  },
  {
    reason: 'an exception of one block does not cut an overlapping block',
    policies: [egress({ to: [internet, { ipBlock: { cidr: '10.244.0.16/28' } }] })],
    when: tcp(WEB, CLIENT),
    then: 'allowed',
  },
  {
    reason: 'ipBlock with the whole Internet and no exception is everybody',
    policies: [egress({ to: [{ ipBlock: { cidr: '0.0.0.0/0' } }] })],
    when: tcp(WEB, CLIENT),
    then: 'allowed',
  },
  {
    reason: 'ipBlock covers pod addresses',
    policies: [ingress({ from: [{ ipBlock: { cidr: '10.244.0.20/32' } }] })],
    when: tcp(CLIENT, WEB),
    then: 'allowed',
  },
  {
    reason: 'ipBlock by one address refuses its neighbour',
    policies: [ingress({ from: [{ ipBlock: { cidr: '198.51.100.11/32' } }] })],
    when: tcp(OUTSIDE, WEB),
    then: IN_WEB,
  },
  {
    reason: 'host bits of an ipBlock do not matter',
    policies: [ingress({ from: [{ ipBlock: { cidr: '198.51.100.99/24' } }] })],
    when: tcp(OUTSIDE, WEB),
    then: 'allowed',
  },
  {
    reason: 'except equal to the block leaves nobody',
    policies: [ingress({ from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.0.0.0/8'] } }] })],
    when: tcp(CLIENT, WEB),
    then: IN_WEB,
  },
  {
    reason: 'an IPv6 block matches nobody in an IPv4 cluster',
    policies: [ingress({ from: [{ ipBlock: { cidr: '::/0' } }] })],
    when: tcp(CLIENT, WEB),
    then: IN_WEB,
  },
];

const ports: Row[] = [
  {
    reason: 'a numeric port passes',
    policies: [ingress({ ports: [{ port: 8080 }] })],
    when: tcp(CLIENT, WEB),
    then: 'allowed',
  },
  {
    reason: 'another port does not',
    policies: [ingress({ ports: [{ port: 8080 }] })],
    when: tcp(CLIENT, WEB, 8081),
    then: IN_WEB,
  },
  {
    reason: 'the protocol of a port defaults to TCP',
    policies: [ingress({ ports: [{ port: 8080 }] })],
    when: udp(CLIENT, WEB, 8080),
    then: IN_WEB,
  },
  {
    reason: 'a rule with ports excludes protocols without ports',
    policies: [ingress({ ports: [{ port: 8080 }] })],
    when: { from: CLIENT, to: WEB, protocol: 'ICMP' },
    then: IN_WEB,
  },
  {
    reason: 'UDP',
    policies: [egress({ ports: [{ port: 53, protocol: 'UDP' }] })],
    when: udp(WEB, PROBE, 53),
    then: 'allowed',
  },
  {
    reason: 'UDP does not open TCP of the same number',
    policies: [egress({ ports: [{ port: 53, protocol: 'UDP' }] })],
    when: tcp(WEB, PROBE, 53),
    then: OUT_WEB,
  },
  {
    reason: 'SCTP',
    policies: [ingress({ ports: [{ port: 7777, protocol: 'SCTP' }] })],
    when: { from: CLIENT, to: WEB, protocol: 'SCTP', port: 7777 },
    then: 'allowed',
  },
  {
    reason: 'SCTP on another port',
    policies: [ingress({ ports: [{ port: 7777, protocol: 'SCTP' }] })],
    when: { from: CLIENT, to: WEB, protocol: 'SCTP', port: 7778 },
    then: IN_WEB,
  },
  {
    reason: 'a protocol without a port is all its ports',
    policies: [ingress({ ports: [{ protocol: 'UDP' }] })],
    when: udp(CLIENT, WEB, 40000),
    then: 'allowed',
  },
  {
    reason: 'a protocol without a port is no other protocol',
    policies: [ingress({ ports: [{ protocol: 'UDP' }] })],
    when: tcp(CLIENT, WEB),
    then: IN_WEB,
  },
  ...[
    [7999, IN_WEB],
    [8000, 'allowed'],
    [8050, 'allowed'],
    [8100, 'allowed'],
    [8101, IN_WEB],
  ].map(([port, then]): Row => ({
    reason: `endPort is a closed interval: 8000-8100 at ${String(port)}`,
    policies: [ingress({ ports: [{ port: 8000, endPort: 8100 }] })],
    when: tcp(CLIENT, WEB, Number(port)),
    then: then as Verdict,
  })),
  {
    reason: 'ingress by name is the number of the receiving pod',
    policies: [ingress({ ports: [{ port: 'metrics' }] })],
    when: tcp(CLIENT, WEB, 9090),
    then: 'allowed',
  },
  {
    reason: 'ingress by name opens no other number',
    policies: [ingress({ ports: [{ port: 'metrics' }] })],
    when: tcp(CLIENT, WEB, 8080),
    then: IN_WEB,
  },
  {
    reason: 'a name counts with its protocol only',
    policies: [ingress({ ports: [{ port: 'dns', protocol: 'TCP' }] })],
    when: tcp(CLIENT, WEB, 5353),
    then: IN_WEB,
  },
  {
    reason: 'a name with protocol UDP',
    policies: [ingress({ ports: [{ port: 'dns', protocol: 'UDP' }] })],
    when: udp(CLIENT, WEB, 5353),
    then: 'allowed',
  },
  {
    reason: 'a name that the pod does not have opens nothing',
    policies: [ingress({ ports: [{ port: 'nope' }] })],
    when: tcp(CLIENT, WEB, 8080),
    then: IN_WEB,
  },
  {
    reason: 'egress by name is resolved in the destination: db calls 8081 http',
    policies: [egress({ to: [{ podSelector: {} }], ports: [{ port: 'http' }] })],
    when: tcp(WEB, DB, 8081),
    then: 'allowed',
  },
  {
    reason: 'egress by name: the number of another pod is refused',
    policies: [egress({ to: [{ podSelector: {} }], ports: [{ port: 'http' }] })],
    when: tcp(WEB, DB, 8080),
    then: OUT_WEB,
  },
  {
    reason: 'egress by name to all: any pod that has the name',
    policies: [egress({ ports: [{ port: 'http' }] })],
    when: tcp(WEB, DB, 8081),
    then: 'allowed',
  },
  {
    reason: 'egress by name to all: the outside has no names',
    policies: [egress({ ports: [{ port: 'http' }] })],
    when: tcp(WEB, OUTSIDE, 8081),
    then: OUT_WEB,
  },
  {
    reason: 'egress by name to a block: pods inside the block have names',
    policies: [egress({ to: [{ ipBlock: { cidr: POD_CIDR } }], ports: [{ port: 'http' }] })],
    when: tcp(WEB, DB, 8081),
    then: 'allowed',
  },
  {
    reason: 'peers and ports of one rule: both must match',
    policies: [ingress({ from: [{ podSelector: {} }], ports: [{ port: 8080 }] })],
    when: tcp(DB, WEB, 9090),
    then: IN_WEB,
  },
  {
    reason: 'several ports of one rule: any is enough',
    policies: [ingress({ ports: [{ port: 1 }, { port: 'http' }] })],
    when: tcp(CLIENT, WEB),
    then: 'allowed',
  },
];

const unions: Row[] = [
  {
    reason: 'a second policy opens what the first one denies',
    policies: [denyIngress, ingress({ from: [{ namespaceSelector: teamB }] })],
    when: tcp(CLIENT, WEB),
    then: 'allowed',
  },
  {
    reason: 'the order of policies does not matter',
    policies: [ingress({ from: [{ namespaceSelector: teamB }] }), denyIngress],
    when: tcp(CLIENT, WEB),
    then: 'allowed',
  },
  {
    reason: 'two policies do not mix: peer of one with port of the other is refused',
    policies: [
      ingress({ from: [{ namespaceSelector: teamB }], ports: [{ port: 9090 }] }),
      ingress({ from: [{ podSelector: {} }], ports: [{ port: 8080 }] }),
    ],
    when: tcp(CLIENT, WEB, 8080),
    then: IN_WEB,
  },
  {
    reason: 'two rules of one policy do not mix either',
    policies: [
      ingress(
        { from: [{ namespaceSelector: teamB }], ports: [{ port: 9090 }] },
        { from: [{ podSelector: {} }], ports: [{ port: 8080 }] },
      ),
    ],
    when: tcp(CLIENT, WEB, 8080),
    then: IN_WEB,
  },
];

describe.each([
  ['isolation', isolation],
  ['defaulting', defaulting],
  ['selectors', selectors],
  ['blocks', blocks],
  ['ports', ports],
  ['unions', unions],
])('%s', (_title, rows) => {
  it.each(rows)('$reason', ({ policies, when, then }) => {
    expect(verdict(model(policies, pods), when)).toBe(then);
  });
});

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

describe('label requirements', () => {
  const rows: [string, string[] | undefined, Record<string, string>, boolean][] = [
    ['In', ['a', 'b'], { k: 'b' }, true],
    ['In', ['a', 'b'], { k: 'c' }, false],
    ['In', ['a', 'b'], {}, false],
    ['NotIn', ['a', 'b'], { k: 'c' }, true],
    ['NotIn', ['a', 'b'], { k: 'a' }, false],
    ['NotIn', ['a', 'b'], {}, true],
    ['Exists', undefined, { k: '' }, true],
    ['Exists', undefined, {}, false],
    ['DoesNotExist', undefined, {}, true],
    ['DoesNotExist', undefined, { k: 'a' }, false],
  ];
  it.each(rows)('%s %j of %j is %s', (operator, values = [], labels, expected) => {
    const selector = { matchExpressions: [{ key: 'k', operator, values }] };
    expect(matches(selector, labels)).toBe(expected);
  });
  it('refuses an operator it does not know instead of guessing', () => {
    const selector = { matchExpressions: [{ key: 'k', operator: 'Gt', values: ['1'] }] };
    expect(() => matches(selector, { k: '2' })).toThrow('Gt');
  });
});

type Spec = NonNullable<NetworkPolicy['spec']>;

/** Several policies of one row share a name on purpose: rules must not depend on it. */
function policy(spec: Spec): NetworkPolicy {
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

function model(policies: readonly NetworkPolicy[], candidates: readonly Pod[]): PolicedPod[] {
  const state: ClusterState = {
    policies,
    endpoints: candidates.flatMap((candidate) => endpointOf(candidate) ?? []),
    namespaces,
  };
  return policedPods(state, POD_CIDR);
}
