import { beforeEach, describe, expect, it } from '@jest/globals';
import { anAgent } from '../../test/builders.ts';
import type { AgentDefinition } from '../api/agentdefinition.ts';
import { keyOf } from '../api/object.ts';
import type { KubeObject } from '../api/object.ts';
import { KINDS } from '../kube/kinds.ts';
import type { Cache, Kube } from '../kube/port.ts';
import { ConfigMapTexts } from './config-map-texts.ts';

type ConfigMap = KubeObject & { data?: Record<string, string> };

/** What the API server has, and what the watch has told of it. */
let live: Map<string, ConfigMap>;
let seen: Map<string, KubeObject>;
let reads: string[];
let texts: ConfigMapTexts;
beforeEach(() => {
  live = new Map();
  seen = new Map();
  reads = [];
  texts = textsOf((kind, ref) => {
    reads.push(`${kind.kind} ${keyOf(ref)}`);
    return Promise.resolve(live.get(keyOf(ref)));
  });
});

const textsOf = (get: Kube['get']): ConfigMapTexts => {
  const watched: Pick<Cache<KubeObject>, 'kind' | 'get'> = {
    kind: KINDS.ConfigMap,
    get: (ref) => seen.get(keyOf(ref)),
  };
  return new ConfigMapTexts(watched as Cache<KubeObject>, { get });
};
const metadataOnly = ({ apiVersion, kind, metadata }: KubeObject): KubeObject => ({
  apiVersion,
  kind,
  metadata,
});
function write(name: string, version: string, data?: Record<string, string>): ConfigMap {
  const uid = `uid-of-${name}`;
  const metadata = { name, namespace: 'team', uid, resourceVersion: version };
  const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata, ...(data && { data }) };
  live.set(`team/${name}`, configMap);
  return configMap;
}
/** Writes, and lets the watch tell of it. */
function put(name: string, version: string, data?: Record<string, string>): void {
  seen.set(`team/${name}`, metadataOnly(write(name, version, data)));
}
const reading = (name: string, agent = 'assistant'): AgentDefinition =>
  anAgent({ instructions: { configMapKeyRef: { name, key: 'text' } } }, { name: agent });
const textOf = async (name: string): Promise<string | undefined> =>
  (await texts.of('team', [reading(name)])).textOf({ name, key: 'text' });

describe('the text that an agent refers to', () => {
  it('is never what every object has by birth', async () => {
    put('prompts', '1', { text: 'Be kind.' });
    const { textOf: found } = await texts.of('team', [reading('prompts')]);
    for (const key of ['toString', 'constructor', '__proto__']) {
      expect(found({ name: 'prompts', key })).toBeUndefined();
    }
  });

  it('is read, once a version', async () => {
    put('prompts', '1', { text: 'Be kind.' });
    expect(await textOf('prompts')).toBe('Be kind.');
    expect(await textOf('prompts')).toBe('Be kind.');
    expect(reads).toEqual(['ConfigMap team/prompts']);
    put('prompts', '2', { text: 'Be brief.' });
    expect(await textOf('prompts')).toBe('Be brief.');
    expect(reads).toHaveLength(2);
  });

  it('is read once for all agents that refer to it', async () => {
    put('prompts', '1', { text: 'Be kind.' });
    await texts.of('team', [reading('prompts', 'a'), reading('prompts', 'b')]);
    expect(reads).toHaveLength(1);
  });

  it.each([
    { reason: 'the ConfigMap does not exist', name: 'nothing', data: undefined },
    { reason: 'the key does not exist', name: 'prompts', data: { other: 'x' } },
    { reason: 'the ConfigMap is empty', name: 'prompts', data: undefined },
  ])('is undefined: $reason', async ({ name, data }) => {
    put('prompts', '1', data);
    expect(await textOf(name)).toBeUndefined();
  });

  it('is not asked for when the watch knows of no such ConfigMap, or no agent refers to one', async () => {
    write('prompts', '1', { text: 'Be kind.' });
    expect(await textOf('prompts')).toBeUndefined();
    await texts.of('team', [anAgent()]);
    expect(reads).toEqual([]);
  });

  it('is undefined when the ConfigMap was deleted before the watch could tell', async () => {
    put('prompts', '1', { text: 'Be kind.' });
    live.clear();
    expect(await textOf('prompts')).toBeUndefined();
  });

  it('is read anew for a ConfigMap that was deleted and made again', async () => {
    put('prompts', '1', { text: 'Be kind.' });
    await textOf('prompts');
    seen.clear();
    expect(await textOf('prompts')).toBeUndefined();
    put('prompts', '9', { text: 'Be new.' });
    expect(await textOf('prompts')).toBe('Be new.');
  });

  it('newer than the watch is taken, and not read again when the watch has come to it', async () => {
    put('prompts', '1', { text: 'old' });
    const newer = write('prompts', '2', { text: 'new' });
    expect(await textOf('prompts')).toBe('new');
    seen.set('team/prompts', metadataOnly(newer));
    expect(await textOf('prompts')).toBe('new');
    expect(reads).toHaveLength(1);
  });

  it('fails the look when the API server does not answer', async () => {
    put('prompts', '1', { text: 'Be kind.' });
    const outage = new Error('ECONNREFUSED');
    const failing = textsOf(() => Promise.reject(outage));
    await expect(failing.of('team', [reading('prompts')])).rejects.toBe(outage);
  });
});

describe('the versions of what agents refer to', () => {
  const versions = async (...names: string[]): Promise<readonly string[]> =>
    (
      await texts.of(
        'team',
        names.map((name) => reading(name, name)),
      )
    ).versions;

  it('are those of the objects that exist, and change with them', async () => {
    const told = [await versions('prompts')];
    put('prompts', '1', { text: 'a' });
    told.push(await versions('prompts'));
    put('prompts', '2', { text: 'b' });
    told.push(await versions('prompts'));
    put('others', '3', { text: 'c' });
    told.push(await versions('prompts', 'others'));
    expect(new Set(told.map((each) => each.join())).size).toBe(4);
    expect(told.at(-1)).toEqual(['uid-of-prompts@2', 'uid-of-others@3']);
    expect(await versions('prompts', 'others')).toEqual(told.at(-1));
  });
});
