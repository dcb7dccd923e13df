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
import type { KubeObject } from '../src/api/object.ts';
import { KINDS } from '../src/kube/kinds.ts';
import { startApiServer } from './api-server.ts';
import type { TestApiServer } from './api-server.ts';
import { agentManifest } from './manifests.ts';
import { startOperator } from './operator-process.ts';
import type { OperatorProcess } from './operator-process.ts';
import { TestNamespace } from './test-namespace.ts';

jest.setTimeout(60_000);

let api: TestApiServer;
let operator: OperatorProcess;
let space: TestNamespace;
let tests = 0;

beforeAll(async () => {
  api = await startApiServer();
  operator = await startOperator(api.kubeconfig);
});
afterAll(async () => {
  await operator.stop();
  await api.stop();
});
beforeEach(async () => {
  tests += 1;
  space = await TestNamespace.create(api, `test-${tests}`);
});
afterEach(() => space.stop());

describe('an agent', () => {
  it('cannot freeze the status of its server with a complaint that is too long to be stored', async () => {
    await space.apply(agentManifest(), space.serverManifest());
    await space.ready();
    const inline = Array.from({ length: 40 }, (_, index) => `{{variable_${index}}}`).join(' ');
    await space.apply(agentManifest({ instructions: { inline } }));
    await space.serverCondition('AgentsLoaded', { status: 'False', says: 'variable_0' });
    await space.apply(agentManifest());
    await space.ready();
  });

  it('that nobody hosts says so', async () => {
    await space.apply(agentManifest());
    await space.agentCondition('Ready', {
      status: 'False',
      reason: 'NotSelected',
      says: 'add it to spec.agents',
    });
  });

  it('keeps its served version when an edit is wrong, and says what to mend', async () => {
    await space.apply(
      agentManifest({ instructions: { inline: 'Be kind.' } }),
      space.serverManifest(),
    );
    await space.ready();
    await space.apply(agentManifest({ instructions: { inline: 'Be kind to {{who}}.' } }));
    const says = 'spec.instructions.variables.who';
    await space.agentCondition('Accepted', { status: 'False', reason: 'InvalidSpec', says });
    await space.serverCondition('AgentsLoaded', {
      status: 'False',
      says: '0/1: assistant: spec.instructions',
    });
    const shards = (await space.list(KINDS.ConfigMap)) as (KubeObject & {
      data?: object;
    })[];
    expect(JSON.stringify(shards.map(({ data }) => data))).toContain('Be kind.\\');
    await space.apply(agentManifest({ instructions: { inline: 'Be kind to all.' } }));
    await space.ready();
    await space.agentCondition('Ready', { status: 'True' });
  });

  it('waits for its ConfigMap by name and key, and is served when it appears', async () => {
    const ref = { name: 'prompts', key: 'assistant' };
    await space.apply(
      agentManifest({ instructions: { configMapKeyRef: ref } }),
      space.serverManifest(),
    );
    await space.agentCondition('ResolvedRefs', {
      status: 'False',
      reason: 'ConfigMapNotFound',
      says: 'ConfigMap "prompts" with key "assistant" was not found',
    });
    await space.serverCondition('Ready', {
      status: 'False',
      reason: 'AgentsNotLoaded',
      says: 'agent assistant',
    });
    await space.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'prompts' },
      data: { assistant: 'Be kind.' },
    });
    await space.ready();
    await space.agentCondition('Ready', { status: 'True' });
  });

  it('that does not exist is named by its server, and picked up when it appears', async () => {
    await space.apply(space.serverManifest());
    await space.serverCondition('AgentsLoaded', {
      status: 'False',
      says: 'AgentDefinition "assistant" was not found',
    });
    await space.apply(agentManifest());
    await space.ready();
  });
});

describe('the operator', () => {
  it('logged no error in all of this', () => {
    expect(operator.logs().filter(({ level }) => level === 'error')).toEqual([]);
  });
});
