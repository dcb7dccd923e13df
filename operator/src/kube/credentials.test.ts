import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import type { User } from '@kubernetes/client-node';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  jest,
} from '@jest/globals';
import {
  authorityFiles,
  certificateFiles,
  ensureCertificates,
} from '../../../e2e/cluster/certificates.ts';
import { clientName, startTlsServer } from '../../test/tls-server.ts';
import type { TlsServer } from '../../test/tls-server.ts';
import { credentialsOf } from './credentials.ts';
import { Transport } from './transport.ts';

/** A Kubernetes pod's files, which the tests rotate, beside what they are rotated to. */
let folder: string;
let server: TlsServer;
let transport: Transport;
let nowMs = 0;

const own = (name: string): string => join(folder, name);
const old = (): string => join(folder, 'old');
const renewed = (): string => join(folder, 'renewed');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'credentials-'));
  const names = { server: { ipAddresses: ['127.0.0.1'] }, first: {}, second: {} };
  const requests = Object.entries(names).map(([name, rest]) => ({
    name,
    commonName: name,
    ...rest,
  }));
  await Promise.all([old(), renewed()].map((authority) => ensureCertificates(authority, requests)));
});
afterAll(() => rm(folder, { recursive: true }));

const serverCertificate = async (authority: string): Promise<{ cert: Buffer; key: Buffer }> => {
  const { certificate, key } = certificateFiles(authority, 'server');
  return { cert: await readFile(certificate), key: await readFile(key) };
};
const useClientCertificate = async (name: string): Promise<void> => {
  const { certificate, key } = certificateFiles(old(), name);
  await copyFile(certificate, own('client.crt'));
  await copyFile(key, own('client.key'));
};
const useAuthority = (authority: string): Promise<void> =>
  copyFile(authorityFiles(authority).certificate, own('ca.crt'));

beforeEach(async () => {
  nowMs = 0;
  server = await startTlsServer(await serverCertificate(old()));
  await useClientCertificate('first');
  await useAuthority(old());
  await writeFile(own('token'), 'token-1');
});
afterEach(async () => {
  jest.useRealTimers();
  await transport.close();
  await server.stop();
});

function connectAs(user: Partial<User>): void {
  transport = new Transport(configFor(user), { now: () => nowMs });
}

function configFor(user: Partial<User>): KubeConfig {
  const config = new KubeConfig();
  const cluster = { name: 'test', server: server.url, caFile: own('ca.crt'), skipTLSVerify: false };
  config.loadFromClusterAndUser(cluster, { name: 'test', ...user });
  return config;
}

/** As client-node's loadFromCluster makes it of a pod's service account. */
const byToken = (): Partial<User> => ({
  authProvider: { name: 'tokenFile', config: { tokenFile: own('token') } },
});
const byCertificate = (): Partial<User> => ({
  certFile: own('client.crt'),
  keyFile: own('client.key'),
});
const get = (): Promise<unknown> => transport.json({ method: 'GET', path: '/' });
const FRESH_MS = 10_000;

/** client-node reads the clock itself, but only by Date. */
const ALL_BUT_DATE = [
  'clearImmediate',
  'clearInterval',
  'clearTimeout',
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'setInterval',
  'setTimeout',
] as const;

describe('a token file', () => {
  beforeEach(() => {
    jest.useFakeTimers({ now: 0, doNotFake: [...ALL_BUT_DATE] });
    server.answer = ({ headers }, response) =>
      response.end(JSON.stringify(headers.authorization ?? null));
  });

  it('is read again after 10 s, once client-node forgets its content after a minute', async () => {
    connectAs(byToken());
    expect(await get()).toBe('Bearer token-1');
    await writeFile(own('token'), 'token-2');
    jest.setSystemTime(61_000);
    nowMs += FRESH_MS - 1;
    expect(await get()).toBe('Bearer token-1');
    nowMs += 1;
    expect(await get()).toBe('Bearer token-2');
  });

  it('may end with a newline, as one that a person wrote does', async () => {
    await writeFile(own('token'), 'token-1\n');
    connectAs(byToken());
    expect(await get()).toBe('Bearer token-1');
  });

  it('that changes leaves the connections alone', async () => {
    connectAs(byToken());
    await get();
    await writeFile(own('token'), 'token-2');
    jest.setSystemTime(61_000);
    nowMs += FRESH_MS;
    expect(await get()).toBe('Bearer token-2');
    expect(server.connections.length).toBeLessThanOrEqual(2);
    expect(server.connections[0]?.destroyed).toBe(false);
  });
});

