import type { ConfigError, Setting } from './environment-values.ts';
import type { SettingReader } from './setting-reader.ts';

/** How to reach Redis. */
export interface RedisConfig {
  mode: 'standalone' | 'sentinel' | 'cluster';
  /** One in standalone mode, else any number of entry points. */
  urls: URL[];
  sentinelMaster?: string;
  username?: Setting;
  password?: Setting;
  caFile?: string;
  keyPrefix: string;
}

/** The Redis settings; undefined when the provider is memory. Assumes `redisErrors` found nothing. */
export function redisConfig(reader: SettingReader): RedisConfig | undefined {
  if (!isRedis(reader)) return undefined;
  const username = reader.setting('A2A_REDIS_USERNAME');
  const password = reader.setting('REDIS_PASSWORD');
  const sentinelMaster = reader.text('A2A_REDIS_SENTINEL_MASTER');
  const caFile = reader.text('A2A_REDIS_CA_FILE');
  return {
    mode: reader.text('A2A_REDIS_MODE').toLowerCase() as RedisConfig['mode'],
    urls: urlList(reader).map((url) => new URL(url)),
    keyPrefix: reader.text('A2A_REDIS_KEY_PREFIX'),
    ...(username && { username }),
    ...(password && { password }),
    ...(sentinelMaster !== '' && { sentinelMaster }),
    ...(caFile !== '' && { caFile }),
  };
}

/** What is wrong with them together. */
export function redisErrors(reader: SettingReader): ConfigError[] {
  if (!isRedis(reader)) return [];
  const urls = urlList(reader);
  const mode = reader.text('A2A_REDIS_MODE').toLowerCase();
  const error = (problem: string, remedy: string): ConfigError[] => [
    { variable: 'REDIS_URL', problem, remedy },
  ];
  const missingMaster: ConfigError[] =
    mode === 'sentinel' && reader.text('A2A_REDIS_SENTINEL_MASTER') === '' ? [MASTER_ERROR] : [];
  if (urls.length === 0) {
    return [
      ...error('is not set', 'give redis://host:6379, or MEMORY_PROVIDER=memory'),
      ...missingMaster,
    ];
  }
  if (!urls.every(isRedisUrl)) {
    return [...error('is not a Redis URL', 'give redis:// or rediss:// URLs'), ...missingMaster];
  }
  if (mode === 'standalone' && urls.length > 1) {
    return error('lists several servers', 'give one, or set A2A_REDIS_MODE to sentinel or cluster');
  }
  return missingMaster;
}

const MASTER_ERROR: ConfigError = {
  variable: 'A2A_REDIS_SENTINEL_MASTER',
  problem: 'is not set although A2A_REDIS_MODE is sentinel',
  remedy: "give the master's name as Sentinel knows it",
};

function isRedis(reader: SettingReader): boolean {
  return reader.text('MEMORY_PROVIDER').toLowerCase() === 'redis';
}

function urlList(reader: SettingReader): string[] {
  return reader
    .text('REDIS_URL')
    .split(',')
    .map((url) => url.trim())
    .filter((url) => url !== '');
}

function isRedisUrl(text: string): boolean {
  return URL.canParse(text) && /^rediss?:$/.test(new URL(text).protocol);
}
