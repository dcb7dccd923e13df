import { hostname } from 'node:os';
import { rangeOf } from './configuration/address-range.ts';
import { peerListErrors } from './configuration/network-peers.ts';
import type { LogLevel } from './ops/log.ts';
import type { NetworkSettings, Settings } from './resources/inputs.ts';
import type { NetworkPeer } from './resources/network-rule.ts';

/** The operator's configuration, read once at start. */
export interface OperatorConfig {
  settings: Settings;
  logLevel: LogLevel;
  /** Port of /healthz, /readyz and /metrics. */
  opsPort: number;
  /** The one namespace to work in; all of them when absent. */
  watchNamespace?: string;
  /** Where the Lease of the leader election is; absent: this is the only operator. */
  leaseNamespace?: string;
  /** Who this process is in the Lease and in Events. */
  identity: string;
  /** How many servers at a time restart their pods because of a new release of the operator. */
  maxConcurrentRollouts: number;
  /** Whether pods are told to mount edited agents and Secrets at once; needs the right to patch pods. */
  annotatesPods: boolean;
}

/** The variables, as the environment has them or with their defaults. */
type Variables = Record<keyof typeof DEFAULTS, string>;

const DEFAULTS = {
  RUNTIME_IMAGE: '',
  CLUSTER_DOMAIN: 'cluster.local',
  ALLOWED_ANNOTATION_PREFIXES: 'cert-manager.io/,external-dns.alpha.kubernetes.io/',
  LOG_LEVEL: 'info',
  OPS_PORT: '8080',
  WATCH_NAMESPACE: '',
  LEASE_NAMESPACE: '',
  MAX_CONCURRENT_ROLLOUTS: '5',
  ANNOTATE_PODS: 'true',
  POD_NAME: '',
  NETWORK_OPERATOR: '[]',
  NETWORK_MONITORING: '[]',
  NETWORK_INGRESS_CONTROLLERS: '[]',
  NETWORK_DNS:
    '[{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"kube-system"}},"podSelector":{"matchLabels":{"k8s-app":"kube-dns"}}}]',
  NETWORK_DNS_PORTS: '53',
  NETWORK_CLUSTER_RANGES: '',
} as const;

const PEER_LISTS = [
  'NETWORK_OPERATOR',
  'NETWORK_MONITORING',
  'NETWORK_INGRESS_CONTROLLERS',
  'NETWORK_DNS',
] as const;

const LOG_LEVELS: readonly string[] = ['error', 'warn', 'info', 'debug'] satisfies LogLevel[];
const DNS_NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;
const DNS_LABEL_OR_NOTHING = /^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)?$/;
const PORT = /^([1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5])$/;
const POSITIVE = /^[1-9]\d{0,5}$/;

/** What each variable has to look like, and what to do when it does not. */
const RULES: readonly [keyof Variables, (value: string) => boolean, string][] = [
  ['RUNTIME_IMAGE', (value) => value !== '', 'is missing; set it to the image that servers run'],
  [
    'CLUSTER_DOMAIN',
    (value) => DNS_NAME.test(value),
    'is no DNS name; use for example cluster.local',
  ],
  [
    'LOG_LEVEL',
    (value) => LOG_LEVELS.includes(value.toLowerCase()),
    `is unknown; use ${LOG_LEVELS.join(', ')}`,
  ],
  ['OPS_PORT', (value) => PORT.test(value), 'is no port; use a number from 1 to 65535'],
  [
    'WATCH_NAMESPACE',
    (value) => DNS_LABEL_OR_NOTHING.test(value),
    'is no namespace; use the name of one, or leave it empty',
  ],
  [
    'LEASE_NAMESPACE',
    (value) => DNS_LABEL_OR_NOTHING.test(value),
    'is no namespace; use the name of one, or leave it empty',
  ],
  [
    'MAX_CONCURRENT_ROLLOUTS',
    (value) => POSITIVE.test(value),
    'is no number of servers; use 1 or more',
  ],
  ['ANNOTATE_PODS', (value) => /^(true|false)$/.test(value), 'is neither true nor false'],
  [
    'NETWORK_DNS_PORTS',
    (value) => value !== '' && list(value).every((port) => PORT.test(port)),
    'holds what is no port; use for example 53, or 53,5353',
  ],
  [
    'NETWORK_CLUSTER_RANGES',
    // Left out of all addresses, so it cannot be all of them.
    (value) => list(value).every((range) => (rangeOf(range)?.bits ?? 0) > 0),
    'holds what is no range; use for example 203.0.113.0/24,2001:db8::/32',
  ],
];

/** Reads the environment. All errors come together, each naming the variable and the remedy. */
export function operatorConfig(
  env: Readonly<Record<string, string | undefined>>,
): { config: OperatorConfig } | { errors: string[] } {
  const variables = Object.fromEntries(
    Object.entries(DEFAULTS).map(([name, value]) => [name, env[name] ?? value]),
  ) as Variables;
  const broken = RULES.filter(([name, holds]) => !holds(variables[name])).map(([name, , remedy]) =>
    variables[name] === '' ? `${name} ${remedy}` : `${name} "${variables[name]}" ${remedy}`,
  );
  const errors = [
    ...broken,
    ...PEER_LISTS.flatMap((name) => peerListErrors(name, variables[name])),
  ];
  return errors.length > 0 ? { errors } : { config: configOf(variables) };
}

function configOf(variables: Variables): OperatorConfig {
  const { WATCH_NAMESPACE, LEASE_NAMESPACE } = variables;
  return {
    settings: {
      runtimeImage: variables.RUNTIME_IMAGE,
      clusterDomain: variables.CLUSTER_DOMAIN,
      allowedAnnotationPrefixes: list(variables.ALLOWED_ANNOTATION_PREFIXES),
      network: networkOf(variables),
    },
    logLevel: variables.LOG_LEVEL.toLowerCase() as LogLevel,
    opsPort: Number(variables.OPS_PORT),
    ...(WATCH_NAMESPACE !== '' && { watchNamespace: WATCH_NAMESPACE }),
    ...(LEASE_NAMESPACE !== '' && { leaseNamespace: LEASE_NAMESPACE }),
    identity: variables.POD_NAME === '' ? hostname() : variables.POD_NAME,
    maxConcurrentRollouts: Number(variables.MAX_CONCURRENT_ROLLOUTS),
    annotatesPods: variables.ANNOTATE_PODS === 'true',
  };
}

function networkOf(variables: Variables): NetworkSettings {
  const peers = (name: (typeof PEER_LISTS)[number]): NetworkPeer[] =>
    JSON.parse(variables[name]) as NetworkPeer[];
  const { NETWORK_DNS_PORTS, NETWORK_CLUSTER_RANGES, WATCH_NAMESPACE } = variables;
  return {
    operator: peers('NETWORK_OPERATOR'),
    monitoring: peers('NETWORK_MONITORING'),
    ingressControllers: peers('NETWORK_INGRESS_CONTROLLERS'),
    dns: { peers: peers('NETWORK_DNS'), ports: list(NETWORK_DNS_PORTS).map(Number) },
    clusterRanges: list(NETWORK_CLUSTER_RANGES),
    ...(WATCH_NAMESPACE !== '' && { visibleNamespace: WATCH_NAMESPACE }),
  };
}

function list(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
