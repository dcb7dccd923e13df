import { describe, expect, test } from '@jest/globals';
import { describeConfigError, readConfig } from './config.ts';
import { ENVIRONMENT } from './contract/environment.ts';
import type { RuntimeConfig } from './config.ts';
import type { Environment } from './configuration/environment-values.ts';

const MINIMAL = { LITELLM_URL: 'http://llm:4000', A2A_API_KEYS: 'key' };
const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n';
const FILES: Record<string, string> = {
  '/s/key': 'from-file\n',
  '/s/jwt': 'x'.repeat(32),
  '/s/empty': '',
  '/ca': CERTIFICATE,
};
const QUERY_ERROR =
  'REDIS_URL: has a query or a fragment, of which nothing is read; remove what begins with ? or #; credentials belong into A2A_REDIS_USERNAME and REDIS_PASSWORD, or percent-encoded before the host';
const HASH = 'a'.repeat(64);

function read(env: Environment): ReturnType<typeof readConfig> {
  return readConfig({ ...MINIMAL, ...env }, (path) => FILES[path]);
}

function config(env: Environment = {}): RuntimeConfig {
  const result = read(env);
  if ('config' in result) return result.config;
  throw new Error(result.errors.map(describeConfigError).join('\n'));
}

function errors(env: Environment): string[] {
  const result = read(env);
  return 'errors' in result ? result.errors.map(describeConfigError) : [];
}

