import { describe, expect, it } from '@jest/globals';
import { anAgent } from '../../test/builders.ts';
import type { AgentDefinition } from '../api/agentdefinition.ts';
import { agentFiles } from './agent-files.ts';
import { shardOf } from './agents-config-map.ts';

const SERVER = {
  name: 'demo',
  publicUrl: 'http://demo',
  defaultAgent: 'assistant',
  grantedSecrets: ['granted'],
};
/** What each shard holds. */
function shardBytes(files: Readonly<Record<string, string>>): number[] {
  const bytes = [0, 0, 0, 0];
  for (const [name, text] of Object.entries(files)) {
    bytes[shardOf(name)] = (bytes[shardOf(name)] ?? 0) + Buffer.byteLength(text);
  }
  return bytes;
}
const NO_TEXT = (): undefined => undefined;

describe('the agent files of a server', () => {
  it('hold the spec with its references resolved', () => {
    const ref = { name: 'prompts', key: 'assistant' };
    const agent = anAgent({ instructions: { configMapKeyRef: ref, variables: { who: 'you' } } });
    const { files, rejected } = agentFiles(SERVER, [agent], () => 'Help {{who}}.', {});
    expect(rejected.size).toBe(0);
    expect(JSON.parse(files['assistant.json'] ?? '')).toMatchObject({
      schemaVersion: 1,
      name: 'assistant',
      generation: 1,
      spec: { instructions: { inline: 'Help {{who}}.', variables: { who: 'you' } } },
    });
  });

  it.each([
    {
      reason: 'a missing ConfigMap',
      spec: { instructions: { configMapKeyRef: { name: 'prompts', key: 'x' } } },
      says: 'spec.instructions.configMapKeyRef: ConfigMap "prompts" with key "x" was not found',
    },
    {
      reason: 'a variable without a value',
      spec: { instructions: { inline: 'Hello {{name}}' } },
      says: 'spec.instructions.variables.name: the instructions use {{name}}; give it a value',
    },
    {
      reason: 'a parameter that the runtime sets itself',
      spec: { model: { params: { model: 'gpt-5' } } },
      says: 'spec.model.params.model: the runtime sets it; use spec.model.name',
    },
    {
      reason: 'a Secret that its server does not grant',
      spec: { model: { apiKeySecretRef: { name: 'foreign', key: 'k' } } },
      says: 'A2AServer "demo" does not grant Secret "foreign"; add "- foreign" to its spec.secrets.names',
    },
    {
      reason: 'free JSON beyond 64 KiB',
      spec: { model: { params: { stop: 'x'.repeat(70_000) } } },
      says: 'spec.model.params: 70011 bytes are more than 65536',
    },
    {
      reason: 'an agent beyond 128 KiB',
      spec: { instructions: { inline: 'x'.repeat(131_000) } },
      says: 'shorten the instructions',
    },
  ])('keep the previous version on $reason', ({ spec, says }) => {
    const previous = { 'assistant.json': 'the version that serves' };
    const { files, rejected } = agentFiles(SERVER, [anAgent(spec)], NO_TEXT, previous);
    expect(files['assistant.json']).toBe('the version that serves');
    expect(rejected.get('assistant')).toContain(says);
  });

  it('take an agent out of service although the rest of its version is rejected', () => {
    const before = anAgent({ instructions: { inline: 'Be kind.' } });
    const previous = agentFiles(SERVER, [before], NO_TEXT, {}).files;
    const stopped = anAgent({ suspend: true, instructions: { inline: '{{missing}}' } });
    const { files, rejected } = agentFiles(SERVER, [stopped], NO_TEXT, previous);
    expect(rejected.get('assistant')).toContain('{{missing}}');
    expect(JSON.parse(files['assistant.json'] ?? '')).toMatchObject({
      spec: { suspend: true, instructions: { inline: 'Be kind.' } },
    });
  });

  it.each(['no JSON', '', 'null', '{}'])(
    'leave out a suspended agent whose file somebody has made unreadable: %j',
    (text) => {
      const stopped = anAgent({ suspend: true, instructions: { inline: '{{missing}}' } });
      const { files } = agentFiles(SERVER, [stopped], NO_TEXT, { 'assistant.json': text });
      expect(Object.keys(files)).toEqual(['_server.json']);
    },
  );

  it('leave out a new agent that cannot be served, and keep the others', () => {
    const broken = anAgent({ instructions: { inline: '{{x}}' } }, { name: 'broken' });
    const { files, rejected } = agentFiles(SERVER, [anAgent(), broken], NO_TEXT, {});
    expect(Object.keys(files).sort()).toEqual(['_server.json', 'assistant.json']);
    expect([...rejected.keys()]).toEqual(['broken']);
  });

  it('forget an agent that is no longer hosted', () => {
    const { files } = agentFiles(SERVER, [], NO_TEXT, { 'assistant.json': 'old' });
    expect(Object.keys(files)).toEqual(['_server.json']);
  });

  it('keep room for what agents have now, so that one that grows cannot push others out', () => {
    const names = Array.from({ length: 60 }, (_, index) => `agent-${index}`);
    const sized = (name: string, bytes: number): AgentDefinition =>
      anAgent({ instructions: { inline: 'x'.repeat(bytes) } }, { name });
    const before = names.map((name) => sized(name, 60_000));
    const { files: previous } = agentFiles(SERVER, before, NO_TEXT, {});
    const grown = names.map((name, index) => sized(name, index % 2 === 0 ? 120_000 : 30_000));
    const { files, rejected } = agentFiles(SERVER, grown, NO_TEXT, previous);
    expect(rejected.size).toBeGreaterThan(0);
    for (const name of rejected.keys()) {
      expect(files[`${name}.json`]).toBe(previous[`${name}.json`]);
    }
    expect(Math.max(...shardBytes(files))).toBeLessThan(1024 * 1024);
    // Those that shrank have made room whatever their names are.
    for (const name of names.filter((_, index) => index % 2 === 1)) {
      expect(rejected.has(name)).toBe(false);
    }
  });

  it('reject the agents that no longer fit into a ConfigMap', () => {
    const large = { instructions: { inline: 'x'.repeat(60_000) } };
    const agents = Array.from({ length: 100 }, (_, index) =>
      anAgent(large, { name: `agent-${index}` }),
    );
    const { files, rejected } = agentFiles(SERVER, agents, NO_TEXT, {});
    expect(Object.keys(files).length - 1 + rejected.size).toBe(100);
    expect([...rejected.values()][0]).toContain('host it on another server');
  });
});
