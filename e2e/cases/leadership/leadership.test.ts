import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { auditedSince } from '../../cluster/audit/used.ts';
import { writesTo } from '../../cluster/audit/writes.ts';
import { agent, server } from '../manifests.ts';
import { OPERATOR_REPLICAS, operatorOf } from '../operator.ts';
import { beginStory, eventually } from '../story.ts';
import type { Write } from '../../cluster/audit/writes.ts';
import type { Operator } from '../operator.ts';
import type { Story } from '../story.ts';

/**
 * Whoever wants the Lease looks at it every 2.4 seconds at most, and takes it when it has not changed
 * for 15 seconds since a look.
 */
const TAKEOVER_SECONDS = 2.4 + 15 + 2.4;
/** A leader that is told to stop gives the Lease up, so that only the look remains. */
const HANDOVER_SECONDS = 5;

jest.setTimeout(120_000);

let story: Story;
let operator: Operator;
let leader = '';
beforeAll(async () => {
  story = await beginStory('leadership');
  operator = operatorOf(story.cluster);
  await operator.start();
  await story.apply(agent('assistant'), server('led'));
  await story.ready('a2as/led', 'agentdef/assistant');
});
afterAll(() => story.end());

beforeEach(async () => {
  await operator.start();
  leader = await eventually('a leader', async () => (await operator.leader()) || undefined, 30);
});

/** An edit that concerns one child, the Service, and what it then says. */
async function edit(host: string): Promise<void> {
  const annotations = { [ANNOTATION]: host };
  await story.apply(server('led', { service: { annotations } }));
}
const ANNOTATION = 'external-dns.alpha.kubernetes.io/hostname';

async function awaitEdit(host: string, seconds: number): Promise<void> {
  const isThere = async (): Promise<boolean> => {
    const { annotations } = (await story.get('service', 'led')).metadata;
    return annotations?.[ANNOTATION] === host;
  };
  await eventually('the edit being carried out', isThere, seconds);
}

/** Writes to anything but statuses since a time. */
async function writesSince(startMs: number): Promise<Write[]> {
  const all = writesTo(story.namespace, await auditedSince(startMs));
  return all.filter(({ what }) => !what.includes('/status/'));
}

async function successor(seconds: number): Promise<string> {
  const another = async (): Promise<string | undefined> => {
    const now = await operator.leader();
    return now !== '' && now !== leader ? now : undefined;
  };
  return eventually(`another leader than ${leader}`, another, seconds);
}

describe('of two replicas', () => {
  it('both are ready, and one says that it leads', async () => {
    const pods = await operator.pods();
    expect(pods).toHaveLength(OPERATOR_REPLICAS);
    const leads = pods.map(async ({ metadata, status }) => {
      const metrics = await fetch(`http://${status.podIP}:8080/metrics`);
      const [, value] =
        /^leader_election_master_status\{.*\} (\d)$/m.exec(await metrics.text()) ?? [];
      return [metadata.name, value];
    });
    const expected = pods.map(({ metadata: { name } }) => [name, name === leader ? '1' : '0']);
    expect(await Promise.all(leads)).toEqual(expected);
  });

  it('only that one writes', async () => {
    const startMs = Date.now();
    await edit('only-one.example.com');
    await awaitEdit('only-one.example.com', 10);
    await story.ready('a2as/led');
    expect(await writesSince(startMs)).toEqual([{ pod: leader, what: 'patch services/led' }]);
  });
});

describe('a leader that is gone without a word', () => {
  it('is replaced when its Lease ends, and an edit made in between is carried out once', async () => {
    const startMs = Date.now();
    await operator.kubectl('delete', 'pod', leader, '--grace-period=0', '--force');
    await edit('killed.example.com');
    const leftSeconds = TAKEOVER_SECONDS - (Date.now() - startMs) / 1000;
    const next = await successor(leftSeconds);
    await awaitEdit('killed.example.com', 10);
    await story.ready('a2as/led');
    expect(await writesSince(startMs)).toEqual([{ pod: next, what: 'patch services/led' }]);
  });
});

describe('a leader that is told to stop', () => {
  it('hands over at once, and an edit made in between is carried out once', async () => {
    const startMs = Date.now();
    await operator.kubectl('delete', 'pod', leader, '--wait=false');
    await edit('stopped.example.com');
    await successor(HANDOVER_SECONDS);
    await awaitEdit('stopped.example.com', 10);
    await story.ready('a2as/led');
    // Whoever led when the edit came: the one that ends what it has begun, or its successor.
    const writes = await writesSince(startMs);
    expect(writes.map(({ what }) => what)).toEqual(['patch services/led']);
  });
});

describe('a rolling restart of the operator', () => {
  it('writes nothing, and ends with a leader', async () => {
    const startMs = Date.now();
    await operator.kubectl('rollout', 'restart', 'deployment/a2a-operator');
    await operator.start();
    await successor(HANDOVER_SECONDS);
    const isAmongThem = async (): Promise<boolean> => {
      const now = await operator.leader();
      return (await operator.pods()).some(({ metadata }) => metadata.name === now);
    };
    await eventually('one of the new pods leading', isAmongThem, TAKEOVER_SECONDS);
    await story.ready('a2as/led', 'agentdef/assistant');
    expect(writesTo(story.namespace, await auditedSince(startMs))).toEqual([]);
  });
});
