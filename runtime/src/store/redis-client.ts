import { Cluster, Redis } from 'ioredis';
import type { RedisOptions } from 'ioredis';
import type { Log } from '../ops/telemetry.ts';

/** How to reach Redis. Credentials are read at every connect, so that they can be rotated. */
export interface RedisAddress {
  mode: 'standalone' | 'sentinel' | 'cluster';
  /** `redis:` or `rediss:`; one in standalone mode, else the entry points that are known. */
  urls: readonly URL[];
  sentinelMaster?: string;
  /** User and password count together; where both are undefined, the URL's are used. */
  username: () => string | undefined;
  password: () => string | undefined;
  /** Certificate authorities (PEM) instead of the built-in ones. */
  ca?: string;
}

export type RedisClient = Redis | Cluster;

/** Without the option by which ioredis chooses the types of its replies. */
type Options = Omit<RedisOptions, 'replyMapping'>;

const CONNECT_TIMEOUT_MS = 3000;
/** After closing, a connection that does not end by itself is destroyed. */
const DISCONNECT_TIMEOUT_MS = 200;
const MAX_RECONNECT_DELAY_MS = 2000;

/** A client, and what keeps it from working. */
export interface RedisConnection {
  client: RedisClient;
  /** One sentence for operators, without credentials; undefined while the connection works. */
  problem: () => string | undefined;
}

/** Connects by itself, again and again; commands fail while it cannot. */
export function redisConnection(address: RedisAddress, log: Log): RedisConnection {
  const client = address.mode === 'cluster' ? clusterClient(address) : singleClient(address);
  let problem: string | undefined;
  // Without a listener ioredis writes to the console. The watch on the dependency says the rest.
  client.on('error', (err: Error) => {
    log.debug('redis connection', { err });
    problem = redisProblem(lastNodeError(err) ?? err);
  });
  client.on('ready', () => {
    problem = undefined;
  });
  return { client, problem: () => problem };
}

/** What an error of Redis, or of the way to it, means, without what may come from a Secret. */
export function redisProblem({ message }: Error): string {
  if (!REFUSAL.test(message)) return `Redis cannot be reached: ${message}`;
  // Redis 7.2 and later name the user.
  const words = message.replace(/\b(user) \S+ has/i, '$1 has');
  return `Redis refuses the user or the password: ${words}`;
}

const REFUSAL = /^(WRONGPASS|NOAUTH|NOPERM)/;

/** What the last node said that a cluster's client tried, in ioredis' error for "none is left". */
function lastNodeError(error: Error): Error | undefined {
  const { lastNodeError: last } = error as { lastNodeError?: unknown };
  return last instanceof Error ? last : undefined;
}

function singleClient(address: RedisAddress): Redis {
  const [url = new URL('redis://localhost')] = address.urls;
  const options: Options = {
    ...(address.mode === 'sentinel' ? sentinelOptions(address) : standaloneOptions(url)),
    ...connectionOptions(address),
    retryStrategy: (times) => {
      Object.assign(client.options, credentials(address));
      return reconnectDelay(times);
    },
  };
  const client = new Redis(options);
  return client;
}

function standaloneOptions(url: URL): Options {
  return { host: hostOf(url), port: portOf(url, 6379), db: databaseOf(url) };
}

/**
 * Credentials in a Sentinel's URL are the Sentinel's own; those of the master come separately. The
 * database is the master's: a Sentinel has none.
 */
function sentinelOptions({ urls, sentinelMaster, ca }: RedisAddress): Options {
  const [url] = urls;
  return {
    sentinels: urls.map((each) => ({ host: hostOf(each), port: portOf(each, 26379) })),
    ...(sentinelMaster !== undefined && { name: sentinelMaster }),
    ...(url !== undefined && { db: databaseOf(url) }),
    ...(url?.username && { sentinelUsername: decodeURIComponent(url.username) }),
    ...(url?.password && { sentinelPassword: decodeURIComponent(url.password) }),
    ...(isTls(urls) && {
      enableTLSForSentinelMode: true,
      sentinelTLS: ca === undefined ? {} : { ca },
    }),
    sentinelRetryStrategy: reconnectDelay,
  };
}

function clusterClient(address: RedisAddress): Cluster {
  // Nodes are opened with these options as they are at that moment.
  const redisOptions = connectionOptions(address);
  const nodes = address.urls.map((url) => ({ host: hostOf(url), port: portOf(url, 6379) }));
  return new Cluster(nodes, {
    redisOptions,
    slotsRefreshTimeout: CONNECT_TIMEOUT_MS,
    clusterRetryStrategy: (times) => {
      Object.assign(redisOptions, credentials(address));
      return reconnectDelay(times);
    },
    // Certificates name hosts, and so the hosts are what must be connected to.
    ...(isTls(address.urls) && {
      dnsLookup: (host, callback) => {
        callback(null, host);
      },
    }),
  });
}

function connectionOptions(address: RedisAddress): Options {
  return {
    ...credentials(address),
    connectTimeout: CONNECT_TIMEOUT_MS,
    disconnectTimeout: DISCONNECT_TIMEOUT_MS,
    maxRetriesPerRequest: 1,
    // What every server and every proxy understands.
    protocol: 2,
    ...(isTls(address.urls) && { tls: address.ca === undefined ? {} : { ca: address.ca } }),
  };
}

/**
 * What the URL says, if it has a password (the guide's C12), else the settings: a user from one place
 * never goes with the password from the other.
 */
function credentials({ mode, urls, username, password }: RedisAddress): Options {
  const url = mode === 'sentinel' ? undefined : urls[0];
  const inUrl = { user: decoded(url?.username), secret: decoded(url?.password) };
  const { user, secret } =
    inUrl.secret === undefined ? { user: given(username()), secret: given(password()) } : inUrl;
  return {
    ...(user !== undefined && { username: user }),
    ...(secret !== undefined && { password: secret }),
  };
}

/** Empty is how files and URLs say "none". */
function given(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

function decoded(text: string | undefined): string | undefined {
  return given(text) === undefined ? undefined : decodeURIComponent(text ?? '');
}

function reconnectDelay(times: number): number {
  return Math.min(times * 100, MAX_RECONNECT_DELAY_MS);
}

function isTls(urls: readonly URL[]): boolean {
  return urls.some(({ protocol }) => protocol === 'rediss:');
}

/** Without the brackets that URLs put around IPv6 addresses. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

/** The number in the URL's path; a path that is none was refused with the configuration. */
function databaseOf({ pathname }: URL): number {
  return Number(pathname.slice(1) || 0);
}

function portOf({ port }: URL, standard: number): number {
  return port === '' ? standard : Number(port);
}
