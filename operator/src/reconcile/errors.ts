import type { Reason } from '../api/conditions.ts';

/** The user must act: nothing is tried again until the spec or a referenced object changes. */
export class StalledError extends Error {
  override readonly name = 'StalledError';
  readonly reason: Reason;

  constructor(reason: Reason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Something else must happen first, and its event will bring the object back. */
export class WaitingError extends Error {
  override readonly name = 'WaitingError';
  readonly reason: Reason;

  constructor(reason: Reason, message: string) {
    super(message);
    this.reason = reason;
  }
}
