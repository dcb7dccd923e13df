import { readFileSync, readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { startApiServer } from './api-server.ts';
import type { TestApiServer } from './api-server.ts';

let api: TestApiServer;
beforeAll(async () => {
  api = await startApiServer();
}, 120_000);
afterAll(() => api.stop());

const DRY_RUN = ['apply', '--dry-run=server', '-f', '-'];

const server = (spec: object, name = 'demo'): object => ({
  apiVersion: 'a2a-operator.io/v1alpha1',
  kind: 'A2AServer',
  metadata: { name },
  spec: {
    agents: { names: ['assistant'] },
    model: { url: 'http://litellm:4000', name: 'gpt' },
    ...spec,
  },
});

const agent = (spec: object, name = 'assistant'): object => ({
  apiVersion: 'a2a-operator.io/v1alpha1',
  kind: 'AgentDefinition',
  metadata: { name },
  spec: { description: 'Answers.', ...spec },
});

const redis = { provider: 'Redis', redis: { url: 'redis://redis:6379' } };
const from = (peer: object): object => ({ networkPolicy: { from: [peer] } });
const to = (port: object): object => ({
  networkPolicy: { to: [{ podSelector: {}, ports: [port] }] },
});
const env = (name: string): object => ({ pod: { env: [{ name, value: 'x' }] } });

describe('kubectl apply of a bad A2AServer', () => {
  it.each([
    [
      server({ agents: { names: ['a'], selector: { matchLabels: { x: 'z' } } } }),
      'set exactly one of agents.names and agents.selector',
    ],
    [server({ agents: {} }), 'set exactly one of agents.names and agents.selector'],
    [
      server({ agents: { selector: { matchLabels: { x: 'z' } } } }),
      'agents.default is required with agents.selector',
    ],
    [
      server({ agents: { selector: {}, default: 'a' } }),
      'agents.selector needs matchLabels or matchExpressions',
    ],
    [
      server({ agents: { names: ['a'], default: 'b' } }),
      'agents.default must be one of agents.names; add it there',
    ],
    [server({ agents: { names: [] } }), 'spec.agents.names in body should have at least 1 items'],
    [server({ agents: { names: ['a', 'a'] } }), 'Duplicate value: "a"'],
    [
      server({
        agents: { selector: { matchExpressions: [{ key: 'x', operator: 'In' }] }, default: 'a' },
      }),
      'values is needed with In and NotIn',
    ],
    [server({}, 'x'.repeat(41)), 'use at most 40 lower-case letters'],
    [server({}, '1st'), 'starting with a letter'],
    [server({ secrets: { names: ['a', 'a'] } }), 'Duplicate value: "a"'],
    [server({ secrets: { names: ['a/b'] } }), 'spec.secrets.names[0] in body should match'],
    [server({ replicas: -1 }), 'spec.replicas in body should be greater than or equal to 0'],
    [
      server({ replicas: 2 }),
      'memory.provider Memory keeps conversations in one pod: set replicas to 1, or use memory.provider Redis',
    ],
    [
      server({ replicas: 2, memory: { provider: 'Memory' } }),
      'set replicas to 1, or use memory.provider Redis',
    ],
    [
      server({ memory: { provider: 'Redis' } }),
      'memory.redis belongs to memory.provider Redis; set both or neither',
    ],
    [
      server({ memory: { redis: redis.redis } }),
      'memory.redis belongs to memory.provider Redis; set both or neither',
    ],
    [
      server({ memory: { provider: 'Postgres' } }),
      'spec.memory.provider: Unsupported value: "Postgres": supported values: "Memory", "Redis"',
    ],
    [
      server({ memory: { provider: 'Redis', redis: { url: 'redis://user:pw@redis' } } }),
      'memory.redis.url must hold neither credentials nor parameters; put them into a Secret',
    ],
    [
      server({ memory: { provider: 'Redis', redis: { ...redis.redis, mode: 'Sentinel' } } }),
      'memory.redis.sentinelMaster belongs to memory.redis.mode Sentinel',
    ],
    [
      server({
        memory: {
          provider: 'Redis',
          redis: { ...redis.redis, usernameSecretRef: { name: 'x', key: 'k' } },
        },
      }),
      'memory.redis.usernameSecretRef needs memory.redis.passwordSecretRef',
    ],
    [
      server({ model: { url: 'https://key@litellm:4000', name: 'gpt' } }),
      'model.url must hold neither credentials nor parameters; put the key into a Secret',
    ],
    [server({ publicUrl: 'https://a:b@example.com' }), 'spec.publicUrl in body should match'],
    [
      server({ model: { url: 'litellm:4000', name: 'gpt' } }),
      "spec.model.url in body should match '^https?://",
    ],
    [server({ model: { url: 'http://litellm:4000' } }), 'spec.model.name: Required value'],
    [
      server({ model: { url: 'http://l', name: 'gpt', timeoutSeconds: 0 } }),
      'spec.model.timeoutSeconds in body should be greater than or equal to 1',
    ],
    [
      server({ auth: { enabled: false, jwtSecretRef: { name: 'x', key: 'k' } } }),
      'auth.enabled is false, so nobody would check the keys',
    ],
    [
      server({ ingress: { enabled: true } }),
      'ingress.host is required when ingress.enabled is true',
    ],
    [
      server({ ingress: { enabled: true, host: 'Not A Host' } }),
      'spec.ingress.host in body should match',
    ],
    [server({ publicUrl: 'https://example.com/a2a' }), 'spec.publicUrl in body should match'],
    [server({ metrics: { port: 3000 } }), 'metrics.port 3000 is the A2A port'],
    [
      server({ metrics: { port: 80 } }),
      'spec.metrics.port in body should be greater than or equal to 1024',
    ],
    [server({ logging: { level: 'Trace' } }), 'supported values: "Error", "Warn", "Info", "Debug"'],
    [
      server(env('A2A_PORT')),
      "this variable belongs to the runtime's contract; use the field of the spec that sets it",
    ],
    [server(env('NODE_OPTIONS')), "this variable belongs to the runtime's contract"],
    [
      server({ pod: { labels: { 'app.kubernetes.io/name': 'x' } } }),
      "are the operator's; use other keys",
    ],
    [
      server({ pod: { volumeMounts: [{ name: 'x', mountPath: '/app/x' }] } }),
      '/app and /etc/a2a belong to the runtime',
    ],
    [
      server({ pod: { resources: { limits: { memory: 'lots' } } } }),
      'spec.pod.resources.limits.memory in body should match',
    ],
    [
      server(from({ podSelector: {}, ipBlock: { cidr: '10.0.0.0/8' } })),
      'spec.networkPolicy.from[0]: Invalid value: "object": name pods (podSelector, namespaceSelector or both) or addresses (ipBlock), and not both in one item',
    ],
    [server(from({})), 'name pods (podSelector, namespaceSelector or both) or addresses (ipBlock)'],
    [
      server({ networkPolicy: { to: [{ ports: [{ port: 443 }] }] } }),
      'spec.networkPolicy.to[0]: Invalid value: "object": name pods (podSelector',
    ],
    [
      server(from({ ipBlock: { cidr: '10.0.0.1' } })),
      'spec.networkPolicy.from[0].ipBlock.cidr: Invalid value: "string": cidr must be a range that begins with its first address',
    ],
    [
      server(from({ ipBlock: { cidr: '10.0.0.1/8' } })),
      'cidr must be a range that begins with its',
    ],
    [
      server(from({ ipBlock: { cidr: '10.0.0.0/8', except: ['192.168.0.0/16'] } })),
      'except must hold ranges within cidr that are smaller than it',
    ],
    [
      server(from({ ipBlock: { cidr: '10.0.0.0/8', except: ['10.0.0.0/8'] } })),
      'except must hold ranges within cidr that are smaller than it',
    ],
    [
      server(from({ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1'] } })),
      'except must hold ranges within cidr that are smaller than it',
    ],
    [
      server(from({ podSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] } })),
      'values is needed with In and NotIn',
    ],
    [
      server(from({ podSelector: { matchLabels: {} } })),
      'spec.networkPolicy.from[0].podSelector.matchLabels in body should have at least 1 properties',
    ],
    [server(from({ namespace: 'team' })), 'unknown field "spec.networkPolicy.from[0].namespace"'],
    [
      server(to({ port: 80, endPort: 79 })),
      'endPort is the last port of a range that begins with port, so it must not be smaller',
    ],
    [
      server(to({ port: 'http' })),
      'spec.networkPolicy.to[0].ports[0].port in body must be of type',
    ],
    [server(to({ port: 1, protocol: 'ICMP' })), 'supported values: "TCP", "UDP", "SCTP"'],
    [server({ replica: 3 }), 'unknown field "spec.replica"'],
  ] as const)('%#: says what is wrong and what to do', async (manifest, says) => {
    expect(await api.kubectl(DRY_RUN, [manifest])).toContain(says);
  });
});

describe('kubectl apply of a bad AgentDefinition', () => {
  it.each([
    [agent({ description: undefined }), 'spec.description: Required value'],
    [agent({ description: '' }), 'spec.description in body should be at least 1 chars long'],
    [
      agent({ instructions: {} }),
      'set exactly one of instructions.inline and instructions.configMapKeyRef',
    ],
    [
      agent({ instructions: { inline: 'x', configMapKeyRef: { name: 'x', key: 'k' } } }),
      'set exactly one of instructions.inline',
    ],
    [
      agent({ instructions: { secretKeyRef: { name: 'x', key: 'k' } } }),
      'unknown field "spec.instructions.secretKeyRef"',
    ],
    [
      agent({ skills: [{ id: 'x', name: 'x', description: 'x' }] }),
      'spec.skills[0].tags: Required value',
    ],
    [
      agent({ skills: [1, 2].map(() => ({ id: 'x', name: 'x', description: 'x', tags: ['x'] })) }),
      'Duplicate value: {"id":"x"}',
    ],
    [agent({ inputModes: ['image/png'] }), 'supported values: "text/plain", "application/json"'],
    [agent({ outputModes: [] }), 'spec.outputModes in body should have at least 1 items'],
    [agent({ iconUrl: 'ftp://x' }), "spec.iconUrl in body should match '^https?://'"],
    [
      agent({ model: { apiKeySecretRef: { name: '../x', key: 'k' } } }),
      'spec.model.apiKeySecretRef.name in body should match',
    ],
    [
      agent({ model: { apiKeySecretRef: { name: 'x', key: '..' } } }),
      'spec.model.apiKeySecretRef.key in body should match',
    ],
    [
      agent({ model: { apiKeySecretRef: { name: 'x' } } }),
      'spec.model.apiKeySecretRef.key: Required value',
    ],
    [agent({ tools: [] }), 'unknown field "spec.tools"'],
    [agent({}, 'a.b'), 'at most 63 lower-case letters'],
  ] as const)('%#: says what is wrong and what to do', async (manifest, says) => {
    expect(await api.kubectl(DRY_RUN, [manifest])).toContain(says);
  });
});

describe('the API', () => {
  it.each(readdirSync('config/samples'))('accepts the sample %s', async (file) => {
    const documents = parseAllDocuments(readFileSync(`config/samples/${file}`, 'utf8'));
    const manifests = documents.map((document) => document.toJS() as object);
    const output = await api.kubectl(DRY_RUN, manifests);
    expect(output.match(/created/g)).toHaveLength(manifests.length);
    expect(output).not.toContain('rror');
  });

  it('says that a new server was not looked at yet', async () => {
    await api.kubectl(['apply', '-f', '-'], [server({}, 'fresh')]);
    const status = await api.kubectl(['get', 'a2as', 'fresh', '-o', 'jsonpath={.status}']);
    expect(status).toBe('{"observedGeneration":-1}');
  });

  it('explains every field of a server', async () => {
    const text = await api.kubectl(['explain', 'a2as.spec.memory.redis.url']);
    expect(text).toContain('without credentials');
    expect(text).toContain('Change: restart.');
  });

  it('scales a server through the scale subresource', async () => {
    await api.kubectl(['apply', '-f', '-'], [server({ memory: redis }, 'scaled')]);
    expect(await api.kubectl(['scale', 'a2as', 'scaled', '--replicas=3'])).toContain('scaled');
    const spec = await api.kubectl(['get', 'a2as', 'scaled', '-o', 'jsonpath={.spec.replicas}']);
    expect(spec).toBe('3');
  });
});
