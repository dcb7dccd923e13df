import { describe, expect, test } from '@jest/globals';
import { catalog } from './catalog.ts';
import { renderAgentFile } from '../contract/agent-file.ts';
import { agentsRevision, fileRevision } from '../contract/agents-revision.ts';
import { renderServerFile } from '../contract/server-file.ts';
import { manualClock } from '../../test/manual-clock.ts';
import { testTelemetry } from '../../test/telemetry.ts';
import type { AgentDefinitionSpec } from '../contract/agentdefinition.gen.ts';
import type { Catalog } from './catalog.ts';

const SPEC: AgentDefinitionSpec = {
  description: 'd',
  version: '1.0.0',
  inputModes: ['text/plain'],
  outputModes: ['text/plain'],
};

function rendered(name: string, generation = 1, spec: object = SPEC): string {
  return renderAgentFile({ name, generation, spec: spec as AgentDefinitionSpec });
}

function empty(): {
  agents: Catalog;
  log: () => string;
} {
  const telemetry = testTelemetry();
  const defaults = { publicUrl: 'http://env', model: 'default-model' };
  return {
    agents: catalog(defaults, manualClock(), {
      log: telemetry.log,
      onChange: () => undefined,
    }),
    log: telemetry.text,
  };
}

function names(agents: Catalog): string[] {
  return agents.all().map(({ name }) => name);
}

describe('agents that were removed', () => {
  test('are known for whoever reads their tasks, without what they worked with', async () => {
    const { agents } = empty();
    const spec = { ...SPEC, instructions: { inline: 'A long text.' } };
    await agents.load({ 'a.json': rendered('a', 1, spec) });
    await agents.load({});
    expect(agents.get('a')).toMatchObject({ retired: 'removed', spec: { description: 'd' } });
    expect(agents.get('a')?.spec.instructions).toBeUndefined();
  });

  test('are forgotten when 256 others went after them', async () => {
    const { agents } = empty();
    const all = Array.from({ length: 257 }, (_, n) => `agent-${n}`);
    for (const name of all) {
      await agents.load({ [`${name}.json`]: rendered(name) });
      await agents.load({});
    }
    expect(agents.get('agent-0')).toBeUndefined();
    expect(agents.get('agent-1')?.retired).toBe('removed');
  });
});

describe('a folder of rendered files', () => {
  test('is served, sorted by name, with the default model where none is named', async () => {
    const { agents } = empty();
    const b = { ...SPEC, model: { name: 'own-model' } };
    await agents.load({ 'b.json': rendered('b', 3, b), 'a.json': rendered('a') });
    expect(
      agents.all().map(({ name, generation, model }) => ({ name, generation, model })),
    ).toEqual([
      { name: 'a', generation: 1, model: 'default-model' },
      { name: 'b', generation: 3, model: 'own-model' },
    ]);
    expect(agents.default()?.name).toBe('a');
  });

  test("is known by the operator's revision, of its JSON files only", async () => {
    const { agents } = empty();
    const files = {
      'a.json': rendered('a'),
      '_server.json': renderServerFile({ publicUrl: 'http://p', defaultAgent: 'a' }),
    };
    await agents.load({ ...files, 'more.yaml': 'kind: Other' });
    expect(agents.revision()).toBe(agentsRevision(files));
  });

  test('follows the server file', async () => {
    const { agents } = empty();
    const server = (defaultAgent: string): string =>
      renderServerFile({ publicUrl: 'https://public/', defaultAgent });
    const files = { 'a.json': rendered('a'), 'b.json': rendered('b') };
    await agents.load({ ...files, '_server.json': server('b') });
    expect({ url: agents.publicUrl(), name: agents.default()?.name }).toEqual({
      url: 'https://public',
      name: 'b',
    });
    await agents.load({ ...files, '_server.json': server('gone') });
    expect(agents.default()).toBeUndefined();
    await agents.load({ ...files, '_server.json': '{"schemaVersion":2}' });
    expect(agents.publicUrl()).toBe('https://public');
    expect(agents.reports()[0]).toMatchObject({ name: '_server.json', loaded: false });
    await agents.load(files);
    expect({ url: agents.publicUrl(), name: agents.default()?.name }).toEqual({
      url: 'http://env',
      name: 'a',
    });
  });

  test.each([
    {
      reason: 'a newer schema version',
      file: '{"schemaVersion":2,"name":"a","generation":2,"spec":{}}',
      message: 'schemaVersion 2 cannot be read by this runtime, which knows 1',
    },
    { reason: 'not JSON', file: '{"schemaVersion":1', message: 'a.json' },
    {
      reason: 'another name than the file',
      file: rendered('z'),
      message: 'name is "z", which does not fit',
    },
    {
      reason: 'a field that there is not',
      file: rendered('a', 2, { ...SPEC, dreams: 1 }),
      message: 'spec.dreams: there is no such field',
    },
    {
      reason: 'a wrong type',
      file: rendered('a', 2, { ...SPEC, description: 1 }),
      message: 'spec.description: must be string',
    },
    {
      reason: 'a variable without value',
      file: rendered('a', 2, { ...SPEC, instructions: { inline: '{{x}}' } }),
      message: 'spec.instructions.variables.x',
    },
    {
      reason: "a parameter that is the runtime's own",
      file: rendered('a', 2, { ...SPEC, model: { params: { stream: false } } }),
      message: 'spec.model.params.stream',
    },
  ])(
    'keeps the previous version of an agent with $reason; others go on',
    async ({ file, message }) => {
      const { agents, log } = empty();
      await agents.load({ 'a.json': rendered('a', 1), 'b.json': rendered('b', 1) });
      await agents.load({ 'a.json': file, 'b.json': rendered('b', 2) });
      expect(agents.get('a')?.generation).toBe(1);
      expect(agents.reports()).toEqual([
        {
          name: 'a',
          generation: 1,
          revision: fileRevision(rendered('a', 1)),
          loaded: false,
          message: expect.stringContaining(message),
        },
        { name: 'b', generation: 2, revision: fileRevision(rendered('b', 2)), loaded: true },
      ]);
      expect(log()).toContain('cannot be served as declared');
      await agents.load({ 'a.json': rendered('a', 3), 'b.json': rendered('b', 2) });
      const revision = fileRevision(rendered('a', 3));
      expect(agents.reports()[0]).toEqual({ name: 'a', generation: 3, revision, loaded: true });
    },
  );

  test("reports the file's own revision, also when the agent in it is the same", async () => {
    const { agents } = empty();
    await agents.load({ 'a.json': rendered('a') });
    const before = agents.get('a');
    const text = `${rendered('a')}\n`;
    await agents.load({ 'a.json': text });
    expect(agents.get('a')).toBe(before);
    expect(agents.reports()[0]?.revision).toBe(fileRevision(text));
    await agents.load({ 'a.json': rendered('a'), 'b.json': rendered('b') });
    expect(agents.reports()[0]?.revision).toBe(fileRevision(rendered('a')));
  });

  test('does not serve a new agent that is broken, but reports it', async () => {
    const { agents } = empty();
    await agents.load({ 'a.json': rendered('a', 1, {}) });
    expect(names(agents)).toEqual([]);
    expect(agents.reports()).toEqual([
      { name: 'a', loaded: false, message: "spec: must have required property 'description'" },
    ]);
  });

  test('does not serve an agent without any model', async () => {
    const telemetry = testTelemetry();
    const agents = catalog({ publicUrl: 'http://env' }, manualClock(), {
      log: telemetry.log,
      onChange: () => undefined,
    });
    await agents.load({ 'a.json': rendered('a') });
    expect(agents.reports()[0]?.message).toContain('LITELLM_MODEL');
  });

  test('drops an agent whose file has gone, and keeps the very same object of one that is unchanged', async () => {
    const { agents } = empty();
    await agents.load({ 'a.json': rendered('a'), 'b.json': rendered('b') });
    const before = agents.get('a');
    await agents.load({ 'a.json': rendered('a') });
    expect(names(agents)).toEqual(['a']);
    expect(agents.get('a')).toBe(before);
  });

  test('says the same thing only once', async () => {
    const { agents, log } = empty();
    await agents.load({ 'a.json': '{"schemaVersion":9}' });
    const once = log();
    await agents.load({ 'a.json': '{"schemaVersion":9}', 'x.yaml': 'kind: Other' });
    expect(log()).toBe(once);
  });
});

