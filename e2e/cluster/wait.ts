import { setTimeout as pause } from 'node:timers/promises';
import { ClusterError } from './cluster-error.ts';

export interface WaitOptions {
  readonly seconds: number;
  /** Between two looks at the condition. */
  readonly everyMilliseconds?: number;
  /** The log that explains why the condition did not come true. */
  readonly logFile?: string;
  readonly remedy?: string;
}

/**
 * Looks at a condition until it gives a value other than `undefined` and `false`.
 *
 * A condition that throws is not yet true: what it asks (an API server, a socket) may still be starting.
 * The last error is the cause of the failure, since it usually says what is missing.
 *
 * @throws ClusterError after `seconds`, naming what was waited for.
 */
export async function waitFor<T>(
  what: string,
  condition: () => Promise<T | undefined | false>,
  options: WaitOptions,
): Promise<T> {
  const deadline = Date.now() + options.seconds * 1000;
  let cause: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value !== undefined && value !== false) return value;
      cause = undefined;
    } catch (error) {
      if (error instanceof ProcessEndedError) throw error;
      cause = error;
    }
    if (Date.now() > deadline) {
      const { logFile, remedy } = options;
      throw new ClusterError(`${what}: not so after ${options.seconds} s`, {
        logFile,
        remedy,
        cause,
      });
    }
    await pause(options.everyMilliseconds ?? 100);
  }
}

/** The process that a condition depends on is gone, so that waiting on is useless. */
export class ProcessEndedError extends ClusterError {}
