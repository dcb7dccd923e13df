import { describe, expect, it } from '@jest/globals';
import { aServer } from '../../test/builders.ts';
import type { StatusReport } from '../../../runtime/src/contract/status-report.ts';
import type { Deployment, Pod } from './caches.ts';
import { nextReadings } from './dependency-readings.ts';
import type { Readings } from './dependency-readings.ts';
import type { PodReport } from './pod-reports.ts';
import { rolloutOf } from './rollout.ts';
import { serverStatus } from './server-status.ts';
import type { ServerEvidence } from './server-status.ts';

const NOW = new Date('2026-01-02T03:04:05.678Z');
const READINGS = {
  settled: 'Reachable',
  last: 'Reachable',
  times: 3,
  message: '',
  checks: '',
} as const;

function aDeployment(replicas: number, status: object, generation = 1): Deployment {
  const metadata = { name: 'demo', namespace: 'team', generation };
  const spec = { replicas } as NonNullable<Deployment['spec']>;
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec, status };
}

const RUNNING = aDeployment(1, {
  observedGeneration: 1,
  replicas: 1,
  updatedReplicas: 1,
  readyReplicas: 1,
  availableReplicas: 1,
});

const NONE_AVAILABLE = aDeployment(1, {
  observedGeneration: 1,
  replicas: 1,
  updatedReplicas: 1,
});

function aReport(report: Partial<StatusReport> = {}): StatusReport {
  return {
    version: '1',
    revision: 'r1',
    schemaVersions: [1],
    draining: false,
    agents: [{ name: 'assistant', generation: 1, loaded: true }],
    dependencies: {
      memory: { state: 'Reachable', checks: 1 },
      model: { state: 'Reachable', checks: 1 },
    },
    ...report,
  };
}

const RESTRICTED = {
  type: 'NetworkRestricted',
  status: 'True',
  reason: 'DefaultDeny',
  message: 'nobody may call',
} as const;

function evidence(changes: Partial<ServerEvidence> = {}): ServerEvidence {
  return {
    outcome: { kind: 'applied' },
    rollout: rolloutOf(RUNNING, []),
    revision: 'r1',
    reports: [{ pod: 'demo-1', ready: true, report: aReport() }],
    agents: [{ name: 'assistant', loaded: true, generation: 1 }],
    required: ['assistant'],
    causes: [],
    url: 'http://demo',
    replicas: 1,
    readings: { memory: READINGS, model: READINGS },
    network: RESTRICTED,
    heldBack: false,
    hasProblem: false,
    ...changes,
  };
}

const condition = (changes: Partial<ServerEvidence>, type: string): object | undefined =>
  serverStatus(aServer(), evidence(changes), NOW).conditions?.find((one) => one.type === type);

const waitingPod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'demo-2' },
  status: {
    containerStatuses: [
      { ready: false, image: 'x', state: { waiting: { reason: 'ImagePullBackOff' } } },
    ],
  },
} as unknown as Pod;

describe('Ready', () => {
  it.each([
    {
      reason: 'everything holds',
      changes: {},
      ready: 'True',
      because: 'Ready',
      says: '1 of 1 pods are available',
    },
    {
      reason: 'no pod is wanted and none is left',
      changes: { rollout: rolloutOf(aDeployment(0, { observedGeneration: 1 }), []), reports: [] },
      ready: 'True',
      because: 'ScaledToZero',
      says: 'spec.replicas is 0',
    },
    {
      reason: 'the Deployment controller has not seen the new template',
      changes: {
        rollout: rolloutOf({ ...RUNNING, metadata: { name: 'demo', generation: 2 } }, []),
      },
      ready: 'False',
      because: 'RollingOut',
      says: 'pods are updated',
    },
    {
      reason: 'the new image cannot be pulled while the old pod serves',
      changes: {
        rollout: rolloutOf(
          aDeployment(1, {
            observedGeneration: 1,
            replicas: 2,
            updatedReplicas: 1,
            availableReplicas: 1,
          }),
          [waitingPod],
        ),
      },
      ready: 'False',
      because: 'RollingOut',
      says: 'pod demo-2: image "x" cannot be pulled',
    },
    {
      reason: 'a pod is missing',
      changes: {
        rollout: rolloutOf(
          aDeployment(2, {
            observedGeneration: 1,
            replicas: 2,
            updatedReplicas: 2,
            availableReplicas: 1,
          }),
          [],
        ),
      },
      ready: 'False',
      because: 'PodsNotReady',
      says: '1 of 2 pods are available',
    },
    {
      reason: 'no pod is ready, because the only agent does not exist',
      changes: {
        rollout: rolloutOf(NONE_AVAILABLE, []),
        causes: [{ reason: 'AgentsNotLoaded', message: 'agent greter: create it' } as const],
      },
      ready: 'False',
      because: 'AgentsNotLoaded',
      says: '0 of 1 pods are available; agent greter: create it',
    },
    {
      reason: 'no pod is ready, because Redis is away',
      changes: {
        rollout: rolloutOf(NONE_AVAILABLE, []),
        causes: [{ reason: 'MemoryUnreachable', message: 'Redis cannot be reached' } as const],
      },
      ready: 'False',
      because: 'MemoryUnreachable',
      says: '0 of 1 pods are available; Redis cannot be reached',
    },
    {
      reason: 'a ready pod does not answer',
      changes: { reports: [{ pod: 'demo-1', ready: true, error: 'timeout' }] },
      ready: 'False',
      because: 'StatusUnreadable',
      says: 'demo-1',
    },
    {
      reason: 'a pod is available that was not asked yet',
      changes: { reports: [] },
      ready: 'False',
      because: 'LoadingAgents',
      says: '0 of 1 ready pods were asked',
    },
    {
      reason: 'the API server refuses to create pods',
      changes: {
        rollout: rolloutOf(
          aDeployment(1, {
            observedGeneration: 1,
            conditions: [{ type: 'ReplicaFailure', status: 'True', message: 'exceeded quota: x' }],
          }),
          [],
        ),
      },
      ready: 'False',
      because: 'RollingOut',
      says: 'exceeded quota: x',
    },
    {
      reason: 'a pod has not read the latest agents',
      changes: { reports: [{ pod: 'demo-1', ready: true, report: aReport({ revision: 'r0' }) }] },
      ready: 'False',
      because: 'LoadingAgents',
      says: 'demo-1',
    },
    {
      reason: 'a required agent is not served',
      changes: { agents: [{ name: 'assistant', loaded: false, message: 'spec.model.params: …' }] },
      ready: 'False',
      because: 'AgentsNotLoaded',
      says: 'agent assistant: spec.model.params',
    },
    {
      reason: 'an agent that only the selector found is not served',
      changes: { agents: [{ name: 'extra', loaded: false }], required: [] },
      ready: 'True',
      because: 'Ready',
      says: '',
    },
    {
      reason: 'a Secret is missing',
      changes: {
        outcome: { kind: 'waiting', reason: 'SecretNotFound', message: 'create it' } as const,
      },
      ready: 'False',
      because: 'SecretNotFound',
      says: 'create it',
    },
  ])('is $ready ($because) when $reason', ({ changes, ready, because, says }) => {
    expect(condition(changes, 'Ready')).toMatchObject({
      status: ready,
      reason: because,
      message: expect.stringContaining(says),
    });
  });
});

