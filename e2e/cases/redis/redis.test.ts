import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { run } from '../../cluster/command.ts';
import { answerOf, ask } from '../../clients/json-rpc.ts';
import { agent, secret, server } from '../manifests.ts';
import { beginStory, podsOf, podUrl } from '../story.ts';
import type { Story } from '../story.ts';
import { redisObjects } from './redis-objects.ts';
import type { RedisKind } from './redis-objects.ts';

jest.setTimeout(240_000);

const PASSWORD = 'a-password-of-the-story';
const WORKER = 'a-password-of-the-worker';
const passwordSecretRef = { name: 'redis-users', key: 'password' };

/** Each way to run Redis, and what a server's `spec.memory.redis` says to reach it. */
const KINDS: readonly (RedisKind & { reaches: object })[] = [
  {
    name: 'password',
    processes: [{ script: `redis-server --port 6379 --requirepass ${PASSWORD}`, port: 6379 }],
    reaches: { url: 'redis://password:6379', passwordSecretRef },
  },
  {
    name: 'tls',
    processes: [
      {
        script: `redis-server --port 0 --tls-port 6380 --tls-cert-file /files/tls.crt --tls-key-file /files/tls.key --tls-auth-clients no --requirepass ${PASSWORD}`,
        port: 6380,
      },
    ],
    reaches: {
      url: 'rediss://tls:6380/3',
      passwordSecretRef,
      caSecretRef: { name: 'redis-files', key: 'tls.crt' },
    },
  },
  {
    name: 'acl',
    processes: [{ script: 'redis-server --port 6379 --aclfile /files/users.acl', port: 6379 }],
    reaches: {
      url: 'redis://acl:6379',
      usernameSecretRef: { name: 'redis-users', key: 'worker' },
      passwordSecretRef: { name: 'redis-users', key: 'worker-password' },
      keyPrefix: 'fleet:',
    },
  },
  {
    name: 'sentinel',
    processes: [
      {
        script: `redis-server --port 6379 --requirepass ${PASSWORD} --masterauth ${PASSWORD}`,
        port: 6379,
      },
      {
        script: `touch sentinel.conf; redis-server sentinel.conf --sentinel --port 26379 --sentinel monitor main $POD_IP 6379 1 --sentinel auth-pass main ${PASSWORD}`,
        port: 26379,
      },
    ],
    reaches: {
      url: 'redis://sentinel:26379',
      mode: 'Sentinel',
      sentinelMaster: 'main',
      passwordSecretRef,
    },
  },
  {
    name: 'cluster',
    replicas: 3,
    processes: [
      {
        script: `redis-server --port 6379 --cluster-enabled yes --cluster-announce-ip $POD_IP --requirepass ${PASSWORD} --masterauth ${PASSWORD}`,
        port: 6379,
      },
    ],
    reaches: { url: 'redis://cluster:6379', mode: 'Cluster', passwordSecretRef },
  },
];

let story: Story;

beforeAll(async () => {
  story = await beginStory('redis');
  await story.apply(
    secret('redis-users', { password: PASSWORD, worker: 'worker', 'worker-password': WORKER }),
    secret('redis-files', {
      ...(await certificate()),
      'users.acl': `user default off\nuser worker on >${WORKER} ~fleet:* &fleet:* +@all -@dangerous +info\n`,
    }),
    agent('assistant'),
    ...KINDS.flatMap(redisObjects),
  );
  for (const { name } of KINDS) {
    await story.kubectl('rollout', 'status', `statefulset/${name}`, '--timeout=120s');
  }
  await joinCluster();
  await story.apply(
    ...KINDS.map(({ name, reaches }) =>
      server(`on-${name}`, {
        replicas: 2,
        memory: { provider: 'Redis', redis: reaches },
        auth: { enabled: false },
      }),
    ),
  );
});
afterAll(() => story.end());

/** A certificate that is its own authority, for the name that clients use. */
async function certificate(): Promise<Record<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'a2a-redis-'));
  const file = (name: string): string => join(folder, name);
  try {
    const made = ['-keyout', file('tls.key'), '-out', file('tls.crt'), '-days', '2', '-nodes'];
    const whose = ['-subj', '/CN=tls', '-addext', 'subjectAltName=DNS:tls'];
    await run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', ...made, ...whose]);
    const read = (name: string): Promise<string> => readFile(file(name), 'utf8');
    return { 'tls.crt': await read('tls.crt'), 'tls.key': await read('tls.key') };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Gives every pod of the cluster its part of the slots. */
async function joinCluster(): Promise<void> {
  const pods = await story.list<{ status: { podIP: string } }>('pods', 'redis=cluster');
  const members = pods.map(({ status }) => `${status.podIP}:6379`);
  const create = ['--cluster', 'create', ...members, '--cluster-replicas', '0', '--cluster-yes'];
  await story.kubectl('exec', 'cluster-0', '--', 'redis-cli', '-a', PASSWORD, ...create);
}

describe.each(KINDS)('a server with Redis by $name', ({ name }) => {
  it('is Ready, with the way there open and nothing else', async () => {
    await story.ready(`a2as/on-${name}`);
    await story.condition(`a2as/on-${name}`, 'MemoryReachable', { status: 'True' }, 90);
    await story.condition(`a2as/on-${name}`, 'NetworkRestricted', {
      status: 'True',
      reason: 'DefaultDeny',
    });
  });

  it('continues on one pod a conversation that began on another', async () => {
    const [one, other] = (await podsOf(story, `on-${name}`)).map((pod) => `${podUrl(pod)}/a2a`);
    if (one === undefined || other === undefined) throw new Error('two pods were wanted');
    const { task } = await ask({ url: one }, 'My name is Ada.');
    const continued = await ask({ url: other }, 'What is my name?', task?.contextId);
    // The first message, its answer, this one.
    expect(answerOf(continued.task)).toContain('Message 3 was: What is my name?');
  });
});

it('a wrong password is named in the status, and a right one is used without a restart', async () => {
  const redis = {
    url: 'redis://password:6379',
    passwordSecretRef: { name: 'late', key: 'password' },
  };
  const memory = { provider: 'Redis', redis };
  await story.apply(
    secret('late', { password: 'not-it' }),
    server('mistaken', { memory, auth: { enabled: false } }),
  );
  const named = { status: 'False', says: ['Redis refuses the user or the password: WRONGPASS'] };
  await story.condition('a2as/mistaken', 'MemoryReachable', named, 120);
  await story.apply(secret('late', { password: PASSWORD }));
  await story.ready('a2as/mistaken');
  const [pod] = await podsOf(story, 'mistaken');
  expect(pod?.status.containerStatuses?.[0]?.restartCount).toBe(0);
});
