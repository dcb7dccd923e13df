/** Which connections pass under which policies, for tests on real packets. */
import { endpointOf } from './endpoints.ts';
import type { Target } from './netns-agent.ts';
import { ADDRESSES, SERVICES } from './netns-lab.ts';
import type { Place } from './netns-lab.ts';
import type { Namespace, NetworkPolicy, Pod } from './objects.ts';
import { policedPods } from './rules.ts';
import type { PolicedPod } from './rules.ts';

export const POD_CIDR = '10.244.0.0/24';

export const namespaces: Namespace[] = ['shop', 'crm'].map((name) => ({
  metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
}));
export const pods = [
  pod('shop', 'web', [
    { name: 'http', containerPort: 8080 },
    { name: 'metrics', containerPort: 9090 },
  ]),
  pod('shop', 'db', [{ name: 'http', containerPort: 8081 }]),
  pod('crm', 'client', []),
];

/** One connection and what becomes of it under the policies of its case. */
export interface Cell {
  readonly from: Place;
  readonly dial: Target;
  /** Where it arrives after translation, if that is not where it was sent. */
  readonly arrives: { readonly address: string; readonly port: number };
  readonly passes: boolean;
}

export interface Case {
  readonly reason: string;
  readonly policies: readonly NetworkPolicy[];
  readonly cells: readonly Cell[];
}

export const denyIngress = policy('deny-ingress', { podSelector: {}, policyTypes: ['Ingress'] });
export const denyEgress = policy('deny-egress', { podSelector: {}, policyTypes: ['Egress'] });
export const onWeb = { podSelector: { matchLabels: { app: 'web' } } };

export const cases: Case[] = [
  {
    reason: 'default deny ingress: pods, Services and hostPorts are closed, the node is not',
    policies: [denyIngress],
    cells: [
      denied(direct('client', 'web', 8080)),
      denied(direct('db', 'web', 8080)),
      denied(direct('client', 'web', 5353, 'UDP')),
      denied(service('client', 'web')),
      denied(service('outside', 'hostPort')),
      denied(service('client', 'hostPort')),
      allowed(direct('node', 'web', 8080)),
      allowed(service('node', 'web')),
      allowed(service('web', 'web')),
      allowed(direct('web', 'client', 8080)),
      allowed(direct('web', 'outside', 443)),
      allowed(service('web', 'api')),
    ],
  },
  {
    reason: 'default deny egress: pods, Services, the outside and the node are out of reach',
    policies: [denyEgress],
    cells: [
      denied(direct('web', 'client', 8080)),
      denied(direct('web', 'db', 53, 'UDP')),
      denied(service('web', 'db')),
      denied(direct('web', 'outside', 443)),
      denied(direct('web', 'outside', 53, 'UDP')),
      denied(direct('web', 'node', 6443)),
      denied(service('web', 'api')),
      denied(service('db', 'hostPort')),
      allowed(service('web', 'web')),
      allowed(direct('client', 'web', 8080)),
      allowed(direct('client', 'web', 5353, 'UDP')),
      allowed(direct('node', 'web', 8080)),
      allowed(service('outside', 'hostPort')),
      allowed(direct('client', 'outside', 443)),
      allowed(direct('client', 'node', 6443)),
    ],
  },
  {
    reason: 'both selectors and a named port: one pod of another namespace, one port',
    policies: [
      policy('allow-client', {
        ...onWeb,
        ingress: [
          {
            from: [
              {
                namespaceSelector: {
                  matchExpressions: [
                    { key: 'kubernetes.io/metadata.name', operator: 'In', values: ['crm'] },
                  ],
                },
                podSelector: { matchLabels: { app: 'client' } },
              },
            ],
            ports: [{ port: 'http' }],
          },
        ],
      }),
    ],
    cells: [
      allowed(direct('client', 'web', 8080)),
      allowed(service('client', 'web')),
      denied(direct('client', 'web', 9090)),
      denied(direct('db', 'web', 8080)),
      denied(service('outside', 'hostPort')),
      allowed(direct('client', 'db', 8080)),
    ],
  },
  {
    reason: 'ipBlock with exceptions, next to a rule for DNS: the usual egress policy of a server',
    policies: [
      policy('egress', {
        ...onWeb,
        policyTypes: ['Egress'],
        egress: [
          { to: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['10.0.0.0/8', '198.51.100.1/32'] } }] },
          {
            to: [{ podSelector: { matchLabels: { app: 'db' } } }],
            ports: [{ port: 53, protocol: 'UDP' }],
          },
        ],
      }),
    ],
    cells: [
      allowed(direct('web', 'outside', 443)),
      allowed(direct('web', 'outside', 53, 'UDP')),
      allowed(direct('web', 'db', 53, 'UDP')),
      denied(direct('web', 'db', 8081)),
      denied(direct('web', 'client', 8080)),
      denied(direct('web', 'node', 6443)),
      denied(service('web', 'api')),
    ],
  },
  {
    reason: 'egress to the API server: the address and port after translation count',
    policies: [
      policy('egress-api', {
        ...onWeb,
        policyTypes: ['Egress'],
        egress: [{ to: [{ ipBlock: { cidr: '198.51.100.1/32' } }], ports: [{ port: 6443 }] }],
      }),
    ],
    cells: [
      allowed(service('web', 'api')),
      allowed(direct('web', 'node', 6443)),
      denied(direct('web', 'outside', 443)),
      denied(service('web', 'db')),
    ],
  },
  {
    reason: 'ingress from the outside by its own address, through a hostPort',
    policies: [
      denyIngress,
      policy('from-outside', {
        ...onWeb,
        ingress: [{ from: [{ ipBlock: { cidr: '198.51.100.0/24' } }] }],
      }),
    ],
    cells: [
      allowed(service('outside', 'hostPort')),
      denied(direct('client', 'web', 8080)),
      denied(service('client', 'db')),
    ],
  },
  {
    reason: 'endPort is a closed interval of one protocol',
    policies: [
      policy('range', { ...onWeb, ingress: [{ ports: [{ port: 8000, endPort: 8100 }] }] }),
    ],
    cells: [
      allowed(direct('client', 'web', 8000)),
      allowed(direct('client', 'web', 8080)),
      allowed(direct('client', 'web', 8100)),
      denied(direct('client', 'web', 8101)),
      denied(direct('client', 'web', 5353, 'UDP')),
    ],
  },
  {
    reason: 'a protocol without a port is all ports of UDP and nothing else',
    policies: [policy('udp', { ...onWeb, ingress: [{ ports: [{ protocol: 'UDP' }] }] })],
    cells: [allowed(direct('client', 'web', 5353, 'UDP')), denied(direct('client', 'web', 8080))],
  },
  {
    reason: 'egress by port name: the number is that of the destination',
    policies: [
      policy('by-name', {
        ...onWeb,
        policyTypes: ['Egress'],
        egress: [{ to: [{ podSelector: {} }], ports: [{ port: 'http' }] }],
      }),
    ],
    cells: [
      allowed(direct('web', 'db', 8081)),
      allowed(service('web', 'db')),
      denied(direct('web', 'db', 8080)),
      denied(direct('web', 'client', 8080)),
    ],
  },
  {
    reason: 'several policies are a union, both directions are asked',
    policies: [
      denyIngress,
      denyEgress,
      policy('web-to-db', {
        ...onWeb,
        policyTypes: ['Egress'],
        egress: [{ to: [{ podSelector: { matchLabels: { app: 'db' } } }] }],
      }),
      policy('db-from-web', {
        podSelector: { matchLabels: { app: 'db' } },
        ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 8081 }] }],
      }),
    ],
    cells: [
      allowed(service('web', 'db')),
      allowed(direct('web', 'db', 8081)),
      denied(direct('web', 'db', 8080)),
      denied(direct('client', 'db', 8081)),
      denied(direct('db', 'web', 8080)),
    ],
  },
];

