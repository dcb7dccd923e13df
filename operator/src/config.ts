import { hostname } from 'node:os';
import type { LogLevel } from './ops/log.ts';
import type { Settings } from './resources/inputs.ts';

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
} as const;

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
];

/** Reads the environment. All errors come together, each naming the variable and the remedy. */
export function operatorConfig(
  env: Readonly<Record<string, string | undefined>>,
): { config: OperatorConfig } | { errors: string[] } {
  const variables = Object.fromEntries(
    Object.entries(DEFAULTS).map(([name, value]) => [name, env[name] ?? value]),
  ) as Variables;
  const errors = RULES.filter(([name, holds]) => !holds(variables[name])).map(([name, , remedy]) =>
    variables[name] === '' ? `${name} ${remedy}` : `${name} "${variables[name]}" ${remedy}`,
  );
  return errors.length > 0 ? { errors } : { config: configOf(variables) };
}

function configOf(variables: Variables): OperatorConfig {
  const { WATCH_NAMESPACE, LEASE_NAMESPACE } = variables;
  return {
    settings: {
      runtimeImage: variables.RUNTIME_IMAGE,
      clusterDomain: variables.CLUSTER_DOMAIN,
      allowedAnnotationPrefixes: list(variables.ALLOWED_ANNOTATION_PREFIXES),
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

function list(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
