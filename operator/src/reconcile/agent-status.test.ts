import { describe, expect, it } from '@jest/globals';
import { renderAgentFile } from '../../../runtime/src/contract/agent-file.ts';
import { fileRevision } from '../../../runtime/src/contract/agents-revision.ts';
import { aServer, anAgent } from '../../test/builders.ts';
import type { A2AServer } from '../api/a2aserver.ts';
import type { AgentDefinition } from '../api/agentdefinition.ts';
import { conditionOf } from '../api/object.ts';
import { agentStatus } from './agent-status.ts';
import type { Referred } from './agent-status.ts';

const NOW = new Date('2026-01-01T00:00:00Z');
const NOTHING: Referred = { configMapText: () => undefined, hasSecret: () => false };
const withText = (text: string): Referred => ({ ...NOTHING, configMapText: () => text });

type Said = NonNullable<NonNullable<A2AServer['status']>['agents']>[number];

const revisionOf = ({ metadata: { name, generation }, spec }: AgentDefinition): string =>
  fileRevision(renderAgentFile({ name, generation, spec }));

const serverSaying = (agents: Said[]): A2AServer => ({ ...aServer(), status: { agents } });

/** What an agent's Ready condition says. */
function ready(agent: AgentDefinition, agents: Said[], referred = NOTHING): string {
  const { conditions } = agentStatus(agent, [serverSaying(agents)], referred, NOW);
  const { status, reason, message } = conditionOf(conditions, 'Ready') ?? {};
  return `${status ?? ''} ${reason ?? ''}: ${message ?? ''}`;
}

describe('an agent', () => {
  const agent = anAgent();
  const current = { name: 'assistant', loaded: true, generation: 1, revision: revisionOf(agent) };

  it('is Ready when its servers serve its current version', () => {
    expect(ready(agent, [current])).toBe('True Ready: accepted, resolved and served');
  });

  it('is as Ready as it is declared on a server that is scaled to zero', () => {
    const conditions = [{ type: 'Ready', status: 'True', reason: 'ScaledToZero' }];
    const asleep = { ...serverSaying([{ name: 'assistant', loaded: false }]) };
    const server = { ...asleep, status: { ...asleep.status, conditions } } as A2AServer;
    const status = agentStatus(agent, [server], NOTHING, NOW);
    expect(conditionOf(status.conditions, 'Ready')).toMatchObject({
      status: 'True',
      reason: 'ScaledToZero',
      message: 'demo: spec.replicas is 0, so nothing is served there, as declared',
    });
    expect(status.servers).toMatchObject([{ name: 'demo', ready: false }]);
    const both = agentStatus(agent, [server, serverSaying([])], NOTHING, NOW);
    expect(conditionOf(both.conditions, 'Ready')?.status).toBe('False');
  });

  it('is not Ready when a namesake of the same generation is served, that was there before it', () => {
    const earlier = anAgent({ description: 'The one before.' });
    const said = [{ ...current, revision: revisionOf(earlier) }];
    expect(ready(agent, said)).toBe('False NotServed: demo: pods are loading this version');
  });

  it('is not Ready while a text is served that is no longer the one it refers to', () => {
    const reading = anAgent({
      instructions: { configMapKeyRef: { name: 'prompts', key: 'text' } },
    });
    const inlined = (inline: string): AgentDefinition => anAgent({ instructions: { inline } });
    const said = [{ ...current, revision: revisionOf(inlined('Be kind.')) }];
    expect(ready(reading, said, withText('Be kind.'))).toContain('True Ready');
    expect(ready(reading, said, withText('Be brief.'))).toContain('False NotServed');
  });

  describe('that refers to a Secret', () => {
    const referring = anAgent({ model: { apiKeySecretRef: { name: 'key', key: 'k' } } });
    const said = [{ ...current, revision: revisionOf(referring) }];
    const refs = (names: string[], hasSecret: boolean): string => {
      const server = aServer({ secrets: { names } });
      const hosting = { ...server, status: { agents: said } };
      const { conditions } = agentStatus(
        referring,
        [hosting],
        { ...NOTHING, hasSecret: () => hasSecret },
        NOW,
      );
      const { status, reason, message } = conditionOf(conditions, 'ResolvedRefs') ?? {};
      return `${status ?? ''} ${reason ?? ''}: ${message ?? ''}`;
    };

    it('needs it granted by its server, and says which line to add there', () => {
      expect(refs(['other'], true)).toBe(
        'False SecretNotGranted: spec.model.apiKeySecretRef: A2AServer "demo" does not grant Secret "key"; add "- key" to its spec.secrets.names, or remove the reference',
      );
    });

    it('is told nothing of Secrets while nobody hosts it: which ones there are is not for everybody', () => {
      const { conditions } = agentStatus(referring, [], NOTHING, NOW);
      expect(conditionOf(conditions, 'ResolvedRefs')?.status).toBe('True');
    });

    it('needs it to exist', () => {
      expect(refs(['key'], false)).toBe(
        'False SecretNotFound: spec.model.apiKeySecretRef: Secret "key" was not found in namespace "team"; create it',
      );
      expect(refs(['key'], true)).toContain('True Resolved');
    });
  });

  it('is Ready, and says that it is suspended, when its servers have suspended it', () => {
    const suspended = anAgent({ suspend: true });
    const said = [{ ...current, revision: revisionOf(suspended) }];
    expect(ready(suspended, [current])).toBe(
      'False NotServed: demo: pods are loading this version',
    );
    expect(ready(suspended, said)).toMatch(/^True Suspended: spec.suspend is true/);
    const { conditions } = agentStatus(suspended, [serverSaying(said)], NOTHING, NOW);
    expect(conditionOf(conditions, 'Served')).toMatchObject({
      reason: 'Suspended',
      message: '1 of 1 servers have suspended it',
    });
  });

  it('is not Ready when its server says why', () => {
    const said = [{ ...current, loaded: false, message: 'no pod is ready' }];
    expect(ready(agent, said)).toBe('False NotServed: demo: no pod is ready');
  });

  it.each([
    { reason: 'does not know it yet', listed: 3, says: 'the server was not reconciled yet' },
    { reason: 'cannot list so many', listed: 256, says: 'more agents than the 256' },
  ])('is not Ready when its server $reason', ({ listed, says }) => {
    const others = Array.from({ length: listed }, (_, index) => ({
      name: `a-${index}`,
      loaded: true,
    }));
    expect(ready(agent, others)).toContain(says);
  });
});
