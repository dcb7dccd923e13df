import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { auditedSince } from '../../cluster/audit/used.ts';
import { writesTo } from '../../cluster/audit/writes.ts';
import { agent, server } from '../manifests.ts';
import { OPERATOR_REPLICAS, operatorOf, podOf } from '../operator.ts';
import { beginStory, eventually } from '../story.ts';
import { processOf } from './process.ts';
import type { Write } from '../../cluster/audit/writes.ts';
import type { Operator } from '../operator.ts';
import type { Story } from '../story.ts';

/** For what the machine does meanwhile, and for ends of seconds in timestamps. */
const MARGIN_SECONDS = 2;
/**
 * Whoever wants the Lease looks at it every 2.4 seconds at most, and takes it as soon as it has not changed
 * for 15 seconds since a look.
 */
const TAKEOVER_SECONDS = 2.4 + 15 + MARGIN_SECONDS;
/** A leader that is told to stop gives the Lease up, so that only the look remains. */
const HANDOVER_SECONDS = 5;
/** From there on, what was edited in between is carried out. */
const WORK_SECONDS = 5;

jest.setTimeout(120_000);

let story: Story;
let operator: Operator;
/** Who leads when a test begins. */
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

/** An edit that concerns one child, the Service. */
async function edit(host: string): Promise<void> {
  const annotations = { [ANNOTATION]: host };
  await story.apply(server('led', { service: { annotations } }));
}
const ANNOTATION = 'external-dns.alpha.kubernetes.io/hostname';

async function awaitEdit(host: string, seconds = WORK_SECONDS): Promise<void> {
  const isThere = async (): Promise<boolean> => {
    const { annotations } = (await story.get('service', 'led')).metadata;
    return annotations?.[ANNOTATION] === host;
  };
  await eventually('the edit being carried out', isThere, seconds);
  await story.ready('a2as/led');
}

/** What was written for that edit, and by whom; statuses are not looked at. */
async function writesSince(startMs: number): Promise<Write[]> {
  const all = writesTo(story.namespace, await auditedSince(startMs));
  return all.filter(({ what }) => !what.includes('/status/'));
}
const theEdit = (identity: string): Write[] => [
  { pod: podOf(identity), what: 'patch services/led' },
];

async function successor(startMs: number, withinSeconds: number): Promise<string> {
  const another = async (): Promise<string | undefined> => {
    const now = await operator.leader();
    return now !== '' && now !== leader ? now : undefined;
  };
  const leftSeconds = withinSeconds - (Date.now() - startMs) / 1000;
  return eventually(`another leader than ${leader}`, another, leftSeconds);
}

describe('of two replicas', () => {
  it('both are ready, and one says that it leads', async () => {
    const pods = await operator.pods();
    expect(pods).toHaveLength(OPERATOR_REPLICAS);
    const leads = pods.map(async ({ metadata, status }) => {
      const metrics = await fetch(`http://${status.podIP}:8080/metrics`);
      const line = /^leader_election_master_status\{name="a2a-operator"\} (\d)$/m;
      return [metadata.name, line.exec(await metrics.text())?.[1]];
    });
    expect(await Promise.all(leads)).toEqual(
      pods.map(({ metadata: { name } }) => [name, name === podOf(leader) ? '1' : '0']),
    );
  });

  it('only that one writes', async () => {
    const startMs = Date.now();
    await edit('only-one.example.com');
    await awaitEdit('only-one.example.com');
    expect(await writesSince(startMs)).toEqual(theEdit(leader));
  });
});

describe('a leader that goes without a word', () => {
  const ways: Record<string, () => Promise<unknown>> = {
    'whose process is killed': async () => process.kill(await processOf(podOf(leader)), 'SIGKILL'),
    'whose pod is deleted by force': () =>
      operator.kubectl('delete', 'pod', podOf(leader), '--grace-period=0', '--force'),
  };
  it.each(Object.keys(ways))(
    '%s is replaced, and an edit made in between is carried out once',
    async (way) => {
      const startMs = Date.now();
      const host = `${startMs}.example.com`;
      await ways[way]?.();
      await edit(host);
      const next = await successor(startMs, TAKEOVER_SECONDS);
      await awaitEdit(host);
      expect(await writesSince(startMs)).toEqual(theEdit(next));
    },
  );
});

describe('a leader that stands still for longer than its Lease', () => {
  it('is replaced, and writes nothing when it goes on', async () => {
    const startMs = Date.now();
    const frozen = await processOf(podOf(leader));
    process.kill(frozen, 'SIGSTOP');
    let next: string;
    try {
      await edit('frozen.example.com');
      next = await successor(startMs, TAKEOVER_SECONDS);
      await awaitEdit('frozen.example.com');
    } finally {
      process.kill(frozen, 'SIGCONT');
    }
    // It still has the edit before it, and another one comes at once.
    await edit('thawed.example.com');
    await awaitEdit('thawed.example.com');
    expect(await writesSince(startMs)).toEqual([...theEdit(next), ...theEdit(next)]);
    expect(await operator.leader()).toBe(next);
  });

  it('starts again, as one that waits', async () => {
    const restarted = async (): Promise<boolean> => {
      const pods = await operator.pods();
      return pods.some(({ status }) =>
        status.containerStatuses?.some(({ restartCount, ready }) => restartCount > 0 && ready),
      );
    };
    await eventually('a restart', restarted, 30);
    expect(await operator.leader()).toBe(leader);
  });
});

describe('a leader that is told to stop', () => {
  it('hands over at once, and an edit made in between is carried out once', async () => {
    const startMs = Date.now();
    await operator.kubectl('delete', 'pod', podOf(leader), '--wait=false');
    await edit('stopped.example.com');
    const next = await successor(startMs, HANDOVER_SECONDS);
    await awaitEdit('stopped.example.com');
    // The one that ends what it has begun, or its successor; never both.
    const [write, ...more] = await writesSince(startMs);
    expect([...theEdit(leader), ...theEdit(next)]).toContainEqual(write);
    expect(more).toEqual([]);
  });
});

describe('a rolling restart of the operator', () => {
  it('writes nothing, and ends with a leader', async () => {
    const startMs = Date.now();
    const before = (await operator.pods()).map(({ metadata }) => metadata.name);
    await operator.kubectl('rollout', 'restart', 'deployment/a2a-operator');
    await operator.start();
    const isNew = async (): Promise<boolean> => {
      const now = await operator.leader();
      return now !== '' && !before.includes(podOf(now));
    };
    await eventually('a new pod leading', isNew, HANDOVER_SECONDS);
    await story.ready('a2as/led', 'agentdef/assistant');
    expect(writesTo(story.namespace, await auditedSince(startMs))).toEqual([]);
  });
});
