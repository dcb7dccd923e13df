import { expect, it } from '@jest/globals';
import type { A2AServerStatus } from '../api/a2aserver.ts';
import type { ServerEvidence } from './server-status.ts';
import { paceOf } from './status-pace.ts';
import { LOADING_HOT, ROLLING_OUT, USUAL } from './status-writer.ts';
import type { Pace } from './status-writer.ts';

const status = (reason: string, ready = 'False'): A2AServerStatus =>
  ({ conditions: [{ type: 'Ready', status: ready, reason }] }) as A2AServerStatus;

it.each<{ what: string; reason: string; ready?: string; evidence?: object; pace: Pace }>([
  { what: 'all is well', reason: 'Ready', ready: 'True', pace: USUAL },
  { what: 'agents are being loaded', reason: 'LoadingAgents', pace: LOADING_HOT },
  {
    what: 'agents are being loaded while another one is lacking',
    reason: 'LoadingAgents',
    evidence: { hasProblem: true },
    pace: LOADING_HOT,
  },
  { what: 'pods are being replaced', reason: 'RollingOut', pace: ROLLING_OUT },
  {
    what: 'a pod cannot start',
    reason: 'RollingOut',
    evidence: { hasProblem: true },
    pace: USUAL,
  },
  {
    what: 'the user has to act',
    reason: 'NameTaken',
    evidence: { outcome: { kind: 'stalled' } },
    pace: USUAL,
  },
])('the pace of a status while $what', ({ reason, ready, evidence, pace }) => {
  const all = { outcome: { kind: 'applied' }, hasProblem: false, ...evidence };
  expect(paceOf(all as ServerEvidence, status(reason, ready))).toBe(pace);
});
