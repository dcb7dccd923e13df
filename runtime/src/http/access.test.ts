import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SignJWT } from 'jose';
import { get, openStream, post, rpc, sendParams, string } from '../../test/client.ts';
import { startApp, until } from '../../test/start-app.ts';
import type { TestApp } from '../../test/start-app.ts';

const SECRET = 'a secret of more than sixty-four bytes, so that it would also do for HS512';
const LISTED = 'listed-key';
const HASHED = 'hashed-key';
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

let app: TestApp;
let keysDir: string;
let secretFile: string;

beforeAll(async () => {
  keysDir = await mkdtemp(join(tmpdir(), 'keys-'));
  await writeFile(join(keysDir, 'alice'), 'alice-key\n');
  await writeFile(join(keysDir, 'bob'), `sha256:${sha256('bob-key')}`);
  await writeFile(join(keysDir, 'empty'), '');
  secretFile = join(await mkdtemp(join(tmpdir(), 'jwt-')), 'secret');
  await writeFile(secretFile, SECRET);
  app = await startApp({
    auth: {
      enabled: true,
      jwtSecret: { text: SECRET, path: secretFile },
      apiKeys: { text: `${LISTED}, sha256:${sha256(HASHED)}` },
      apiKeysDir: keysDir,
    },
  });
});
afterAll(async () => {
  await app.close();
  await rm(keysDir, { recursive: true });
});

interface Claims {
  sub?: string;
  /** Seconds from now; undefined means no `exp`. */
  expiresIn?: number | undefined;
  notBeforeIn?: number;
  secret?: string;
  algorithm?: string;
}

function token({
  sub = 'carol',
  secret = SECRET,
  algorithm = 'HS256',
  ...claims
}: Claims): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const jwt = new SignJWT().setProtectedHeader({ alg: algorithm });
  if (sub !== '') jwt.setSubject(sub);
  const expiresIn = 'expiresIn' in claims ? claims.expiresIn : 60;
  if (expiresIn !== undefined) jwt.setExpirationTime(now + expiresIn);
  if (claims.notBeforeIn !== undefined) jwt.setNotBefore(now + claims.notBeforeIn);
  return jwt.sign(new TextEncoder().encode(secret));
}

function unsecured(): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + 60;
  return `${part({ alg: 'none' })}.${part({ sub: 'carol', exp })}.`;
}

async function statusWith(headers: Record<string, string>): Promise<number> {
  return (await rpc(`${app.url}/a2a`, 'ListTasks', {}, headers)).status;
}

describe('an API key', () => {
  test.each([
    { reason: 'a listed key', key: LISTED, status: 200 },
    { reason: 'a key that is listed by its hash', key: HASHED, status: 200 },
    { reason: 'a key of the folder', key: 'alice-key', status: 200 },
    { reason: 'a key of the folder that is there by its hash', key: 'bob-key', status: 200 },
    { reason: 'an unknown key', key: 'nobody', status: 401 },
    { reason: 'an empty key, although a file is empty', key: '', status: 401 },
    { reason: 'the hash itself', key: sha256(HASHED), status: 401 },
    { reason: 'the configured text of the hash', key: `sha256:${sha256(HASHED)}`, status: 401 },
    { reason: 'the whole list', key: `${LISTED}, sha256:${sha256(HASHED)}`, status: 401 },
  ])('is $status for $reason', async ({ key, status }) => {
    expect(await statusWith({ 'X-API-Key': key })).toBe(status);
  });

  test('that is wrong is refused even beside a good token', async () => {
    const authorization = `Bearer ${await token({})}`;
    expect(await statusWith({ 'X-API-Key': 'nobody', authorization })).toBe(401);
  });

  test('can be added and taken away without a restart', async () => {
    await writeFile(join(keysDir, 'dave'), 'dave-key');
    await until(async () => (await statusWith({ 'X-API-Key': 'dave-key' })) === 200);
    await rm(join(keysDir, 'dave'));
    await until(async () => (await statusWith({ 'X-API-Key': 'dave-key' })) === 401);
  });
});