describe('the status of a server', () => {
  it('has Stalled only while the user must act', () => {
    const outcome = { kind: 'stalled', reason: 'NameTaken', message: 'rename it' } as const;
    expect(condition({ outcome }, 'Stalled')).toMatchObject({
      status: 'True',
      reason: 'NameTaken',
    });
    expect(condition({ outcome }, 'Reconciling')).toBeUndefined();
    expect(condition({}, 'Stalled')).toBeUndefined();
  });

  it('does not say that agents are missing where no pod is wanted', () => {
    const rollout = rolloutOf(aDeployment(0, { observedGeneration: 1 }), []);
    const agents = [{ name: 'a', loaded: false, message: 'no pod is ready' }];
    expect(condition({ rollout, agents, reports: [] }, 'AgentsLoaded')).toMatchObject({
      status: 'Unknown',
      reason: 'ScaledToZero',
    });
  });

  it('names every agent that is not served, and why', () => {
    const agents = [
      { name: 'a', loaded: true },
      { name: 'b', loaded: false, message: 'too large' },
    ];
    expect(condition({ agents }, 'AgentsLoaded')).toMatchObject({
      status: 'False',
      message: '1/2: b: too large',
    });
    expect(serverStatus(aServer(), evidence({ agents }), NOW).agentSummary).toBe('1/2');
  });

  it('keeps lastTransitionTime until a status changes', () => {
    const first = serverStatus(aServer(), evidence(), NOW);
    const server = { ...aServer(), status: first };
    const later = new Date(NOW.getTime() + 60_000);
    expect(serverStatus(server, evidence(), later)).toEqual(first);
    const behind = evidence({
      reports: [{ pod: 'p', ready: true, report: aReport({ revision: 'r0' }) }],
    });
    const ready = serverStatus(server, behind, later).conditions?.find(
      ({ type }) => type === 'Ready',
    );
    expect(ready?.lastTransitionTime).toBe('2026-01-02T03:05:05Z');
  });
});

describe('a dependency', () => {
  const down = (checks: number): PodReport[] => [
    {
      pod: 'p',
      ready: true,
      report: aReport({
        dependencies: {
          memory: { state: 'Unreachable', message: 'refused', checks },
          model: { state: 'Reachable', checks },
        },
      }),
    },
  ];
  const after = (...looks: PodReport[][]): Readings | undefined =>
    looks.reduce<Readings | undefined>(
      (seen, look) => nextReadings(seen, 'memory', look),
      undefined,
    );

  const up: PodReport[] = [{ pod: 'p', ready: true, report: aReport() }];

  it('is believed at first sight while nothing is known of it', () => {
    expect(after(down(1))).toMatchObject({ settled: 'Unreachable', message: 'refused' });
    expect(after(up)).toMatchObject({ settled: 'Reachable' });
    expect(after([])).toMatchObject({ settled: 'Unknown' });
  });

  it('changes after three equal readings', () => {
    expect(after(up, down(2), down(3))).toMatchObject({ settled: 'Reachable' });
    expect(after(up, down(2), down(3), down(4))).toMatchObject({
      settled: 'Unreachable',
      message: 'refused',
    });
  });

  it('does not change sooner for being asked about the same check again', () => {
    expect(after(up, down(2), down(2), down(2))).toMatchObject({ settled: 'Reachable' });
  });

  it('starts counting anew when a reading differs', () => {
    const twice = {
      settled: 'Reachable',
      last: 'Unreachable',
      times: 2,
      message: '',
      checks: 'p:0',
    } as const;
    const readings = nextReadings(twice, 'memory', [{ pod: 'p', ready: true, report: aReport() }]);
    expect(readings).toMatchObject({ settled: 'Reachable', last: 'Reachable', times: 1 });
  });

  it('becomes unknown when no pod is left to ask', () => {
    expect(after(down(1), down(2), down(3), [], [], [])).toMatchObject({ settled: 'Unknown' });
  });
});
