import { REASON } from '../api/conditions.ts';
import type { Reason } from '../api/conditions.ts';
import { ApiError, isRejection, NAMESPACE_TERMINATING } from '../kube/port.ts';
import { StalledError, WaitingError } from './errors.ts';

/** How the writing half of a reconcile ended, as far as a status may tell. */
export type Outcome =
  | { kind: 'applied' }
  | { kind: 'stalled'; reason: Reason; message: string }
  | {
      kind: 'waiting';
      reason: Reason;
      message: string;
      /** To be tried again with growing pauses, because no event will tell when it has passed. */
      error?: ApiError;
    };

/** About five seconds of attempts: what lasts longer is no passing disturbance. */
const FAILURES_BEFORE_SHOWN = 10;

/**
 * Runs the writing half. An API server that rejects an object as such will reject it again, so that
 * is the user's to mend. Every other error (timeouts, conflicts, outages) says nothing about the
 * object and passes through, to be tried again; only when the API server keeps answering with it
 * (a broken admission webhook), a status has to say so.
 */
export async function outcomeOf(failures: number, work: () => Promise<void>): Promise<Outcome> {
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
    if (error instanceof ApiError && error.reason === NAMESPACE_TERMINATING) {
      const message = 'the namespace is being deleted, and this server with it';
      return { kind: 'waiting', reason: REASON.NamespaceTerminating, message };
    }
    if (error instanceof ApiError && failures >= FAILURES_BEFORE_SHOWN) {
      const message = `the API server answers ${error.status}: ${error.message}`;
      return { kind: 'waiting', reason: REASON.ApplyFailed, message, error };
    }
    throw error;
  }
}