describe('a folder of keys', () => {
  test('that holds no good one makes the server unready until it does; refused keys are logged by name', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'keys-'));
    await writeFile(join(dir, 'alice'), 'sha256:canary');
    await writeFile(join(dir, 'bob'), '');
    await mkdir(join(dir, 'carol'));
    const closed = await startApp({ auth: { enabled: true, apiKeysDir: dir } });
    try {
      expect(await get(`${closed.url}/a2a/readyz`)).toMatchObject({
        status: 503,
        body: { reasons: [expect.stringMatching(/^no valid API key or JWT secret: /)] },
      });
      const refused = closed.telemetry.lines.filter(({ msg }) => msg === 'an API key is refused');
      expect(refused.map(({ principal, problem }) => [principal, problem])).toEqual([
        ['alice', 'its hash is malformed: sha256: and 64 hex digits'],
        ['bob', 'it is empty'],
        ['carol', 'its file cannot be read'],
      ]);
      await writeFile(join(dir, 'bob'), 'bob-key');
      await until(async () => (await get(`${closed.url}/a2a/readyz`)).status === 200);
      expect(closed.telemetry.text().match(/an API key is refused/g)).toHaveLength(3);
      expect(closed.telemetry.text()).not.toContain('canary');
    } finally {
      await closed.close();
      await rm(dir, { recursive: true });
    }
  });

  test('that is not there is unready too, and an empty file of a JWT secret does not help', async () => {
    const closed = await startApp({
      auth: { enabled: true, apiKeysDir: '/nowhere', jwtSecret: { text: '', path: '/nowhere/s' } },
    });
    expect((await get(`${closed.url}/a2a/readyz`)).status).toBe(503);
    expect((await get(`${closed.url}/a2a/livez`)).status).toBe(200);
    await closed.close();
  });
});

describe('a bearer token', () => {
  test.each<{ reason: string; claims: Claims; status: number }>([
    { reason: 'a good one', claims: {}, status: 200 },
    {
      reason: 'a wrong signature',
      claims: { secret: 'another secret of thirty-two bytes and more' },
      status: 401,
    },
    {
      reason: 'another algorithm',
      claims: { algorithm: 'HS512' },
      status: 401,
    },
    { reason: 'expired', claims: { expiresIn: -60 }, status: 401 },
    { reason: 'just expired, clocks differ', claims: { expiresIn: -2 }, status: 200 },
    { reason: 'without exp', claims: { expiresIn: undefined }, status: 401 },
    { reason: 'not valid yet', claims: { notBeforeIn: 60 }, status: 401 },
    { reason: 'without sub', claims: { sub: '' }, status: 401 },
  ])('is $status: $reason', async ({ claims, status }) => {
    expect(await statusWith({ authorization: `Bearer ${await token(claims)}` })).toBe(status);
  });

  test.each([
    { reason: 'alg none', authorization: `Bearer ${unsecured()}` },
    { reason: 'no token', authorization: 'Bearer ' },
    { reason: 'another scheme', authorization: 'Basic YTpi' },
    { reason: 'garbage', authorization: 'Bearer a.b.c' },
  ])('is 401: $reason', async ({ authorization }) => {
    expect(await statusWith({ authorization })).toBe(401);
  });

  test('is checked with a rotated secret, and a secret that is too short is not taken over', async () => {
    const rotated = 'another secret, also of thirty-two bytes or more';
    const next = await new SignJWT()
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject('carol')
      .setExpirationTime('1m')
      .sign(new TextEncoder().encode(rotated));
    expect(await statusWith({ authorization: `Bearer ${next}` })).toBe(401);
    await writeFile(secretFile, `${rotated}\n`);
    await until(async () => (await statusWith({ authorization: `Bearer ${next}` })) === 200);
    await writeFile(secretFile, 'short');
    await until(async () => {
      await statusWith({ authorization: `Bearer ${next}` });
      return app.telemetry.text().includes('cannot be used, its last content stays');
    });
    expect(await statusWith({ authorization: `Bearer ${next}` })).toBe(200);
    await writeFile(secretFile, SECRET);
    await until(
      async () => (await statusWith({ authorization: `Bearer ${await token({})}` })) === 200,
    );
  });
});

