import { isApiKeyValue } from './access/api-keys.ts';
import { authorities, authoritiesErrors } from './configuration/authorities.ts';
import { environmentValues } from './configuration/environment-values.ts';
import { redisConfig, redisErrors } from './configuration/redis-config.ts';
import { settingReader } from './configuration/setting-reader.ts';
import type { VariableName } from './contract/environment.ts';
import type {
  ConfigError,
  Environment,
  ReadFile,
  Setting,
} from './configuration/environment-values.ts';
import type { SettingReader } from './configuration/setting-reader.ts';
import type { LogLevel } from './ops/log.ts';
import type { RedisConfig } from './configuration/redis-config.ts';

/** Everything that the environment decides. Secrets carry the file to read them from again. */
export interface RuntimeConfig {
  host: string;
  port: number;
  metricsEnabled: boolean;
  metricsPort: number;
  logLevel: LogLevel;
  agentsDir: string;
  /** A folder for each Secret that agents may use. */
  secretsDir: string;
  /** What cards advertise, if the agents folder does not say. Without a trailing slash. */
  publicUrl: string;
  /** The agent at the root paths, if the agents folder does not say. */
  defaultAgent?: string;
  auth: AuthConfig;
  model: ModelConfig;
  /** Undefined means memory. */
  redis?: RedisConfig;
  terminalSeconds: number;
  pausedSeconds: number;
  conversationSeconds: number;
  drainTimeoutSeconds: number;
}

export interface AuthConfig {
  enabled: boolean;
  jwtSecret?: Setting;
  /** Keys separated by commas. */
  apiKeys?: Setting;
  apiKeysDir?: string;
}

export interface ModelConfig {
  url: string;
  apiKey?: Setting;
  /** Model of agents that name none. */
  defaultModel?: string;
  /** Certificate authorities (PEM) instead of the built-in ones. */
  ca?: string;
  timeoutSeconds: number;
  maxConcurrentCalls: number;
}

/** Shortest secret that HS256 tokens may be signed with, in bytes (RFC 7518 §3.2). */
const JWT_SECRET_MIN_BYTES = 32;

/** Switches of the contract that nothing stands behind yet: true is refused, not ignored. */
const NOT_AVAILABLE: readonly VariableName[] = [
  'A2A_CORS_ENABLED',
  'RATE_LIMIT_ENABLED',
  'TRACE_ENABLED',
  'DEBUG',
];

/** Reads the whole configuration, or says everything that is wrong with it. Pure. */
export function readConfig(
  env: Environment,
  readFile: ReadFile,
): { config: RuntimeConfig } | { errors: ConfigError[] } {
  const values = environmentValues(withKnownProvider(env), readFile);
  const reader = settingReader(values);
  const errors = [
    ...providerErrors(env),
    ...values.errors,
    ...NOT_AVAILABLE.filter((name) => reader.flag(name)).map(notAvailable),
    ...authErrors(reader),
    ...(reader.isWrong('LITELLM_URL') || reader.text('LITELLM_URL') !== ''
      ? []
      : [MODEL_URL_ERROR]),
    ...authoritiesErrors(reader, 'A2A_MODEL_CA_FILE', readFile),
    ...redisErrors(reader, readFile),
  ];
  return errors.length > 0 ? { errors } : { config: config(reader, readFile) };
}

/** One line for a person: variable, what is wrong, what to do. */
export function describeConfigError({ variable, problem, remedy }: ConfigError): string {
  return `${variable}: ${problem}; ${remedy}`;
}

const MODEL_URL_ERROR: ConfigError = {
  variable: 'LITELLM_URL',
  problem: 'is not set',
  remedy: 'give the base URL of the LiteLLM proxy',
};

function notAvailable(variable: VariableName): ConfigError {
  return { variable, problem: 'is not available yet', remedy: 'set it to false or remove it' };
}

const PROVIDER_NAMES = ['MEMORY_PROVIDER', 'A2A_MEMORY_PROVIDER', 'JAF_MEMORY_TYPE'];

function isPostgres(value: string | undefined): boolean {
  return /^postgres(ql)?$/i.test(value ?? '');
}

/** The guide promises PostgreSQL, so its users deserve a sentence of their own. */
function providerErrors(env: Environment): ConfigError[] {
  return PROVIDER_NAMES.filter((name) => isPostgres(env[name])).map((variable) => ({
    variable,
    problem: 'PostgreSQL is not a store of this server',
    remedy: 'use redis, or memory for a single replica',
  }));
}

function withKnownProvider(env: Environment): Environment {
  const postgres = PROVIDER_NAMES.filter((name) => isPostgres(env[name]));
  return { ...env, ...Object.fromEntries(postgres.map((name) => [name, undefined])) };
}

