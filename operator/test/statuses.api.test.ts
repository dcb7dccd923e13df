import { readFileSync, writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { parse, stringify } from 'yaml';
import type { A2AServer } from '../src/api/a2aserver.ts';
import type { AgentDefinition } from '../src/api/agentdefinition.ts';
import { eventually, startApiServer } from './api-server.ts';
import type { TestApiServer } from './api-server.ts';
import { agentManifest } from './manifests.ts';
import { startOperator } from './operator-process.ts';
import type { OperatorProcess } from './operator-process.ts';
import { TestNamespace } from './test-namespace.ts';

jest.setTimeout(90_000);

/** Statuses as they are, for tests of what others make of them (tools/test/gitops.chart.test.ts). */
const FOLDER = 'operator/test/statuses';
const BROKEN = 'a2a-operator/runtime:broken';

let api: TestApiServer;
let operator: OperatorProcess;
const spaces: TestNamespace[] = [];
beforeAll(async () => {
  api = await startApiServer();
});
afterAll(async () => {
  for (const space of spaces) await space.stop();
  await api.stop();
});

async function newSpace(name: string): Promise<TestNamespace> {
  const space = await TestNamespace.create(api, name, (image) => image !== BROKEN);
  spaces.push(space);
  return space;
}

type Judged = Pick<A2AServer | AgentDefinition, 'apiVersion' | 'kind' | 'metadata' | 'status'>;

/**
 * Waits until an object's conditions are as they were recorded. GOLDEN=write records the object, when
 * what the test waited for is there.
 */
async function expectRecorded(name: string, look: () => Promise<Judged>): Promise<void> {
  const path = `${FOLDER}/${name}.yaml`;
  if (process.env.GOLDEN === 'write') writeFileSync(path, recorded(await look()));
  const wanted = outline(parse(readFileSync(path, 'utf8')) as Judged);
  const isSame = async (): Promise<true | undefined> =>
    isDeepStrictEqual(outline(await look()), wanted) || undefined;
  // The comparison shows what is different.
  await eventually(path, isSame, 10_000).catch(() => undefined);
  expect(outline(await look())).toEqual(wanted);
}

/** What others judge by; messages say more than once how far something is. */
function outline({ kind, metadata, status = {} }: Judged): object {
  const conditions = status.conditions?.map(({ type, status: is, reason, observedGeneration }) => {
    return { type, status: is, reason, observedGeneration };
  });
  const { observedGeneration } = status;
  return { kind, generation: metadata.generation, observedGeneration, conditions };
}

function recorded({ apiVersion, kind, metadata: { name, generation }, status }: Judged): string {
  const object = { apiVersion, kind, metadata: { name, generation }, status };
  const text = stringify(object, { lineWidth: 0, singleQuote: true });
  // The same at every recording.
  return text.replaceAll(/\d{4}-\d\d-\d\dT[\d:]+Z/g, '2026-01-01T00:00:00Z');
}

describe('a status as it was recorded', () => {
  it('before the operator has looked', async () => {
    const space = await newSpace('new');
    await space.apply(agentManifest(), space.serverManifest());
    await expectRecorded('server-new', () => space.server());
    await expectRecorded('agent-new', () => space.agent());
  });

  describe('while the operator runs', () => {
    let ready: TestNamespace;
    beforeAll(async () => {
      operator = await startOperator(api.kubeconfig);
    });
    // The last test stops it.

    it('of a server that is ready, and its agent', async () => {
      ready = await newSpace('ready');
      await ready.apply(agentManifest(), ready.serverManifest());
      await ready.serverCondition('ModelReachable', { status: 'True' });
      await ready.ready();
      await ready.agentCondition('Ready', { status: 'True' });
      await expectRecorded('server-ready', () => ready.server());
      await expectRecorded('agent-ready', () => ready.agent());
    });

    it('of a server whose pods do not start', async () => {
      const space = await newSpace('broken');
      // In this order the agent's first status is about a server.
      await space.apply(space.serverManifest({ image: BROKEN }));
      await space.apply(agentManifest());
      await space.serverCondition('Ready', { status: 'False', reason: 'RollingOut' });
      await space.agentCondition('Ready', { status: 'False', reason: 'NotServed' });
      await expectRecorded('server-rolling-out', () => space.server());
      await expectRecorded('agent-not-served', () => space.agent());
    });

    it('of a server that waits for a Secret', async () => {
      const space = await newSpace('waiting');
      const auth = { apiKeysSecretRef: { name: 'keys' } };
      await space.apply(agentManifest(), space.serverManifest({ auth }));
      await space.serverCondition('Ready', { status: 'False', reason: 'SecretNotFound' });
      await expectRecorded('server-waiting', () => space.server());
    });

    it('of a server that asks for what is not allowed', async () => {
      const space = await newSpace('stalled');
      const service = { annotations: { 'nginx/snippet': 'x' } };
      await space.apply(agentManifest(), space.serverManifest({ service }));
      await space.serverCondition('Stalled', { status: 'True', reason: 'InvalidSpec' });
      await expectRecorded('server-stalled', () => space.server());
    });

    it('of a server without pods', async () => {
      const space = await newSpace('zero');
      await space.apply(agentManifest(), space.serverManifest({ replicas: 0 }));
      await space.serverCondition('Ready', { status: 'True', reason: 'ScaledToZero' });
      await expectRecorded('server-scaled-to-zero', () => space.server());
    });

    it('of a server that does without one of its agents, and that agent', async () => {
      const space = await newSpace('lacking');
      const wrong = { instructions: { inline: 'Be kind to {{who}}.' } };
      const agents = { selector: { matchLabels: { team: 'one' } }, default: 'helper' };
      const labels = { team: 'one' };
      await space.apply(
        agentManifest({}, { name: 'helper', labels }),
        space.serverManifest({ agents }),
      );
      await space.serverCondition('ModelReachable', { status: 'True' });
      await space.apply(agentManifest(wrong, { labels }));
      await space.agentCondition('Accepted', { status: 'False' });
      await space.serverCondition('AgentsLoaded', { status: 'False' });
      await expectRecorded('server-lacking', () => space.server());
      await expectRecorded('agent-invalid', () => space.agent());
    });

    it('of an agent that is suspended', async () => {
      const space = await newSpace('suspended');
      await space.apply(agentManifest({ suspend: true }), space.serverManifest());
      await space.agentCondition('Ready', { status: 'True', reason: 'Suspended' });
      await expectRecorded('agent-suspended', () => space.agent());
    });

    it('of an agent that nobody hosts, and one whose text is missing', async () => {
      const space = await newSpace('alone');
      await space.apply(agentManifest());
      await space.agentCondition('Ready', { status: 'False', reason: 'NotSelected' });
      await expectRecorded('agent-not-selected', () => space.agent());
      const configMapKeyRef = { name: 'texts', key: 'text' };
      await space.apply(agentManifest({ instructions: { configMapKeyRef } }));
      await space.agentCondition('Ready', { status: 'False', reason: 'ConfigMapNotFound' });
      await expectRecorded('agent-waiting', () => space.agent());
    });

    it('after an edit that the operator has not looked at', async () => {
      await operator.stop();
      await ready.apply(
        agentManifest({ description: 'Answers anew.' }),
        ready.serverManifest({ publicUrl: 'https://agents.example.com' }),
      );
      await expectRecorded('server-edited', () => ready.server());
      await expectRecorded('agent-edited', () => ready.agent());
    });
  });
});