export function model(policies: readonly NetworkPolicy[]): PolicedPod[] {
  const endpoints = pods.flatMap((item) => endpointOf(item) ?? []);
  return policedPods({ policies, endpoints, namespaces }, POD_CIDR);
}

export function direct(
  from: Place,
  to: Place,
  port: number,
  protocol: Target['protocol'] = 'TCP',
): Cell {
  const address = ADDRESSES[to];
  return { from, dial: { protocol, address, port }, arrives: { address, port }, passes: true };
}

export function service(from: Place, name: keyof typeof SERVICES): Cell {
  const { address, port, backend } = SERVICES[name];
  return { from, dial: { protocol: 'TCP', address, port }, arrives: backend, passes: true };
}

function allowed(cell: Cell): Cell {
  return cell;
}

export function denied(cell: Cell): Cell {
  return { ...cell, passes: false };
}

export function describeCell({ from, dial: { protocol, address, port }, arrives }: Cell): string {
  const via = address === arrives.address ? '' : ` (${arrives.address}:${arrives.port})`;
  return `${from} -> ${protocol} ${address}:${port}${via}`;
}

export function policy(name: string, spec: NonNullable<NetworkPolicy['spec']>): NetworkPolicy {
  return { metadata: { name, namespace: 'shop' }, spec };
}

function pod(
  namespace: string,
  name: 'web' | 'db' | 'client',
  ports: { name: string; containerPort: number }[],
): Pod {
  return {
    metadata: { name, namespace, labels: { app: name } },
    spec: { containers: [{ ports }] },
    status: { phase: 'Running', podIP: ADDRESSES[name] },
  };
}
