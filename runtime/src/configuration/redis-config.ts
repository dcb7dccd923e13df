import { authorities, authoritiesErrors } from './authorities.ts';
import type { ConfigError, ReadFile, Setting } from './environment-values.ts';
import type { SettingReader } from './setting-reader.ts';

/** How to reach Redis. */
export interface RedisConfig {
  mode: 'standalone' | 'sentinel' | 'cluster';
  /** One in standalone mode, else any number of entry points. */
  urls: URL[];
  sentinelMaster?: string;
  username?: Setting;
  password?: Setting;
  /** Certificate authorities (PEM) instead of the built-in ones. */
  ca?: string;
  keyPrefix: string;
}

/** The Redis settings; undefined when the provider is memory. Assumes `redisErrors` found nothing. */
export function redisConfig(reader: SettingReader, readFile: ReadFile): RedisConfig | undefined {
  if (!isRedis(reader)) return undefined;
  const username = reader.setting('A2A_REDIS_USERNAME');
  const password = reader.setting('REDIS_PASSWORD');
  const sentinelMaster = reader.text('A2A_REDIS_SENTINEL_MASTER');
  const ca = authorities(reader, 'A2A_REDIS_CA_FILE', readFile);
  return {
    mode: modeOf(reader) as RedisConfig['mode'],
    urls: urlList(reader).map((url) => new URL(url)),
    keyPrefix: reader.text('A2A_REDIS_KEY_PREFIX'),
    ...(username && { username }),
    ...(password && { password }),
    ...(sentinelMaster !== '' && { sentinelMaster }),
    ...(ca !== undefined && { ca }),
  };
}

/** What is wrong with them together. */
export function redisErrors(reader: SettingReader, readFile: ReadFile): ConfigError[] {
  if (!isRedis(reader)) return [];
  const isSentinel = modeOf(reader) === 'sentinel';
  const hasMaster = reader.text('A2A_REDIS_SENTINEL_MASTER') !== '';
  return [
    ...urlErrors(reader),
    ...credentialErrors(reader),
    ...(isSentinel && !hasMaster ? [MASTER_ERROR] : []),
    ...authoritiesErrors(reader, 'A2A_REDIS_CA_FILE', readFile),
  ];
}

/** Never quotes a URL: it may hold a password. */
function urlErrors(reader: SettingReader): ConfigError[] {
  const error = (problem: string, remedy: string): ConfigError[] => [
    { variable: 'REDIS_URL', problem, remedy },
  ];
  const texts = urlList(reader);
  if (texts.length === 0) {
    return error('is not set', 'give redis://host:6379, or MEMORY_PROVIDER=memory');
  }
  if (!texts.every(isRedisUrl)) {
    return error('is not a Redis URL', 'give redis:// or rediss:// URLs');
  }
  const urls = texts.map((text) => new URL(text));
  if (urls.some(({ search, hash }) => search !== '' || hash !== '')) {
    const remedy = `remove what begins with ? or #; credentials belong into A2A_REDIS_USERNAME and REDIS_PASSWORD, or percent-encoded before the host`;
    return error('has a query or a fragment, of which nothing is read', remedy);
  }
  if (urls.some(({ pathname }) => !/^\/?\d*$/.test(pathname))) {
    return error(
      'has a path that is no database number',
      'end it with the host, or with /<number>',
    );
  }
  if (modeOf(reader) === 'standalone' && urls.length > 1) {
    return error('lists several servers', 'give one, or set A2A_REDIS_MODE to sentinel or cluster');
  }
  return [];
}

/** User and password come from one place: half of one beside half of another is a mistake. */
function credentialErrors(reader: SettingReader): ConfigError[] {
  const hasUser = reader.text('A2A_REDIS_USERNAME') !== '';
  const hasPassword = reader.text('REDIS_PASSWORD') !== '' || reader.isWrong('REDIS_PASSWORD');
  if (hasUser && !hasPassword) return [NO_PASSWORD_ERROR];
  const inUrls = urlList(reader).filter(isRedisUrl);
  const namesUser = inUrls.some((url) => new URL(url).username !== '');
  const isHalf = namesUser && !hasUser && hasPassword && modeOf(reader) !== 'sentinel';
  return isHalf ? [USER_IN_URL_ERROR] : [];
}

const NO_PASSWORD_ERROR: ConfigError = {
  variable: 'A2A_REDIS_USERNAME',
  problem: 'is set without REDIS_PASSWORD',
  remedy: 'set both, or give both in REDIS_URL',
};

const USER_IN_URL_ERROR: ConfigError = {
  variable: 'REDIS_URL',
  problem: 'names a user, but the password is in REDIS_PASSWORD',
  remedy: 'move the user to A2A_REDIS_USERNAME',
};

const MASTER_ERROR: ConfigError = {
  variable: 'A2A_REDIS_SENTINEL_MASTER',
  problem: 'is not set although A2A_REDIS_MODE is sentinel',
  remedy: "give the master's name as Sentinel knows it",
};

function modeOf(reader: SettingReader): string {
  return reader.text('A2A_REDIS_MODE').toLowerCase();
}

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
