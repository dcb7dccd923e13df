import {
  CLIENT,
  DB,
  denyEgress,
  denyIngress,
  egress,
  IN_WEB,
  ingress,
  NODE,
  OUT_WEB,
  OUTSIDE,
  policy,
  PROBE,
  tcp,
  udp,
  WEB,
  testVerdicts,
} from './rules-cluster.ts';
import type { Row } from './rules-cluster.ts';

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

testVerdicts({ isolation, defaulting });
