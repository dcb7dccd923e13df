import type { A2AServerStatus } from '../api/a2aserver.ts';
import { CONDITION, REASON } from '../api/conditions.ts';
import { conditionOf } from '../api/object.ts';
import type { ServerEvidence } from './server-status.ts';
import { LOADING_HOT, ROLLING_OUT, USUAL } from './status-writer.ts';
import type { Pace } from './status-writer.ts';

/**
 * How soon a status is to be written. A hot edit first: it is live within a second or two, also on a server that
 * lacks another agent, and a Ready that flickers for it would wake whoever watches.
 */
export function paceOf({ outcome, hasProblem }: ServerEvidence, status: A2AServerStatus): Pace {
  if (outcome.kind !== 'applied') return USUAL;
  const ready = conditionOf(status.conditions, CONDITION.Ready);
  if (ready?.reason === REASON.LoadingAgents) return LOADING_HOT;
  if (hasProblem) return USUAL;
  return ready?.status === 'True' ? USUAL : ROLLING_OUT;
}