describe('a folder of manifests', () => {
  const agent = (name: string, spec: string): string =>
    `apiVersion: a2a-operator.io/v1alpha1\nkind: AgentDefinition\nmetadata: { name: ${name} }\nspec: ${spec}\n`;
  const prompts = 'kind: ConfigMap\nmetadata: { name: prompts }\ndata: { key: Be kind. }\n';

  test('is read like the API server would, with defaults', async () => {
    const { agents } = empty();
    await agents.load({
      'a.yaml': `${agent('a', '{ description: d }')}---\n${agent('b', '{ description: d }')}`,
    });
    expect(names(agents)).toEqual(['a', 'b']);
    expect(agents.get('a')?.spec).toEqual(SPEC);
    expect(agents.reports()[0]).toEqual({ name: 'a', generation: 0, loaded: true });
  });

  test('may be JSON too', async () => {
    const { agents } = empty();
    await agents.load({
      'a.json': '{"kind":"AgentDefinition","metadata":{"name":"a"},"spec":{"description":"d"}}',
    });
    expect(names(agents)).toEqual(['a']);
  });

  test('finds the text of a reference in any file', async () => {
    const { agents } = empty();
    const spec =
      '{ description: d, instructions: { configMapKeyRef: { name: prompts, key: key } } }';
    await agents.load({ 'a.yaml': agent('a', spec), 'prompts.yml': prompts });
    expect(agents.get('a')?.spec.instructions).toEqual({ inline: 'Be kind.' });
  });

  test.each([
    {
      reason: 'a reference that leads nowhere',
      files: {
        'a.yaml': agent(
          'a',
          '{ description: d, instructions: { configMapKeyRef: { name: no, key: key } } }',
        ),
      },
      name: 'a',
      message: 'no file of the folder has ConfigMap no with key key',
    },
    {
      reason: 'an agent that is there twice',
      files: {
        'a.yaml': agent('a', '{ description: d }'),
        'b.yaml': agent('a', '{ description: e }'),
      },
      name: 'a',
      message: 'is declared in a.yaml and in b.yaml; keep one',
    },
    {
      reason: 'a name that is none',
      files: { 'a.yaml': agent('_x', '{ description: d }') },
      name: '_x',
      message: 'not a DNS label',
    },
    {
      reason: 'a file that cannot be read',
      files: { 'a.yaml': 'kind: [' },
      name: 'a.yaml',
      message: expect.any(String),
    },
    {
      reason: 'an alias bomb',
      files: { 'a.yaml': `a: &a [x]\nb: &b [${'*a,'.repeat(50)}]\nc: [${'*b,'.repeat(50)}]` },
      name: 'a.yaml',
      message: expect.any(String),
    },
  ])('reports $reason', async ({ files, name, message }) => {
    const { agents } = empty();
    await agents.load(files);
    expect(agents.get('a')).toBeUndefined();
    expect(agents.reports()).toEqual([
      {
        name,
        loaded: false,
        message: typeof message === 'string' ? expect.stringContaining(message) : message,
      },
    ]);
  });
});
