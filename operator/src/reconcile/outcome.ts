import { REASON } from '../api/conditions.ts';
import type { Reason } from '../api/conditions.ts';
import { isRejection } from '../kube/port.ts';
import { StalledError, WaitingError } from './errors.ts';

/** How the writing half of a reconcile ended, as far as a status may tell. */
export type Outcome =
  | { kind: 'applied' }
  | { kind: 'stalled'; reason: Reason; message: string }
  | { kind: 'waiting'; reason: Reason; message: string };

/**
 * Runs the writing half. An API server that rejects an object as such will reject it again, so that
 * is the user's to mend. Every other error (timeouts, conflicts, outages) passes through: it is tried
 * again, and says nothing about the object, so no status is written of it.
 */
export async function outcomeOf(work: () => Promise<void>): Promise<Outcome> {
  try {
    await work();
    return { kind: 'applied' };
  } catch (error) {
    if (error instanceof StalledError) {
      return { kind: 'stalled', reason: error.reason, message: error.message };
    }
    if (error instanceof WaitingError) {
      return { kind: 'waiting', reason: error.reason, message: error.message };
    }
    if (isRejection(error)) {
      return { kind: 'stalled', reason: REASON.Refused, message: error.message };
    }
    throw error;
  }
}