describe('without a credential', () => {
  test.each([
    '/.well-known/agent-card.json',
    '/a2a/agents/greeter/card',
    '/a2a/livez',
    '/a2a/readyz',
    '/a2a/startupz',
    '/a2a/health',
  ])('%s is open', async (path) => {
    expect((await get(app.url + path)).status).toBe(200);
  });

  test.each([
    '/a2a/agents',
    '/a2a/agents/greeter',
    '/a2a/capabilities',
    '/.well-known/ai-catalog.json',
    '/a2a/rest/tasks',
    '/a2a/agents/greeter/rest/tasks/x',
    '/a2a/agents/nobody/rest/tasks',
  ])('%s is 401 with a challenge, in the shape of the binding', async (path) => {
    const { status, headers, body } = await get(app.url + path);
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toBe('Bearer, ApiKey header="X-API-Key"');
    expect(body.error).toEqual({
      code: 401,
      status: 'UNAUTHENTICATED',
      message: 'A credential is required.',
      details: [],
    });
  });

  test('JSON-RPC is 401 too, with a code that means nothing else', async () => {
    const { status, headers, body } = await rpc(`${app.url}/a2a`, 'SendMessage', sendParams('hi'));
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toContain('Bearer');
    expect(body).toEqual({
      jsonrpc: '2.0',
      id: null,
      error: { code: -32041, message: 'A credential is required.' },
    });
  });

  test('health tells nothing of what is behind', async () => {
    const closed = await get(`${app.url}/a2a/health`);
    expect(Object.keys(closed.body).sort()).toEqual([
      'agents',
      'protocol',
      'status',
      'timestamp',
      'version',
    ]);
    expect(closed.body).toMatchObject({
      status: 'healthy',
      protocol: 'A2A',
      version: '1.0',
      agents: ['greeter'],
    });
    expect((await get(`${app.url}/a2a/health`, { 'X-API-Key': 'nobody' })).body.agents).toEqual([
      'greeter',
    ]);
    const open = await get(`${app.url}/a2a/health`, { 'X-API-Key': LISTED });
    expect(open.body.agents).toEqual(['greeter', 'json-only']);
    expect(open.body.details).toEqual({
      server: 'healthy',
      agents: { greeter: 'healthy', 'json-only': 'healthy' },
      memory: 'healthy',
      model_provider: 'healthy',
    });
  });

  test('refusals are counted by reason', async () => {
    await statusWith({ 'X-API-Key': 'nobody' });
    const text = await (await fetch(`${app.opsUrl}/metrics`)).text();
    expect(text).toMatch(/^a2a_auth_failures_total\{reason="missing"\} \d+/m);
    expect(text).toMatch(/^a2a_auth_failures_total\{reason="invalid_key"\} \d+/m);
    expect(text).toMatch(/^a2a_auth_failures_total\{reason="invalid_token"\} \d+/m);
  });
});

describe('the card', () => {
  test('asks for the credentials that are really checked, in both versions', async () => {
    const url = `${app.url}/.well-known/agent-card.json`;
    const pure = await get(url, { 'A2A-Version': '1.0' });
    expect(pure.body).toMatchObject({
      securitySchemes: {
        apiKey: { apiKeySecurityScheme: { location: 'header', name: 'X-API-Key' } },
        bearer: { httpAuthSecurityScheme: { scheme: 'Bearer', bearerFormat: 'JWT' } },
      },
      securityRequirements: [{ schemes: { apiKey: {} } }, { schemes: { bearer: {} } }],
    });
    const hybrid = await get(url);
    expect(hybrid.body).toMatchObject({
      securitySchemes: {
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
        bearer: { type: 'http', scheme: 'Bearer' },
      },
      security: [{ apiKey: [] }, { bearer: [] }],
    });
  });
});