describe('the configuration', () => {
  test('has the defaults of the contract', () => {
    expect(config()).toEqual({
      host: '0.0.0.0',
      port: 3000,
      metricsEnabled: true,
      metricsPort: 9090,
      logLevel: 'INFO',
      agentsDir: '/etc/a2a/agents',
      secretsDir: '/etc/a2a/granted',
      publicUrl: 'http://localhost:3000',
      auth: { enabled: true, apiKeys: { text: 'key' } },
      model: { url: 'http://llm:4000', timeoutSeconds: 120, maxConcurrentCalls: 64 },
      terminalSeconds: 86_400,
      pausedSeconds: 2_592_000,
      conversationSeconds: 604_800,
      drainTimeoutSeconds: 60,
    });
  });

  test.each<{ reason: string; env: Environment; expected: object }>([
    {
      reason: 'words in any case',
      env: { A2A_AUTH_ENABLED: 'FALSE', LOG_LEVEL: 'debug', MEMORY_PROVIDER: 'Memory' },
      expected: { logLevel: 'DEBUG', auth: expect.objectContaining({ enabled: false }) },
    },
    {
      reason: 'an alias',
      env: { LITELLM_URL: '', LITELLM_BASE_URL: 'http://b' },
      expected: { model: expect.objectContaining({ url: 'http://b' }) },
    },
    {
      reason: 'name and alias that agree',
      env: { LITELLM_BASE_URL: MINIMAL.LITELLM_URL },
      expected: { model: expect.objectContaining({ url: MINIMAL.LITELLM_URL }) },
    },
    {
      reason: 'a secret from a file, without its newline',
      env: { LITELLM_API_KEY_FILE: '/s/key' },
      expected: {
        model: expect.objectContaining({ apiKey: { text: 'from-file', path: '/s/key' } }),
      },
    },
    {
      reason: 'an alias of a secret from a file',
      env: { JWT_SECRET_FILE: '/s/jwt' },
      expected: {
        auth: expect.objectContaining({ jwtSecret: { text: 'x'.repeat(32), path: '/s/jwt' } }),
      },
    },
    { reason: 'an empty value as none', env: { A2A_PORT: '' }, expected: { port: 3000 } },
    {
      reason: 'a public URL without its slash',
      env: { A2A_PUBLIC_URL: 'https://a.example/x/' },
      expected: { publicUrl: 'https://a.example/x' },
    },
    { reason: 'an API key by its hash', env: { A2A_API_KEYS: `a, sha256:${HASH}` }, expected: {} },
    {
      reason: 'a folder of keys alone',
      env: { A2A_API_KEYS: '', A2A_API_KEYS_DIR: '/k' },
      expected: { auth: { enabled: true, apiKeysDir: '/k' } },
    },
    {
      reason: 'no credential without authentication',
      env: { A2A_API_KEYS: '', A2A_AUTH_ENABLED: 'false' },
      expected: { auth: { enabled: false } },
    },
    {
      reason: "the proxy's certificate authority",
      env: { A2A_MODEL_CA_FILE: '/ca' },
      expected: { model: expect.objectContaining({ ca: CERTIFICATE }) },
    },
    {
      reason: 'Redis with everything',
      env: {
        MEMORY_PROVIDER: 'redis',
        JAF_REDIS_URL: 'redis://a:1, redis://b:2',
        A2A_REDIS_MODE: 'Sentinel',
        A2A_REDIS_SENTINEL_MASTER: 'm',
        REDIS_PASSWORD: 'p',
        A2A_REDIS_USERNAME: 'u',
        A2A_REDIS_CA_FILE: '/ca',
      },
      expected: {
        redis: {
          mode: 'sentinel',
          urls: [new URL('redis://a:1'), new URL('redis://b:2')],
          sentinelMaster: 'm',
          password: { text: 'p' },
          username: { text: 'u' },
          ca: CERTIFICATE,
          keyPrefix: 'a2a:',
        },
      },
    },
  ])('understands $reason', ({ env, expected }) => {
    expect(config(env)).toMatchObject(expected);
  });

  test.each<{ reason: string; env: Environment; expected: string }>([
    {
      reason: 'a port that is no number',
      env: { A2A_PORT: 'abc' },
      expected: 'A2A_PORT: "abc" is not an integer; give a number from 1 to 65535',
    },
    {
      reason: 'a port that is too large',
      env: { A2A_PORT: '99999' },
      expected: 'A2A_PORT: "99999" is out of range; give a number from 1 to 65535',
    },
    {
      reason: 'a port of 0',
      env: { METRICS_PORT: '0' },
      expected: 'METRICS_PORT: "0" is out of range; give a number from 1 to 65535',
    },
    {
      reason: 'yes',
      env: { A2A_AUTH_ENABLED: 'yes' },
      expected: 'A2A_AUTH_ENABLED: "yes" is neither true nor false; write true or false',
    },
    {
      reason: '1 for true',
      env: { ENABLE_METRICS: '1' },
      expected: 'ENABLE_METRICS: "1" is neither true nor false; write true or false',
    },
    {
      reason: 'an unknown level',
      env: { LOG_LEVEL: 'TRACE' },
      expected: 'LOG_LEVEL: "TRACE" is not a known value; use one of ERROR, WARN, INFO, DEBUG',
    },
    {
      reason: 'an unknown provider, by its alias',
      env: { JAF_MEMORY_TYPE: 'mongo' },
      expected: 'JAF_MEMORY_TYPE: "mongo" is not a known value; use one of memory, redis',
    },
    {
      reason: 'PostgreSQL',
      env: { MEMORY_PROVIDER: 'postgres' },
      expected:
        'MEMORY_PROVIDER: PostgreSQL is not a store of this server; use redis, or memory for a single replica',
    },
    {
      reason: 'no model proxy',
      env: { LITELLM_URL: '' },
      expected: 'LITELLM_URL: is not set; give the base URL of the LiteLLM proxy',
    },
    {
      reason: 'a model proxy that is no URL',
      env: { LITELLM_URL: 'llm:4000' },
      expected:
        'LITELLM_URL: "llm:4000" is not a URL; give one that begins with http:// or https://',
    },
    {
      reason: 'name and alias that differ',
      env: { LITELLM_BASE_URL: 'http://b' },
      expected: 'LITELLM_URL, LITELLM_BASE_URL: are set to different values; keep LITELLM_URL only',
    },
    {
      reason: 'a secret and its file that differ',
      env: { LITELLM_API_KEY: 'a', LITELLM_API_KEY_FILE: '/s/key' },
      expected:
        'LITELLM_API_KEY, LITELLM_API_KEY_FILE: are set to different values; keep LITELLM_API_KEY only',
    },
    {
      reason: 'a file that is not there',
      env: { A2A_JWT_SECRET_FILE: '/none' },
      expected:
        'A2A_JWT_SECRET_FILE: the file /none cannot be read; mount it (on Kubernetes: add the key to the Secret), or correct the path',
    },
    {
      reason: 'a short JWT secret',
      env: { A2A_JWT_SECRET: 'x'.repeat(31) },
      expected: 'A2A_JWT_SECRET: is shorter than 32 bytes; make one with: openssl rand -base64 48',
    },
    {
      reason: 'an empty API key',
      env: { A2A_API_KEYS: 'a,,b' },
      expected:
        'A2A_API_KEYS: holds an empty key or a malformed sha256 hash; separate keys by single commas; a hash is sha256: and 64 hex digits',
    },
    {
      reason: 'a malformed hash',
      env: { A2A_API_KEYS: 'sha256:12' },
      expected:
        'A2A_API_KEYS: holds an empty key or a malformed sha256 hash; separate keys by single commas; a hash is sha256: and 64 hex digits',
    },
    {
      reason: 'authentication without credentials',
      env: { A2A_API_KEYS: '' },
      expected:
        'A2A_AUTH_ENABLED: is true but no credential is configured; set A2A_API_KEYS, A2A_API_KEYS_DIR or A2A_JWT_SECRET, or A2A_AUTH_ENABLED=false',
    },
    {
      reason: 'authentication with an empty file of keys',
      env: { A2A_API_KEYS: '', A2A_API_KEYS_FILE: '/s/empty' },
      expected:
        'A2A_AUTH_ENABLED: is true but no credential is configured; set A2A_API_KEYS, A2A_API_KEYS_DIR or A2A_JWT_SECRET, or A2A_AUTH_ENABLED=false',
    },
    ...['A2A_CORS_ENABLED', 'RATE_LIMIT_ENABLED', 'TRACE_ENABLED', 'DEBUG'].map((name) => ({
      reason: name,
      env: { [name]: 'true' },
      expected: `${name}: is not available yet; set it to false or remove it`,
    })),
    {
      reason: 'Redis without URL',
      env: { MEMORY_PROVIDER: 'redis' },
      expected: 'REDIS_URL: is not set; give redis://host:6379, or MEMORY_PROVIDER=memory',
    },
    {
      reason: 'Redis by http',
      env: { MEMORY_PROVIDER: 'redis', REDIS_URL: 'http://r' },
      expected: 'REDIS_URL: is not a Redis URL; give redis:// or rediss:// URLs',
    },
    {
      reason: 'a certificate authority of the proxy that cannot be read',
      env: { A2A_MODEL_CA_FILE: '/none' },
      expected:
        'A2A_MODEL_CA_FILE: the file /none cannot be read; mount it (on Kubernetes: add the key to the Secret), or correct the path',
    },
    {
      reason: 'a certificate authority that is none',
      env: { A2A_MODEL_CA_FILE: '/s/key' },
      expected:
        'A2A_MODEL_CA_FILE: the file /s/key holds no certificate; give a file of certificates in PEM',
    },
    {
      reason: 'a certificate authority of Redis that cannot be read',
      env: { MEMORY_PROVIDER: 'redis', REDIS_URL: 'rediss://r', A2A_REDIS_CA_FILE: '/none' },
      expected:
        'A2A_REDIS_CA_FILE: the file /none cannot be read; mount it (on Kubernetes: add the key to the Secret), or correct the path',
    },
    ...['A2A_API_KEYS', 'LITELLM_API_KEY', 'REDIS_PASSWORD', 'A2A_REDIS_USERNAME'].map((name) => ({
      reason: `a ${name} whose file cannot be read`,
      env: { [`${name}_FILE`]: '/none', ...(name === 'A2A_API_KEYS' && { A2A_API_KEYS: '' }) },
      expected: `${name}_FILE: the file /none cannot be read; mount it (on Kubernetes: add the key to the Secret), or correct the path`,
    })),
    ...['redis://r?password=canary', 'redis://:can#ary@r', 'redis://r/0?db=1'].map((url) => ({
      reason: `a Redis URL of which a part would be ignored: ${url}`,
      env: { MEMORY_PROVIDER: 'redis', REDIS_URL: url },
      expected: url.includes('#')
        ? 'REDIS_URL: is not a Redis URL; give redis:// or rediss:// URLs'
        : QUERY_ERROR,
    })),
    {
      reason: 'a fragment in a Redis URL',
      env: { MEMORY_PROVIDER: 'redis', REDIS_URL: 'redis://r#1' },
      expected: QUERY_ERROR,
    },
    {
      reason: 'a Redis database that is no number',
      env: { MEMORY_PROVIDER: 'redis', REDIS_URL: 'redis://r/main' },
      expected:
        'REDIS_URL: has a path that is no database number; end it with the host, or with /<number>',
    },
    {
      reason: 'a Redis user without a password',
      env: { MEMORY_PROVIDER: 'redis', REDIS_URL: 'redis://:p@r', A2A_REDIS_USERNAME: 'u' },
      expected:
        'A2A_REDIS_USERNAME: is set without REDIS_PASSWORD; set both, or give both in REDIS_URL',
    },
    {
      reason: 'a Redis user in the URL and its password elsewhere',
      env: { MEMORY_PROVIDER: 'redis', REDIS_URL: 'redis://u@r', REDIS_PASSWORD: 'p' },
      expected:
        'REDIS_URL: names a user, but the password is in REDIS_PASSWORD; move the user to A2A_REDIS_USERNAME',
    },
    {
      reason: 'several standalone servers',
      env: { MEMORY_PROVIDER: 'redis', REDIS_URL: 'redis://a,redis://b' },
      expected:
        'REDIS_URL: lists several servers; give one, or set A2A_REDIS_MODE to sentinel or cluster',
    },
    {
      reason: 'Sentinel without a master',
      env: { MEMORY_PROVIDER: 'redis', REDIS_URL: 'redis://a', A2A_REDIS_MODE: 'sentinel' },
      expected:
        "A2A_REDIS_SENTINEL_MASTER: is not set although A2A_REDIS_MODE is sentinel; give the master's name as Sentinel knows it",
    },
  ])('refuses $reason, and says only that', ({ env, expected }) => {
    expect(errors(env)).toEqual([expected]);
  });

  test('reports everything that is wrong together', () => {
    const found = errors({
      A2A_PORT: 'abc',
      METRICS_PORT: '99999',
      A2A_AUTH_ENABLED: 'yes',
      MEMORY_PROVIDER: 'postgres',
      A2A_JWT_SECRET: 'short',
      LITELLM_URL: '',
    });
    expect(found.map((line) => line.split(':')[0]).sort()).toEqual([
      'A2A_AUTH_ENABLED',
      'A2A_JWT_SECRET',
      'A2A_PORT',
      'LITELLM_URL',
      'MEMORY_PROVIDER',
      'METRICS_PORT',
    ]);
  });

  test('never quotes a secret', () => {
    const secrets = Object.entries(ENVIRONMENT)
      .filter(([, variable]) => 'secret' in variable)
      .map(([name]) => name);
    const env = Object.fromEntries(secrets.map((name) => [name, `${name}-canary,,`]));
    expect(errors({ ...env, JWT_SECRET: 'canary', API_KEYS: 'canary' }).join('\n')).not.toContain(
      'canary',
    );
  });
});
