import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { freePort } from './free-port.ts';
import type { ChildProcess } from 'node:child_process';

const run = promisify(execFile);

/** A real redis-server that this test started. */
export interface RedisServer {
  port: number;
  /** The files of this server. */
  dir: string;
  /** Starts it again on its port; for tests that stopped it. */
  start(): Promise<void>;
  /** Kills the process, as an outage does. */
  kill(): Promise<void>;
  /** Stops it without closing its connections, as an overloaded machine does; until `thaw`. */
  freeze(): void;
  thaw(): void;
  /** Kills the process and removes its files. */
  close(): Promise<void>;
}

/** Starts a redis-server on a free port of loopback, nothing kept on disk. */
export async function redisServer(
  args: readonly string[] = [],
  { tls = false, sentinel = false } = {},
): Promise<RedisServer> {
  const port = await freePort();
  const dir = await mkdtemp(join(tmpdir(), 'redis-'));
  const ports = tls ? ['--port', '0', '--tls-port', String(port)] : ['--port', String(port)];
  const common = ['--bind', '127.0.0.1', '--dir', dir, '--save', '', '--appendonly', 'no'];
  const all = sentinel ? [...args, '--sentinel', ...ports] : [...common, ...ports, ...args];
  let child: ChildProcess | undefined;
  const server = {
    port,
    dir,
    async start() {
      child = spawn('redis-server', all, { stdio: 'ignore' });
      child.unref();
      await reachable(port);
    },
    async kill() {
      if (child?.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    },
    freeze() {
      child?.kill('SIGSTOP');
    },
    thaw() {
      child?.kill('SIGCONT');
    },
    async close() {
      await server.kill();
      await rm(dir, { recursive: true, force: true });
    },
  };
  await server.start();
  return server;
}

/** A plain client for looking at what is stored. */
export function rawClient(port: number, options: object = {}): Redis {
  return new Redis({ port, host: '127.0.0.1', lazyConnect: true, ...options });
}

async function reachable(port: number): Promise<void> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => {
        resolve(true);
      });
      socket.once('error', () => {
        resolve(false);
      });
    });
    socket.destroy();
    if (isOpen) return;
    if (Date.now() > deadline) throw new Error(`nothing listens on ${port}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A certificate for loopback and the authority that signed it: the paths of the files. */
export interface TestCertificate {
  caFile: string;
  certFile: string;
  keyFile: string;
  ca: string;
}

/** Makes a certificate for 127.0.0.1 in a folder. */
export async function testCertificate(dir: string): Promise<TestCertificate> {
  const [caFile, certFile, keyFile] = ['ca.pem', 'cert.pem', 'key.pem'].map((name) =>
    join(dir, name),
  ) as [string, string, string];
  const caKey = join(dir, 'ca.key');
  const request = join(dir, 'request.pem');
  const key = ['-newkey', 'rsa:2048', '-nodes'];
  await run('openssl', [
    'req',
    '-x509',
    ...key,
    '-keyout',
    caKey,
    '-out',
    caFile,
    '-days',
    '2',
    '-subj',
    '/CN=test-ca',
  ]);
  await run('openssl', [
    'req',
    ...key,
    '-keyout',
    keyFile,
    '-out',
    request,
    '-subj',
    '/CN=127.0.0.1',
    '-addext',
    'subjectAltName=IP:127.0.0.1',
  ]);
  await run('openssl', [
    'x509',
    '-req',
    '-in',
    request,
    '-CA',
    caFile,
    '-CAkey',
    caKey,
    '-CAcreateserial',
    '-out',
    certFile,
    '-days',
    '2',
    '-copy_extensions',
    'copy',
  ]);
  return { caFile, certFile, keyFile, ca: await readFile(caFile, 'utf8') };
}
