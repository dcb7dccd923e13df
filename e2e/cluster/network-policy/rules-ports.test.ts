import {
  CLIENT,
  DB,
  denyIngress,
  egress,
  IN_WEB,
  ingress,
  OUT_WEB,
  OUTSIDE,
  POD_CIDR,
  PROBE,
  tcp,
  teamB,
  udp,
  WEB,
  testVerdicts,
} from './rules-cluster.ts';
import type { Row } from './rules-cluster.ts';
import type { Verdict } from './verdict.ts';

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

testVerdicts({ ports, unions });
