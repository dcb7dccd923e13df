import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../api/object.ts';
import { ApiError } from '../kube/port.ts';
import { REVISION_ANNOTATION } from '../names.ts';
import type { Pod } from './caches.ts';
import type { PodReport } from './pod-reports.ts';
import { podsToTell, refreshVolumes } from './volume-refresh.ts';
import type { RefreshEvidence } from './volume-refresh.ts';

const wanted = { agents: 'aa', secrets: '55' };

function pod(told?: string, name = 'pod-1'): Pod {
  const annotations = told === undefined ? {} : { [REVISION_ANNOTATION]: told };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'team', annotations } };
}
const reports = (revision: string | undefined, name = 'pod-1'): PodReport =>
  ({ pod: name, ready: true, ...(revision && { report: { revision } }) }) as PodReport;
const evidence = (changes: Partial<RefreshEvidence> = {}): RefreshEvidence => ({
  pods: [pod()],
  reports: [reports('aa')],
  wanted,
  last: { secrets: '55', atMs: 0 },
  nowMs: 10_000,
  ...changes,
});
const silent = [reports(undefined)];
const behind = [reports('old')];

describe('a pod', () => {
  it.each([
    { reason: 'it has all, and was never told', of: evidence(), told: [] },
    { reason: 'it has all, as it was told', of: evidence({ pods: [pod('aa.55')] }), told: [] },
    {
      reason: 'it has read by itself what it was told something older of',
      of: evidence({ pods: [pod('old.55')] }),
      told: [],
    },
    {
      reason: 'its agents are older',
      of: evidence({ reports: behind }),
      told: ['aa.55'],
    },
    {
      reason: 'its agents are older, and so is what it was told',
      of: evidence({ pods: [pod('old.55')], reports: behind }),
      told: ['aa.55'],
    },
    {
      reason: 'a Secret has changed since the last look',
      of: evidence({ last: { secrets: '44', atMs: 0 } }),
      told: ['aa.55'],
    },
    {
      reason: 'a Secret has changed since it was told, which is known after a restart too',
      of: evidence({ pods: [pod('aa.44')], last: undefined }),
      told: ['aa.55'],
    },
    {
      reason: 'nothing is known of the Secrets before: it mounted them when it started',
      of: evidence({ last: undefined }),
      told: [],
    },
    {
      reason: 'it does not answer: what it has of agents is not known',
      of: evidence({ reports: silent }),
      told: [],
    },
    {
      reason: 'it does not answer, but has to mount a Secret anew',
      of: evidence({ reports: silent, last: { secrets: '44', atMs: 0 } }),
      told: ['aa.55'],
    },
    { reason: 'it does not run', of: evidence({ reports: [], pods: [pod('aa.44')] }), told: [] },
    {
      reason: 'it was just told',
      of: evidence({
        pods: [pod('aa.55')],
        reports: behind,
        last: { secrets: '55', atMs: 9_601 },
      }),
      told: [],
    },
    {
      reason: 'it was told, and its kubelet looked too early',
      of: evidence({ pods: [pod('aa.55')], reports: behind }),
      told: ['aa.55.2'],
    },
    {
      reason: 'it was told twice, and its kubelet is slow',
      of: evidence({
        pods: [pod('aa.55.2')],
        reports: behind,
        last: { secrets: '55', atMs: 8_001 },
      }),
      told: [],
    },
    {
      reason: 'it was told twice, long ago',
      of: evidence({
        pods: [pod('aa.55.2')],
        reports: behind,
        last: { secrets: '55', atMs: 8_000 },
      }),
      told: ['aa.55.3'],
    },
    {
      reason: 'it was told by an operator that is gone, and its kubelet looked too early',
      of: evidence({ pods: [pod('aa.55.2')], reports: behind, last: undefined }),
      told: ['aa.55.3'],
    },
    {
      reason: 'it was told three times: no write will help',
      of: evidence({ pods: [pod('aa.55.3')], reports: behind }),
      told: [],
    },
    {
      reason: 'somebody wrote something else there',
      of: evidence({ pods: [pod('hello')], reports: behind }),
      told: ['aa.55'],
    },
  ])('is told $told: $reason', async ({ of, told }) => {
    expect(podsToTell(of)).toHaveLength(told.length);
    expect(await toldBy(of)).toEqual(told);
  });
});

/** The annotations that are written, in order. */
async function toldBy(of: RefreshEvidence): Promise<string[]> {
  const texts: string[] = [];
  await refreshVolumes(
    of,
    world((text) => texts.push(text)),
  );
  return texts;
}

function world(onTold: (text: string) => void): Parameters<typeof refreshVolumes>[1] {
  const annotate = (object: KubeObject, annotations: Readonly<Record<string, string>>) => {
    onTold(annotations[REVISION_ANNOTATION] ?? '');
    return Promise.resolve(object);
  };
  const remember = (): void => undefined;
  return { kube: { annotate }, caches: { pods: { remember } } } as unknown as Parameters<
    typeof refreshVolumes
  >[1];
}

describe('telling pods', () => {
  const two = evidence({
    pods: [pod(undefined, 'pod-1'), pod(undefined, 'pod-2')],
    reports: [reports('old', 'pod-1'), reports('old', 'pod-2')],
  });

  it('is remembered with its time', async () => {
    expect(
      await refreshVolumes(
        two,
        world(() => undefined),
      ),
    ).toEqual({
      last: { secrets: '55', atMs: 10_000 },
      told: 2,
    });
  });

  it('passes over a pod that has ended meanwhile', async () => {
    const gone = world(() => {
      throw new ApiError(404, 'NotFound', 'gone');
    });
    expect(await refreshVolumes(two, gone)).toMatchObject({ last: { atMs: 10_000 }, told: 2 });
  });

  it.each([
    new ApiError(409, 'Conflict', 'somebody was quicker'),
    new ApiError(429, 'TooManyRequests', 'later', 1000),
    new ApiError(503, 'ServiceUnavailable', 'later'),
    new Error('ECONNRESET'),
  ])('is to be tried again after what says nothing of the pod: %s', async (error) => {
    const passing = world(() => {
      throw error;
    });
    const of = { ...two, last: { secrets: '44', atMs: 1 } };
    expect(await refreshVolumes(of, passing)).toEqual({ last: of.last, told: 2, error });
  });

  it('tries all, and forgets nothing when the API server refuses', async () => {
    let tries = 0;
    const refusal = new ApiError(403, 'Forbidden', 'no');
    const refusing = world(() => {
      tries += 1;
      throw refusal;
    });
    const of = { ...two, last: { secrets: '44', atMs: 1 } };
    expect(await refreshVolumes(of, refusing)).toEqual({ last: of.last, told: 2, refusal });
    expect(tries).toBe(2);
  });
});
