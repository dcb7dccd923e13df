import { randomUUID } from 'node:crypto';
import type { ObjectRef } from '../api/object.ts';
import { ApiError } from '../kube/port.ts';
import type { Queue } from './queue.ts';

/** What a reconcile asks for: another look later, or nothing. */
export interface Result {
  requeueAfterMs?: number;
}

/** One call of a reconciler. */
export interface Attempt {
  /** For log lines; new for every call. */
  reconcileId: string;
  /** How many calls for this object have failed since the last success. */
  failures: number;
}

/** Brings one object to its desired state; rejects when it should be tried again. */
export type Reconcile = (ref: ObjectRef, attempt: Attempt) => Promise<Result>;

/** Hears how every reconcile ended. */
export interface ControllerObserver {
  started(): void;
  ended(end: {
    ref: ObjectRef;
    reconcileId: string;
    durationMs: number;
    result: 'success' | 'requeue_after' | 'error';
    error?: unknown;
  }): void;
}

interface Options {
  queue: Queue;
  reconcile: Reconcile;
  observer: ControllerObserver;
  concurrency: number;
  now: () => number;
  /** Resolves after everything else that can go on has had its turn. */
  turn: () => Promise<void>;
}

/** Works the queue with `concurrency` workers until it is closed; resolves when all have ended. */
export async function runController(options: Options): Promise<void> {
  await Promise.all(Array.from({ length: options.concurrency }, () => work(options)));
}

async function work(options: Options): Promise<void> {
  const { queue, turn } = options;
  for (let key = await queue.take(); key !== undefined; key = await queue.take()) {
    await processKey(key, options);
    queue.done(key);
    // A look that waits for nothing would lead to the next one, and so through a whole fleet, without
    // letting a probe or the renewal of the lease in between.
    await turn();
  }
}

async function processKey(key: string, options: Options): Promise<void> {
  const { queue, reconcile, observer, now } = options;
  const startMs = now();
  const attempt = { reconcileId: randomUUID(), failures: queue.failuresOf(key) };
  const ref = refOf(key);
  const end = (): { ref: ObjectRef; reconcileId: string; durationMs: number } => ({
    ref,
    reconcileId: attempt.reconcileId,
    durationMs: now() - startMs,
  });
  observer.started();
  try {
    const { requeueAfterMs } = await reconcile(ref, attempt);
    queue.forget(key);
    if (requeueAfterMs !== undefined) queue.addAfter(key, requeueAfterMs);
    observer.ended({
      ...end(),
      result: requeueAfterMs === undefined ? 'success' : 'requeue_after',
    });
  } catch (error) {
    queue.retry(key, error instanceof ApiError ? error.retryAfterMs : undefined);
    observer.ended({ ...end(), result: 'error', error });
  }
}

function refOf(key: string): ObjectRef {
  const slash = key.indexOf('/');
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
