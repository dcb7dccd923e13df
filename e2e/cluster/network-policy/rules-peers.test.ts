import {
  AWAY,
  CLIENT,
  DB,
  denyIngress,
  egress,
  fromClientApp,
  IN_WEB,
  ingress,
  internet,
  NODE,
  OUT_WEB,
  OUTSIDE,
  policy,
  PROBE,
  tcp,
  teamB,
  WEB,
  testVerdicts,
} from './rules-cluster.ts';
import type { Row } from './rules-cluster.ts';

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

testVerdicts({ selectors, blocks });
