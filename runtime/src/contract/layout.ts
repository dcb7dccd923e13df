/** Where things are in a runtime container; the operator mounts what the runtime reads. */
export const AGENTS_DIR = '/etc/a2a/agents';
export const SECRETS_DIR = '/etc/a2a/secrets';
/** A folder for each Secret that agents may use, with a file for each of its keys. */
export const GRANTED_SECRETS_DIR = '/etc/a2a/granted';
export const LOGS_DIR = '/app/logs';
export const TMP_DIR = '/tmp';

export const HTTP_PORT = 3000;

/** Probe paths; livez touches no dependency, so an outage never restarts a pod. */
export const PROBES = {
  startup: '/a2a/startupz',
  live: '/a2a/livez',
  ready: '/a2a/readyz',
} as const;

/** Where a pod reports to the operator, on the metrics port. */
export const STATUS_PATH = '/status';

/** Path of an agent's JSON-RPC endpoint below the public URL. */
export function agentPath(agentName: string): string {
  return `/a2a/agents/${agentName}`;
}