describe('a task of somebody else', () => {
  const alice = { 'X-API-Key': 'alice-key' };
  const bob = { 'X-API-Key': 'bob-key' };
  const rest = (): string => `${app.url}/a2a/agents/greeter/rest`;

  test('is not there: get, list, cancel, subscribe, continue; on every binding and version', async () => {
    app.model.script = { text: 'slow', delayMs: 1500, times: 1 };
    const params = sendParams('mine', { contextId: 'shared' }, { returnImmediately: true });
    const sent = await rpc(`${app.url}/a2a`, 'SendMessage', params, alice);
    const id = sent.body.result?.task?.id;
    for (const method of ['GetTask', 'CancelTask', 'SubscribeToTask']) {
      const { body } = await rpc(`${app.url}/a2a`, method, { id }, bob);
      expect({ method, code: body.error?.code }).toEqual({ method, code: -32001 });
    }
    for (const method of ['tasks/get', 'tasks/cancel', 'tasks/resubscribe']) {
      const headers = { ...bob, 'A2A-Version': '0.3' };
      const { body } = await rpc(`${app.url}/a2a`, method, { id }, headers);
      expect({ method, code: body.error?.code }).toEqual({ method, code: -32001 });
    }
    const follow = sendParams('his', { taskId: id });
    expect((await rpc(`${app.url}/a2a`, 'SendMessage', follow, bob)).body.error?.code).toBe(-32001);
    expect((await get(`${rest()}/tasks/${string(id)}`, bob)).status).toBe(404);
    expect((await get(`${rest()}/v1/tasks/${string(id)}`, bob)).status).toBe(404);
    expect((await post(`${rest()}/tasks/${string(id)}:cancel`, {}, bob)).status).toBe(404);
    expect((await post(`${rest()}/tasks/${string(id)}:subscribe`, {}, bob)).status).toBe(404);
    expect((await get(`${rest()}/tasks`, bob)).body.totalSize).toBe(0);
    expect((await get(`${rest()}/tasks?contextId=shared`, bob)).body.totalSize).toBe(0);
    expect((await get(`${rest()}/tasks/${string(id)}`, alice)).status).toBe(200);
  });

  test('nor is a task of the same owner at another agent', async () => {
    const sent = await rpc(`${app.url}/a2a`, 'SendMessage', sendParams('mine'), alice);
    const id = sent.body.result?.task?.id;
    const { body } = await rpc(`${app.url}/a2a/agents/json-only`, 'GetTask', { id }, alice);
    expect(body.error?.code).toBe(-32001);
  });

  test('and the same context id is another, empty conversation', async () => {
    app.model.requests.length = 0;
    const params = sendParams('secret of alice', { contextId: 'ours' });
    await rpc(`${app.url}/a2a`, 'SendMessage', params, alice);
    await rpc(`${app.url}/a2a`, 'SendMessage', sendParams('hello', { contextId: 'ours' }), bob);
    expect(JSON.stringify(app.model.requests[1]?.body.messages)).not.toContain('secret of alice');
  });
});

test('logs hold neither credentials nor messages, at any level', async () => {
  const headers = { 'X-API-Key': LISTED };
  app.model.script = { status: 500, times: 1 };
  await rpc(`${app.url}/a2a`, 'SendMessage', sendParams('canary words'), headers);
  const stream = await openStream(
    `${app.url}/a2a/rest/message:stream`,
    { message: { messageId: 'm', role: 'ROLE_USER', parts: [{ text: 'canary words' }] } },
    headers,
  );
  await stream.response.text();
  const log = app.telemetry.text();
  expect(log).toContain('task ended');
  for (const canary of [
    'canary words',
    LISTED,
    HASHED,
    SECRET,
    'alice-key',
    'sk-model-key',
    'eyJ',
    'You greet',
  ]) {
    expect(log).not.toContain(canary);
  }
});
