import { clipped } from '../api/clipped.ts';
import type { ConditionType, Reason } from '../api/conditions.ts';
import { conditionOf } from '../api/object.ts';
import type { Condition } from '../api/object.ts';

/** A judgement before it becomes a condition. */
export interface Verdict {
  type: ConditionType;
  status: Condition['status'];
  reason: Reason;
  message: string;
}

const MAX_MESSAGE = 4096;

/**
 * Conditions from verdicts, sorted by type. `lastTransitionTime` moves only when the status does, so
 * that the same judgement gives the same bytes.
 */
export function conditionsOf(
  verdicts: readonly Verdict[],
  previous: readonly Condition[],
  generation: number,
  now: Date,
): Condition[] {
  return verdicts
    .map(({ type, status, reason, message }) => {
      const before = conditionOf(previous, type);
      const since = before?.status === status ? before.lastTransitionTime : undefined;
      return {
        type,
        status,
        reason,
        message: clipped(message, MAX_MESSAGE),
        observedGeneration: generation,
        lastTransitionTime: since ?? now.toISOString().replace(/\.\d+Z$/, 'Z'),
      };
    })
    .sort((a, b) => (a.type < b.type ? -1 : 1));
}
