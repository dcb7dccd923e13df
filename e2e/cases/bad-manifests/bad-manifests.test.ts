import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { answerOf, ask } from '../../clients/json-rpc.ts';
import { LITELLM, agent, configMap, secret, server } from '../manifests.ts';
import { beginStory, eventually, podUrl, podsOf } from '../story.ts';
import type { Manifest } from '../manifests.ts';
import type { Story, Wanted } from '../story.ts';

jest.setTimeout(120_000);

let story: Story;
beforeAll(async () => {
  story = await beginStory('bad-manifests');
});
afterAll(() => story.end());

/** What `kubectl apply -f` says to a manifest. */
async function complaint(manifest: Manifest): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'a2a-manifest-'));
  const file = join(folder, 'manifest.json');
  try {
    await writeFile(file, JSON.stringify(manifest));
    return await story.kubectl('apply', '-f', file).catch((error: unknown) => String(error));
  } finally {
    await rm(folder, { recursive: true });
  }
}

// The whole table is in operator/test/crds.api.test.ts; these prove that the chart's CRDs say it too.
describe('kubectl apply of a manifest that cannot work', () => {
  it.each([
    {
      what: 'two ways to choose agents',
      manifest: server('bad', { agents: { names: ['a'], selector: { matchLabels: { a: 'b' } } } }),
      says: 'spec.agents: Invalid value: "object": set exactly one of agents.names and agents.selector',
    },
    {
      what: 'replicas that would not share their memory',
      manifest: server('bad', { replicas: 2 }),
      says: 'memory.provider Memory keeps conversations in one pod: set replicas to 1, or use memory.provider Redis',
    },
    {
      what: 'an Ingress without a host',
      manifest: server('bad', { ingress: { enabled: true } }),
      says: 'ingress.host is required when ingress.enabled is true',
    },
    {
      what: 'a store that does not exist',
      manifest: server('bad', { memory: { provider: 'Postgres' } }),
      says: 'spec.memory.provider: Unsupported value: "Postgres": supported values: "Memory", "Redis"',
    },
    {
      what: 'a typing error in a field’s name',
      manifest: server('bad', { replica: 3 }),
      says: 'unknown field "spec.replica"',
    },
    {
      what: 'an agent without a description',
      manifest: agent('bad', { description: undefined }),
      says: 'spec.description: Required value',
    },
    {
      what: 'instructions from two places',
      manifest: agent('bad', {
        instructions: { inline: 'x', configMapKeyRef: { name: 'x', key: 'x' } },
      }),
      says: 'set exactly one of instructions.inline and instructions.configMapKeyRef',
    },
  ])('names the field and the remedy: $what', async ({ manifest, says }) => {
    expect(await complaint(manifest)).toContain(says);
    expect(await story.list('a2as,agentdef')).toEqual([]);
  });
});

