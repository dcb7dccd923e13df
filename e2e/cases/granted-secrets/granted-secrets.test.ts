import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { answerOf, ask, statusText } from '../../clients/json-rpc.ts';
import type { Endpoint, Reply } from '../../clients/json-rpc.ts';
import { agent, LITELLM, secret, server } from '../manifests.ts';
import { beginStory, eventually, podsOf, podUrl } from '../story.ts';
import type { KubeObject, Pod, Story } from '../story.ts';

jest.setTimeout(120_000);

/** The kubelet looks by itself no sooner than a minute after it has looked. */
const BEFORE_THE_KUBELET_SECONDS = 20;

const ownKey = { model: { apiKeySecretRef: { name: 'team-key', key: 'litellm' } } };
const says = (text: string): object => ({ instructions: { inline: text } });

let story: Story;
let pod: KubeObject & Pod;
let litellmKey: string;

beforeAll(async () => {
  story = await beginStory('granted-secrets');
  const { data } = await story.get<{ data: Record<string, string> }>(
    'secret',
    'platform-credentials',
  );
  litellmKey = Buffer.from(data['litellm-api-key'] ?? '', 'base64').toString();
  await story.apply(
    secret('team-key', { litellm: 'sk-nobody-knows-it' }),
    secret('somebody-elses', { litellm: litellmKey }),
    agent('plain', says('Plain.')),
    agent('budgeted', { ...says('Budgeted.'), ...ownKey }),
    agent('careful', says('Careful.')),
    server('granting', {
      agents: { names: ['plain', 'budgeted', 'careful'] },
      secrets: { names: ['team-key', 'not-there-yet'] },
      auth: { enabled: false },
    }),
  );
  await story.ready('a2as/granting');
  const [only] = await podsOf(story, 'granting');
  if (only === undefined) throw new Error('a Ready server without a pod');
  pod = only;
});
afterAll(() => story.end());

const endpoint = (name: string): Endpoint => ({ url: `${podUrl(pod)}/a2a/agents/${name}` });

/** What a message comes to: the answer, or why there is none. */
async function outcome(name: string): Promise<string> {
  const { task }: Reply = await ask(endpoint(name), 'Hello');
  return answerOf(task) || statusText(task?.status);
}

describe('a Secret that a server grants', () => {
  it('is what its agent calls the model with: the proxy refuses a key that it does not know', async () => {
    // 401 or 400, as the proxy has a database of keys or none.
    expect(await outcome('budgeted')).toMatch(/^The model service refused the /);
    expect(await outcome('plain')).toContain('Plain.');
  });

  it('is in use seconds after it was rotated, in the same pod', async () => {
    await story.apply(secret('team-key', { litellm: litellmKey }));
    const isRotated = async (): Promise<boolean> =>
      (await outcome('budgeted')).includes('Budgeted.');
    await eventually('the rotated key', isRotated, BEFORE_THE_KUBELET_SECONDS);
    const [now] = await podsOf(story, 'granting');
    expect(now?.metadata.uid).toBe(pod.metadata.uid);
    expect(now?.status.containerStatuses?.[0]?.restartCount).toBe(0);
  });

  it('may come later, and does not hold the server up; only its agent says what is missing', async () => {
    const late = { model: { apiKeySecretRef: { name: 'not-there-yet', key: 'litellm' } } };
    await story.apply(agent('careful', { ...says('Careful, with a key.'), ...late }));
    const missing = { status: 'False', reason: 'SecretNotFound', says: ['"not-there-yet"'] };
    await story.condition('agentdef/careful', 'ResolvedRefs', missing);
    await story.apply(secret('not-there-yet', { litellm: litellmKey }));
    await story.ready('agentdef/careful', 'a2as/granting');
    expect(await outcome('careful')).toContain('Careful, with a key.');
  });
});

describe('whoever may only create AgentDefinitions', () => {
  it.each([
    { attack: "somebody else's Secret", name: 'somebody-elses', key: 'litellm' },
    {
      attack: "the server's own credentials",
      name: LITELLM.apiKeySecretRef.name,
      key: 'redis-password',
    },
    { attack: 'the API keys of its callers', name: 'granting-api-key', key: 'api-key' },
  ])('does not reach $attack, and reads which line would grant it', async ({ name, key }) => {
    const wanted = { ...says('Stolen.'), model: { apiKeySecretRef: { name, key } } };
    await story.apply(agent('plain', wanted));
    const line = `add "- ${name}" to its spec.secrets.names`;
    const refused = { status: 'False', reason: 'SecretNotGranted', says: [line] };
    await story.condition('agentdef/plain', 'ResolvedRefs', refused);
    await story.condition('a2as/granting', 'AgentsLoaded', { status: 'False', says: [line] });
    expect(await outcome('plain')).toContain('Plain.');
    expect(await outcome('budgeted')).toContain('Budgeted.');
  });

  it('finds none of them in the pod', async () => {
    const find = `const { readdirSync } = require('node:fs');
      console.log(readdirSync('/etc/a2a/granted').sort().join());`;
    const listed = await story.kubectl(
      'exec',
      pod.metadata.name,
      '--',
      '/usr/local/bin/node',
      '-e',
      find,
    );
    expect(listed.trim()).toBe('not-there-yet,team-key');
  });
});