describe('a client certificate', () => {
  beforeEach(() => {
    server.answer = (request, response) => response.end(JSON.stringify(clientName(request)));
    connectAs(byCertificate());
  });

  it('that is rotated is used after 10 s, for new connections', async () => {
    expect(await get()).toBe('first');
    await useClientCertificate('second');
    nowMs += FRESH_MS - 1;
    expect(await get()).toBe('first');
    nowMs += 1;
    expect(await get()).toBe('second');
  });

  it('that is the same as before costs no connection', async () => {
    for (let look = 0; look < 10; look++) {
      await get();
      nowMs += FRESH_MS;
    }
    expect(server.connections.length).toBeLessThanOrEqual(2);
  });

  it('that is rotated cuts nothing that is under way, and then its connections end', async () => {
    const open: ServerResponse[] = [];
    server.answer = (_request, response) => {
      open.push(response);
      response.write('1\n');
    };
    const call = get();
    const watch = transport.lines({ method: 'GET', path: '/watch' });
    expect(await watch.next()).toMatchObject({ value: 1 });
    await useClientCertificate('second');
    nowMs += FRESH_MS;
    server.answer = (request, response) => response.end(JSON.stringify(clientName(request)));
    expect(await get()).toBe('second');
    for (const response of open) response.end('\n');
    expect(await watch.next()).toMatchObject({ done: true });
    expect(await call).toBe(1);
    await server.closed(2);
    expect(server.connections.map(({ destroyed }) => destroyed)).toEqual([true, true, false]);
  });
});

describe('closing the transport', () => {
  it('ends what was begun before a rotation, too', async () => {
    connectAs(byCertificate());
    server.answer = (_request, response) => response.write('1\n');
    const watch = transport.lines({ method: 'GET', path: '/watch' });
    await watch.next();
    await useClientCertificate('second');
    nowMs += FRESH_MS;
    server.answer = (_request, response) => response.end('{}');
    await get();
    const end = expect(watch.next()).rejects.toThrow('destroyed');
    await transport.close();
    await end;
  });
});

describe('a certificate authority', () => {
  it('that is rotated is believed after 10 s, and the one before no more', async () => {
    connectAs(byToken());
    server.answer = (_request, response) => response.setHeader('connection', 'close').end('{}');
    await get();
    server.renew(await serverCertificate(renewed()));
    await expect(get()).rejects.toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
    await useAuthority(renewed());
    await expect(get()).rejects.toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
    nowMs += FRESH_MS;
    expect(await get()).toEqual({});
    server.renew(await serverCertificate(old()));
    await expect(get()).rejects.toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
  });
});

describe('credentials', () => {
  it('are read once for all calls of ten seconds', async () => {
    connectAs({});
    let reads = 0;
    class Counting extends KubeConfig {
      override async applyToHTTPSOptions(): Promise<void> {
        reads += 1;
        await Promise.resolve();
      }
    }
    const credentials = credentialsOf(new Counting(), () => nowMs);
    for (nowMs = 0; nowMs < 20_000; nowMs += 500) await credentials();
    expect(reads).toBe(2);
  });

  it('that cannot be read fail the call, and are tried again with the next one', async () => {
    connectAs(byCertificate());
    await rm(own('client.crt'));
    await expect(get()).rejects.toMatchObject({ code: 'ENOENT' });
    await useClientCertificate('first');
    expect(await get()).toEqual({});
  });

  it('have a fingerprint of everything that a connection depends on, but not of the token', async () => {
    connectAs({});
    const of = async (user: Partial<User>): Promise<string> =>
      (await credentialsOf(configFor(user), () => nowMs)()).fingerprint;
    const before = await of({ ...byCertificate(), token: 'a' });
    expect(await of({ ...byCertificate(), token: 'b' })).toBe(before);
    await useAuthority(renewed());
    const ofAuthority = await of(byCertificate());
    await useClientCertificate('second');
    expect(new Set([before, ofAuthority, await of(byCertificate())]).size).toBe(3);
  });
});

describe('a kubeconfig', () => {
  const headersOf = async (user: Omit<User, 'name'>): Promise<Readonly<Record<string, string>>> => {
    const config = new KubeConfig();
    config.loadFromOptions({
      clusters: [{ name: 'c', server: 'https://127.0.0.1' }],
      users: [{ name: 'u', ...user }],
      contexts: [{ name: 'x', cluster: 'c', user: 'u' }],
      currentContext: 'x',
    });
    return (await credentialsOf(config, () => 0)()).headers;
  };

  it('may hold a name and a password', async () => {
    expect(await headersOf({ username: 'ada', password: 'p:w' })).toEqual({
      Authorization: `Basic ${btoa('ada:p:w')}`,
    });
  });

  it('that impersonates somebody gives no more rights than theirs', async () => {
    expect(await headersOf({ token: 't', impersonateUser: 'viewer' })).toEqual({
      Authorization: 'Bearer t',
      'Impersonate-User': 'viewer',
    });
  });
});
