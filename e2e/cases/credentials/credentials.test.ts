import { createHash, createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ask, call } from '../../clients/json-rpc.ts';
import { agent, secret, server } from '../manifests.ts';
import { beginStory, podUrl, podsOf } from '../story.ts';
import type { Endpoint } from '../../clients/json-rpc.ts';
import type { Story } from '../story.ts';

jest.setTimeout(120_000);

const SIGNING_KEY = 'a signing key of at least 32 bytes, as HS256 wants it';
const HASHED_KEY = 'key-of-the-pipeline';
const SHA256 = `sha256:${createHash('sha256').update(HASHED_KEY).digest('hex')}`;

let story: Story;
let url: string;
beforeAll(async () => {
  story = await beginStory('credentials');
  const auth = {
    apiKeysSecretRef: { name: 'keys' },
    jwtSecretRef: { name: 'signing', key: 'hs256' },
  };
  await story.apply(
    secret('keys', { alice: 'key-of-alice', pipeline: SHA256 }),
    secret('signing', { hs256: SIGNING_KEY }),
    agent('assistant'),
    server('guarded', { auth }),
  );
  await story.ready('a2as/guarded');
  const [pod] = await podsOf(story, 'guarded');
  if (pod === undefined) throw new Error('a Ready server without a pod');
  url = `${podUrl(pod)}/a2a`;
});
afterAll(() => story.end());

const withKey = (key: string): Endpoint => ({ url, headers: { 'X-API-Key': key } });
const withToken = (token: string): Endpoint => ({
  url,
  headers: { Authorization: `Bearer ${token}` },
});

/** A JSON Web Token by hand: a library would not make the wrong ones. */
function token(claims: object, { alg = 'HS256', key = SIGNING_KEY } = {}): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg, typ: 'JWT' })}.${part(claims)}`;
  const signature = createHmac('sha256', key).update(signed).digest('base64url');
  return `${signed}.${alg === 'none' ? '' : signature}`;
}

const now = Math.floor(Date.now() / 1000);
const claims = { sub: 'carol', iat: now, exp: now + 600 };

describe('a server with credentials of its own', () => {
  it.each([
    ['an API key of the Secret', () => withKey('key-of-alice')],
    ['an API key of which only the hash is stored', () => withKey(HASHED_KEY)],
    ['a bearer token signed with HS256', () => withToken(token(claims))],
  ])('accepts %s', async (_what, endpoint) => {
    const { status, task } = await ask(endpoint(), 'Hello');
    expect(status).toBe(200);
    expect(task?.status.state).toBe('TASK_STATE_COMPLETED');
  });

  it.each([
    ['a caller without any credential', () => ({ url })],
    ['a key that is not in the Secret', () => withKey('key-of-mallory')],
    ['the stored hash itself', () => withKey(SHA256)],
    ['a token with a wrong signature', () => withToken(token(claims, { key: 'x'.repeat(40) }))],
    ['an unsigned token', () => withToken(token(claims, { alg: 'none' }))],
    ['an expired token', () => withToken(token({ ...claims, exp: now - 60 }))],
    ['a token for later', () => withToken(token({ ...claims, nbf: now + 300 }))],
    ['a token that never expires', () => withToken(token({ sub: 'carol' }))],
  ])('refuses %s', async (_what, endpoint) => {
    const refused = await ask(endpoint(), 'Hello');
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toMatch(/Bearer/);
    expect(refused.headers.get('www-authenticate')).toMatch(/X-API-Key/);
    expect(refused.task).toBeUndefined();
  });

  it('keeps the tasks of one caller from another', async () => {
    const { task } = await ask(withKey('key-of-alice'), 'Mine');
    const mine = await call(withKey('key-of-alice'), 'GetTask', { id: task?.id });
    expect(mine.task?.id).toBe(task?.id);
    for (const other of [withKey(HASHED_KEY), withToken(token(claims))]) {
      const theirs = await call(other, 'GetTask', { id: task?.id });
      expect(JSON.parse(theirs.body)).toMatchObject({ error: { code: -32001 } });
    }
  });

  it('says in its card what it checks', async () => {
    const card = await fetch(new URL('/.well-known/agent-card.json', url));
    const { securitySchemes } = (await card.json()) as { securitySchemes: object };
    expect(Object.keys(securitySchemes)).toEqual(['apiKey', 'bearer']);
  });

  it('gets no generated key, and no credential shows anywhere', async () => {
    const secrets = await story.list('secrets');
    expect(secrets.map(({ metadata }) => metadata.name)).not.toContain('guarded-api-key');
    const objects = await story.kubectl(
      ...['get', 'a2as,configmaps,deployments,pods,events', '-o', 'json', '--show-managed-fields'],
    );
    const logs = await story.kubectl('logs', 'deployment/guarded');
    for (const credential of ['key-of-alice', HASHED_KEY, SIGNING_KEY, 'key-of-mallory']) {
      expect(objects).not.toContain(credential);
      expect(logs).not.toContain(credential);
    }
  });
});

describe('a generated API key', () => {
  it('outlives an attempt to do without it that fails', async () => {
    await story.apply(secret('short', { key: 'too short for HS256' }), server('generous'));
    await story.ready('a2as/generous');
    const key = await story.apiKey('generous');
    const jwtSecretRef = { name: 'short', key: 'key' };
    await story.apply(server('generous', { auth: { jwtSecretRef } }));
    const says = ['crashed with exit code 1'];
    await story.condition('a2as/generous', 'Ready', { status: 'False', says });
    await story.apply(server('generous'));
    await story.ready('a2as/generous');
    expect(await story.apiKey('generous')).toBe(key);
  });
});
