/**
 * Every environment variable of the runtime. The operator writes them into the ConfigMap, the
 * runtime reads them, and the documentation lists them from this table.
 *
 * Kinds: `boolean` is `true` or `false` in any case; `list` is separated by commas, spaces trimmed;
 * a `secret` may also be given as a file by `<NAME>_FILE`, which is read again when it changes.
 */
export interface Variable {
  kind: 'string' | 'url' | 'integer' | 'boolean' | 'list' | 'path';
  meaning: string;
  /** Names from the guide's other documents; set together with the name and different is an error. */
  aliases?: readonly string[];
  default?: string;
  /** Allowed values, compared without regard to case. */
  values?: readonly string[];
  minimum?: number;
  maximum?: number;
  secret?: true;
}

const PORT = { kind: 'integer', minimum: 1, maximum: 65535 } as const;
const SECONDS = { kind: 'integer', minimum: 1, maximum: 31_536_000 } as const;

export const ENVIRONMENT = {
  A2A_HOST: { kind: 'string', default: '0.0.0.0', meaning: 'Address to listen on.' },
  A2A_PORT: { ...PORT, default: '3000', meaning: 'Port of the A2A endpoints.' },
  A2A_PUBLIC_URL: { kind: 'url', meaning: 'Base URL that cards advertise.' },
  A2A_AGENTS_DIR: {
    kind: 'path',
    default: '/etc/a2a/agents',
    meaning: 'Folder of agent files or AgentDefinition manifests; read again when it changes.',
  },
  A2A_SECRETS_DIR: {
    kind: 'path',
    default: '/etc/a2a/granted',
    meaning:
      'Secrets that agents may use: a folder for each, a file for each key; read at every use.',
  },
  A2A_DEFAULT_AGENT: {
    kind: 'string',
    meaning: 'Agent at the root paths; default is the first by name.',
  },
  A2A_CORS_ENABLED: {
    kind: 'boolean',
    default: 'false',
    meaning: 'Cross-origin requests; not available yet, so only false.',
  },
  A2A_CORS_ORIGINS: { kind: 'list', meaning: 'Origins that may call; not available yet.' },
  A2A_AUTH_ENABLED: {
    kind: 'boolean',
    default: 'true',
    meaning: 'Whether callers must present a credential.',
  },
  A2A_JWT_SECRET: {
    kind: 'string',
    secret: true,
    aliases: ['JWT_SECRET'],
    meaning: 'HS256 key of bearer tokens, at least 32 bytes.',
  },
  A2A_API_KEYS: {
    kind: 'list',
    secret: true,
    aliases: ['API_KEYS'],
    meaning: 'API keys, each itself or as sha256:<hex>.',
  },
  A2A_API_KEYS_DIR: {
    kind: 'path',
    meaning:
      'Folder with one API key a file; the file name is the principal. Read again when it changes.',
  },
  LITELLM_URL: {
    kind: 'url',
    aliases: ['LITELLM_BASE_URL'],
    meaning: 'Base URL of the LiteLLM proxy, with or without / or /v1.',
  },
  LITELLM_API_KEY: { kind: 'string', secret: true, meaning: 'Key for the proxy.' },
  LITELLM_MODEL: { kind: 'string', meaning: 'Model of agents that name none.' },
  A2A_MODEL_CA_FILE: { kind: 'path', meaning: 'Certificate authority (PEM) of the proxy.' },
  A2A_MODEL_TIMEOUT_SECONDS: {
    kind: 'integer',
    minimum: 1,
    maximum: 3600,
    default: '120',
    meaning: 'Longest time of one model call.',
  },
  A2A_MODEL_MAX_CONCURRENT_CALLS: {
    kind: 'integer',
    minimum: 1,
    maximum: 1024,
    default: '64',
    meaning: 'Model calls at a time; more wait.',
  },
  MEMORY_PROVIDER: {
    kind: 'string',
    values: ['memory', 'redis'],
    default: 'memory',
    aliases: ['A2A_MEMORY_PROVIDER', 'JAF_MEMORY_TYPE'],
    meaning: 'Where conversations and tasks are kept.',
  },
  REDIS_URL: {
    kind: 'list',
    aliases: ['A2A_REDIS_URL', 'JAF_REDIS_URL'],
    meaning: 'redis:// or rediss:// URL; several of Sentinel or Cluster.',
  },
  REDIS_PASSWORD: {
    kind: 'string',
    secret: true,
    aliases: ['JAF_REDIS_PASSWORD'],
    meaning: 'Password, if the URL has none.',
  },
  A2A_REDIS_USERNAME: { kind: 'string', secret: true, meaning: 'ACL user.' },
  A2A_REDIS_CA_FILE: { kind: 'path', meaning: 'Certificate authority (PEM) of Redis.' },
  A2A_REDIS_MODE: {
    kind: 'string',
    values: ['standalone', 'sentinel', 'cluster'],
    default: 'standalone',
    meaning: 'What kind of Redis it is.',
  },
  A2A_REDIS_SENTINEL_MASTER: { kind: 'string', meaning: 'Name of the master in Sentinel.' },
  A2A_REDIS_KEY_PREFIX: { kind: 'string', default: 'a2a:', meaning: 'Prefix of every key.' },
  A2A_TASK_TERMINAL_SECONDS: {
    ...SECONDS,
    default: '86400',
    meaning: 'How long a finished task can be read.',
  },
  A2A_TASK_PAUSED_SECONDS: {
    ...SECONDS,
    default: '2592000',
    meaning: 'How long a task waits for input.',
  },
  A2A_CONVERSATION_SECONDS: {
    ...SECONDS,
    default: '604800',
    meaning: 'How long a conversation is kept after its last message.',
  },
  A2A_DRAIN_TIMEOUT_SECONDS: {
    ...SECONDS,
    default: '60',
    meaning: 'How long a stopping server finishes its work.',
  },
  ENABLE_METRICS: {
    kind: 'boolean',
    default: 'true',
    aliases: ['A2A_ENABLE_METRICS'],
    meaning: 'Whether /metrics answers.',
  },
  METRICS_PORT: { ...PORT, default: '9090', meaning: 'Port of /metrics and /status.' },
  LOG_LEVEL: {
    kind: 'string',
    values: ['ERROR', 'WARN', 'INFO', 'DEBUG'],
    default: 'INFO',
    aliases: ['A2A_LOG_LEVEL'],
    meaning: 'Least severity that is written.',
  },
  TRACE_ENABLED: {
    kind: 'boolean',
    default: 'false',
    meaning: 'Traces; not available yet, so only false.',
  },
  RATE_LIMIT_ENABLED: {
    kind: 'boolean',
    default: 'false',
    meaning: 'Rate limits; not available yet, so only false.',
  },
  RATE_LIMIT_REQUESTS: {
    kind: 'integer',
    minimum: 1,
    maximum: 1_000_000,
    default: '100',
    meaning: 'Requests a window.',
  },
  RATE_LIMIT_WINDOW: { ...SECONDS, default: '60', meaning: 'Length of the window in seconds.' },
  DEBUG: {
    kind: 'boolean',
    default: 'false',
    meaning: 'Debug mode; not available yet, so only false.',
  },
} as const satisfies Record<string, Variable>;

/** Name of a variable of the contract. */
export type VariableName = keyof typeof ENVIRONMENT;