describe('a server that serves', () => {
  const good = agent('assistant', { instructions: { inline: 'The good version.' } });
  const auth = { apiKeysSecretRef: { name: 'keys' } };
  const apply = (spec: object = {}): Promise<string> =>
    story.apply(server('serving', { auth, ...spec }));
  beforeAll(async () => {
    await story.apply(secret('keys', { alice: 'key-of-alice' }), good);
    await apply();
    await story.ready('a2as/serving', 'agentdef/assistant');
  });

  /** The problem shows in the conditions, and callers notice nothing. */
  async function expectProblem(resource: string, type: string, wanted: Wanted): Promise<void> {
    await story.condition(resource, type, wanted);
    const pods = await podsOf(story, 'serving');
    const ready = pods.find(({ status }) => status.containerStatuses?.[0]?.ready === true);
    if (ready === undefined) throw new Error('no pod is ready any more');
    const headers = { 'X-API-Key': 'key-of-alice' };
    const { task } = await ask({ url: `${podUrl(ready)}/a2a`, headers }, 'Hello');
    expect(answerOf(task)).toContain('My instructions begin: "The good version."');
  }

  it('goes on while an image cannot be pulled, and says which pod waits for it', async () => {
    await apply({ image: 'a2a-operator/runtime:no-such-tag' });
    await expectProblem('a2as/serving', 'Ready', {
      status: 'False',
      reason: 'RollingOut',
      says: ['pod serving-', 'image "a2a-operator/runtime:no-such-tag" cannot be pulled'],
    });
    await apply();
    await story.ready('a2as/serving');
  });

  it('goes on while a Secret is missing, and takes it when it appears', async () => {
    await apply({ model: { ...LITELLM, apiKeySecretRef: { name: 'later', key: 'key' } } });
    await expectProblem('a2as/serving', 'Ready', {
      status: 'False',
      reason: 'SecretNotFound',
      says: ['spec.model.apiKeySecretRef', 'Secret "later" was not found', 'create it'],
    });
    await story.apply(secret('later', { key: 'whatever' }));
    await story.ready('a2as/serving');
  });

  it('goes on while its new pods crash, and says how and why', async () => {
    await apply();
    await story.ready('a2as/serving');
    await story.apply(secret('short', { key: 'too short for HS256' }));
    await apply({ auth: { ...auth, jwtSecretRef: { name: 'short', key: 'key' } } });
    await expectProblem('a2as/serving', 'Ready', {
      status: 'False',
      reason: 'RollingOut',
      says: ['pod serving-', 'crashed with exit code 1', 'A2A_JWT_SECRET', '32 bytes'],
    });
    await apply();
    await story.ready('a2as/serving');
  });

  it('goes on while annotations ask for more than tenants may', async () => {
    const annotations = { 'nginx.ingress.kubernetes.io/server-snippet': 'return 200;' };
    await apply({ ingress: { enabled: true, host: 'bad.localhost', annotations } });
    await expectProblem('a2as/serving', 'Stalled', {
      status: 'True',
      reason: 'InvalidSpec',
      says: ['spec.ingress.annotations["nginx.ingress.kubernetes.io/server-snippet"]', 'remove'],
    });
    await apply();
    await story.ready('a2as/serving');
  });

  it('goes on while an agent that it names does not exist', async () => {
    await apply({ agents: { names: ['assistant', 'second'] } });
    await expectProblem('a2as/serving', 'Ready', {
      status: 'False',
      reason: 'AgentsNotLoaded',
      says: ['AgentDefinition "second" was not found in this namespace; create it or remove it'],
    });
    expect(await story.kubectl('get', 'a2as', 'serving')).toMatch(/serving +False +1\/2/);
    await apply();
    await story.ready('a2as/serving');
  });

  it('goes on with the last good version of an agent, until there is a better one', async () => {
    await story.apply(agent('assistant', { instructions: { inline: 'I am {{nobody}}.' } }));
    const says = [
      'spec.instructions.variables.nobody: the instructions use {{nobody}}; give it a value or remove it from the text',
    ];
    const invalid = { status: 'False', reason: 'InvalidSpec', says };
    await story.condition('agentdef/assistant', 'Accepted', invalid);
    await story.condition('agentdef/assistant', 'Ready', invalid);
    await expectProblem('a2as/serving', 'AgentsLoaded', { status: 'False', says });
    await story.apply(good);
    await readyAfterEdit('serving', 'assistant');
  });
});

describe('an agent', () => {
  it('says which ConfigMap it lacks, and is served when it appears', async () => {
    const instructions = { configMapKeyRef: { name: 'texts', key: 'greeter' } };
    await story.apply(agent('greeter', { instructions }));
    await story.apply(server('greeting', { agents: { names: ['greeter'] } }));
    const says = ['ConfigMap "texts" with key "greeter" was not found; create it'];
    const unresolved = { status: 'False', reason: 'ConfigMapNotFound', says };
    await story.condition('agentdef/greeter', 'ResolvedRefs', unresolved);
    await story.apply(configMap('texts', { greeter: 'Greet.' }));
    await story.condition('agentdef/greeter', 'ResolvedRefs', { status: 'True' });
    await readyAfterEdit('greeting', 'greeter');
  });
});

/** Waits until a server and its edited agent are Ready. */
async function readyAfterEdit(serverName: string, agentName: string): Promise<void> {
  await eventually('Ready after an edit', async () => {
    const wait = ['wait', '--for=condition=Ready', '--timeout=2s'];
    await story.kubectl(...wait, `a2as/${serverName}`, `agentdef/${agentName}`);
    return true;
  });
}
