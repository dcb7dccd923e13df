import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { get } from '../../test/client.ts';
import { startApp } from '../../test/start-app.ts';
import type { TestApp } from '../../test/start-app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

describe('cards', () => {
  const paths = [
    '/.well-known/agent-card.json',
    '/.well-known/agent-card',
    '/.well-known/agent.json',
    '/a2a/agents/greeter/card',
    '/a2a/agents/greeter/.well-known/agent-card.json',
  ];
  test.each(paths)('are at %s, with 0.3 and 1.0 fields', async (path) => {
    const { status, headers, body } = await get(app.url + path);
    expect(status).toBe(200);
    expect(Object.fromEntries(headers)).toMatchObject({
      'cache-control': 'public, max-age=60',
      vary: 'A2A-Version',
      etag: expect.stringMatching(/^".+"$/),
      'last-modified': expect.stringContaining('GMT'),
      'x-content-type-options': 'nosniff',
    });
    expect(headers.has('x-powered-by')).toBe(false);
    const url = 'https://agents.example.com/a2a/agents/greeter';
    expect(body).toMatchObject({
      name: 'greeter',
      protocolVersion: '0.3.0',
      url,
      preferredTransport: 'JSONRPC',
      additionalInterfaces: [{ url: `${url}/rest`, transport: 'HTTP+JSON' }],
      supportedInterfaces: [
        { url, protocolBinding: 'JSONRPC', protocolVersion: '1.0' },
        { url: `${url}/rest`, protocolBinding: 'HTTP+JSON', protocolVersion: '1.0' },
        { url, protocolBinding: 'JSONRPC', protocolVersion: '0.3' },
        { url: `${url}/rest`, protocolBinding: 'HTTP+JSON', protocolVersion: '0.3' },
      ],
      capabilities: { streaming: true, pushNotifications: false, extendedAgentCard: false },
      skills: [
        { id: 'greeter', name: 'greeter', description: 'Greets people.', tags: ['greeter'] },
      ],
    });
    expect(body.securitySchemes).toBeUndefined();
  });

  test('of version 1.0 have no field of 0.3, and another ETag', async () => {
    const url = `${app.url}/.well-known/agent-card.json`;
    const hybrid = await get(url);
    const pure = await get(url, { 'A2A-Version': '1.0' });
    expect(Object.keys(pure.body)).not.toEqual(expect.arrayContaining(['url']));
    expect(pure.body.protocolVersion).toBeUndefined();
    expect(pure.headers.get('etag')).not.toBe(hybrid.headers.get('etag'));
  });

  test('that have not changed are 304', async () => {
    const url = `${app.url}/.well-known/agent-card.json`;
    const etag = (await get(url)).headers.get('etag') ?? '';
    expect((await get(url, { 'If-None-Match': etag })).status).toBe(304);
    const wrongVersion = await get(url, { 'If-None-Match': etag, 'A2A-Version': '1.0' });
    expect(wrongVersion.status).toBe(200);
  });
});

describe('discovery', () => {
  test('lists the agents, the default marked', async () => {
    const { body } = await get(`${app.url}/a2a/agents`);
    expect(body.agents).toMatchObject([
      { name: 'greeter', default: true, cardUrl: expect.stringContaining('/a2a/agents/greeter/') },
      { name: 'json-only', default: false },
    ]);
  });

  test('tells one agent with its card', async () => {
    const { body } = await get(`${app.url}/a2a/agents/json-only`);
    expect(body).toMatchObject({
      name: 'json-only',
      card: { name: 'json-only', defaultInputModes: ['application/json'] },
    });
  });

  test('has a catalog and capabilities', async () => {
    const catalog = await get(`${app.url}/.well-known/ai-catalog.json`);
    expect(catalog.body.entries).toMatchObject([
      { identifier: 'greeter' },
      { identifier: 'json-only' },
    ]);
    const { body } = await get(`${app.url}/a2a/capabilities`);
    expect(body).toMatchObject({
      supportedMethods: expect.arrayContaining([
        'SendMessage',
        'message/send',
        'tasks/resubscribe',
      ]),
      supportedTransports: ['JSONRPC', 'HTTP+JSON'],
      capabilities: { streaming: true, pushNotifications: false, stateTransitionHistory: false },
      inputModes: ['text/plain'],
      outputModes: ['text/plain'],
    });
    expect(JSON.stringify(body.supportedMethods)).not.toMatch(/push|extended/i);
  });
});
