import { describe, expect, it, jest } from '@jest/globals';
import type { KubeObject } from '../src/api/object.ts';
import { KINDS } from '../src/kube/kinds.ts';
import { agentManifest } from './manifests.ts';
import { operatorSuite } from './operator-suite.ts';

jest.setTimeout(60_000);

const suite = operatorSuite();

describe('an agent', () => {
  it('cannot freeze the status of its server with a complaint that is too long to be stored', async () => {
    await suite.space.apply(agentManifest(), suite.space.serverManifest());
    await suite.space.ready();
    const inline = Array.from({ length: 40 }, (_, index) => `{{variable_${index}}}`).join(' ');
    await suite.space.apply(agentManifest({ instructions: { inline } }));
    await suite.space.serverCondition('AgentsLoaded', { status: 'False', says: 'variable_0' });
    await suite.space.apply(agentManifest());
    await suite.space.ready();
  });

  it('that nobody hosts says so', async () => {
    await suite.space.apply(agentManifest());
    await suite.space.agentCondition('Ready', {
      status: 'False',
      reason: 'NotSelected',
      says: 'add it to spec.agents',
    });
  });

  it('keeps its served version when an edit is wrong, and says what to mend', async () => {
    await suite.space.apply(
      agentManifest({ instructions: { inline: 'Be kind.' } }),
      suite.space.serverManifest(),
    );
    await suite.space.ready();
    await suite.space.apply(agentManifest({ instructions: { inline: 'Be kind to {{who}}.' } }));
    const says = 'spec.instructions.variables.who';
    await suite.space.agentCondition('Accepted', { status: 'False', reason: 'InvalidSpec', says });
    await suite.space.serverCondition('AgentsLoaded', {
      status: 'False',
      says: '0/1: assistant: spec.instructions',
    });
    const shards = (await suite.space.list(KINDS.ConfigMap)) as (KubeObject & {
      data?: object;
    })[];
    expect(JSON.stringify(shards.map(({ data }) => data))).toContain('Be kind.\\');
    await suite.space.apply(agentManifest({ instructions: { inline: 'Be kind to all.' } }));
    await suite.space.ready();
    await suite.space.agentCondition('Ready', { status: 'True' });
  });

  it('waits for its ConfigMap by name and key, and is served when it appears', async () => {
    const ref = { name: 'prompts', key: 'assistant' };
    await suite.space.apply(
      agentManifest({ instructions: { configMapKeyRef: ref } }),
      suite.space.serverManifest(),
    );
    await suite.space.agentCondition('ResolvedRefs', {
      status: 'False',
      reason: 'ConfigMapNotFound',
      says: 'ConfigMap "prompts" with key "assistant" was not found',
    });
    await suite.space.serverCondition('Ready', {
      status: 'False',
      reason: 'AgentsNotLoaded',
      says: 'agent assistant',
    });
    await suite.space.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'prompts' },
      data: { assistant: 'Be kind.' },
    });
    await suite.space.ready();
    await suite.space.agentCondition('Ready', { status: 'True' });
  });

  it('that does not exist is named by its server, and picked up when it appears', async () => {
    await suite.space.apply(suite.space.serverManifest());
    await suite.space.serverCondition('AgentsLoaded', {
      status: 'False',
      says: 'AgentDefinition "assistant" was not found',
    });
    await suite.space.apply(agentManifest());
    await suite.space.ready();
  });
});

describe('the operator', () => {
  it('logged no error in all of this', () => {
    expect(suite.operator.logs().filter(({ level }) => level === 'error')).toEqual([]);
  });
});