function authErrors(reader: SettingReader): ConfigError[] {
  const secret = reader.text('A2A_JWT_SECRET');
  const keys = reader.text('A2A_API_KEYS');
  const isShort = secret !== '' && !isLongEnough(secret);
  return [
    ...(isShort ? [SHORT_SECRET_ERROR] : []),
    ...(keys !== '' && !areApiKeys(keys) ? [API_KEYS_ERROR] : []),
    ...(reader.flag('A2A_AUTH_ENABLED') && !hasCredential(reader) ? [NO_CREDENTIAL_ERROR] : []),
  ];
}

/** Whether anything was meant to be a credential; when that is wrong, its own error says so. */
function hasCredential(reader: SettingReader): boolean {
  const names: VariableName[] = ['A2A_JWT_SECRET', 'A2A_API_KEYS', 'A2A_API_KEYS_DIR'];
  return names.some((name) => reader.text(name) !== '' || reader.isWrong(name));
}

/** Whether tokens may be signed with it. */
export function isLongEnough(jwtSecret: string): boolean {
  return Buffer.byteLength(jwtSecret) >= JWT_SECRET_MIN_BYTES;
}

/** Whether a comma list holds API keys only. */
export function areApiKeys(list: string): boolean {
  return apiKeyList(list).every(isApiKeyValue);
}

const SHORT_SECRET_ERROR: ConfigError = {
  variable: 'A2A_JWT_SECRET',
  problem: `is shorter than ${JWT_SECRET_MIN_BYTES} bytes`,
  remedy: 'make one with: openssl rand -base64 48',
};

const API_KEYS_ERROR: ConfigError = {
  variable: 'A2A_API_KEYS',
  problem: 'holds an empty key or a malformed sha256 hash',
  remedy: 'separate keys by single commas; a hash is sha256: and 64 hex digits',
};

const NO_CREDENTIAL_ERROR: ConfigError = {
  variable: 'A2A_AUTH_ENABLED',
  problem: 'is true but no credential is configured',
  remedy: 'set A2A_API_KEYS, A2A_API_KEYS_DIR or A2A_JWT_SECRET, or A2A_AUTH_ENABLED=false',
};

/** Keys of a comma list, spaces trimmed; an empty one stays, to be refused. */
export function apiKeyList(text: string): string[] {
  return text.split(',').map((key) => key.trim());
}

function config(reader: SettingReader, readFile: ReadFile): RuntimeConfig {
  const { text, number, flag } = reader;
  const redis = redisConfig(reader, readFile);
  const port = number('A2A_PORT');
  return {
    host: text('A2A_HOST'),
    port,
    metricsEnabled: flag('ENABLE_METRICS'),
    metricsPort: number('METRICS_PORT'),
    logLevel: text('LOG_LEVEL').toUpperCase() as LogLevel,
    agentsDir: text('A2A_AGENTS_DIR'),
    secretsDir: text('A2A_SECRETS_DIR'),
    publicUrl: (text('A2A_PUBLIC_URL') || `http://localhost:${port}`).replace(/\/+$/, ''),
    ...optional('defaultAgent', text('A2A_DEFAULT_AGENT')),
    auth: {
      enabled: flag('A2A_AUTH_ENABLED'),
      ...optional('jwtSecret', reader.setting('A2A_JWT_SECRET')),
      ...optional('apiKeys', reader.setting('A2A_API_KEYS')),
      ...optional('apiKeysDir', text('A2A_API_KEYS_DIR')),
    },
    model: {
      url: text('LITELLM_URL'),
      ...optional('apiKey', reader.setting('LITELLM_API_KEY')),
      ...optional('defaultModel', text('LITELLM_MODEL')),
      ...optional('ca', authorities(reader, 'A2A_MODEL_CA_FILE', readFile)),
      timeoutSeconds: number('A2A_MODEL_TIMEOUT_SECONDS'),
      maxConcurrentCalls: number('A2A_MODEL_MAX_CONCURRENT_CALLS'),
    },
    ...(redis && { redis }),
    terminalSeconds: number('A2A_TASK_TERMINAL_SECONDS'),
    pausedSeconds: number('A2A_TASK_PAUSED_SECONDS'),
    conversationSeconds: number('A2A_CONVERSATION_SECONDS'),
    drainTimeoutSeconds: number('A2A_DRAIN_TIMEOUT_SECONDS'),
  };
}

function optional<K extends string, V>(key: K, value: V | '' | undefined): Partial<Record<K, V>> {
  return value === '' || value === undefined ? {} : ({ [key]: value } as Record<K, V>);
}
