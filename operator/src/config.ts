import type { LogLevel } from './ops/log.ts';
import type { Settings } from './resources/inputs.ts';

/** The operator's configuration, read once at start. */
export interface OperatorConfig {
  settings: Settings;
  logLevel: LogLevel;
  /** Port of /healthz, /readyz and /metrics. */
  opsPort: number;
}

const LOG_LEVELS: readonly string[] = ['error', 'warn', 'info', 'debug'] satisfies LogLevel[];
const DEFAULT_PREFIXES = 'cert-manager.io/,external-dns.alpha.kubernetes.io/';
const DNS_NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

/** Reads the environment. All errors come together, each naming the variable and the remedy. */
export function operatorConfig(
  env: Readonly<Record<string, string | undefined>>,
): { config: OperatorConfig } | { errors: string[] } {
  const errors: string[] = [];
  const check = (holds: boolean, error: string): void => {
    if (!holds) errors.push(error);
  };
  const runtimeImage = env.RUNTIME_IMAGE ?? '';
  const clusterDomain = env.CLUSTER_DOMAIN ?? 'cluster.local';
  const logLevel = (env.LOG_LEVEL ?? 'info').toLowerCase();
  const opsPort = Number(env.OPS_PORT ?? '8080');
  check(runtimeImage !== '', 'RUNTIME_IMAGE is missing; set it to the image that servers run');
  check(
    DNS_NAME.test(clusterDomain),
    `CLUSTER_DOMAIN "${clusterDomain}" is no DNS name; use for example cluster.local`,
  );
  check(
    LOG_LEVELS.includes(logLevel),
    `LOG_LEVEL "${logLevel}" is unknown; use ${LOG_LEVELS.join(', ')}`,
  );
  check(
    isPort(opsPort),
    `OPS_PORT "${env.OPS_PORT ?? ''}" is no port; use a number from 1 to 65535`,
  );
  if (errors.length > 0) return { errors };
  const allowedAnnotationPrefixes = list(env.ALLOWED_ANNOTATION_PREFIXES ?? DEFAULT_PREFIXES);
  return {
    config: {
      settings: { runtimeImage, clusterDomain, allowedAnnotationPrefixes },
      logLevel: logLevel as LogLevel,
      opsPort,
    },
  };
}

function isPort(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= 65535;
}

function list(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
