import { watch } from 'node:fs';
import type { Clock, Log } from '../ops/telemetry.ts';

/** Kubernetes swaps a whole folder at once: one look after the dust has settled. */
const SETTLE_MS = 100;
/** In case an event is lost, as on network file systems. */
const POLL_MS = 10_000;
/** While the folder cannot be read. */
const RETRY_MS = 1000;

/**
 * Calls `reload` now, after every change of the folder, and now and then. Calls never overlap.
 * `reload` may reject, as when the folder is not there yet; it is then tried again soon.
 * The returned function ends it.
 */
export function watchFolder(
  dir: string,
  reload: () => Promise<void>,
  { clock, log }: { clock: Clock; log: Log },
): () => void {
  let stopWatching: (() => void) | undefined;
  let stopTimer = (): void => undefined;
  let running: Promise<void> = Promise.resolve();
  let isFailing = false;
  let hasWarned = false;
  let changes = 0;
  let ended = false;

  const schedule = (delayMs: number): void => {
    stopTimer();
    if (!ended) stopTimer = clock.after(delayMs, look);
  };
  const onChange = (): void => {
    changes += 1;
    schedule(SETTLE_MS);
  };
  const look = (): void => {
    running = running.then(async () => {
      if (ended) return;
      const before = changes;
      try {
        const watching = stopWatching ? { stop: stopWatching } : tryWatching(dir, onChange);
        stopWatching = watching.stop;
        await reload();
        if (watching.error !== undefined && !hasWarned) {
          log.warn('the agents folder cannot be watched: edits wait up to 10 s', {
            path: dir,
            err: watching.error,
          });
          hasWarned = true;
        }
        isFailing = false;
      } catch (err) {
        if (!isFailing) log.error('the agents folder cannot be read', { path: dir, err });
        isFailing = true;
      }
      // What has changed while the folder was read may have been read before.
      schedule(changes === before ? (isFailing ? RETRY_MS : POLL_MS) : SETTLE_MS);
    });
  };
  look();
  return () => {
    ended = true;
    stopTimer();
    stopWatching?.();
  };
}

/** Nothing is watched where the system has no watch to give; the folder is then looked at now and then. */
function tryWatching(dir: string, onChange: () => void): { stop?: () => void; error?: unknown } {
  try {
    return { stop: startWatching(dir, onChange) };
  } catch (error) {
    return { error };
  }
}

function startWatching(dir: string, onChange: () => void): () => void {
  const watcher = watch(dir, { persistent: false }, onChange);
  // The folder itself was replaced or removed; polling finds out what is there now.
  watcher.on('error', () => {
    watcher.close();
  });
  return () => {
    watcher.close();
  };
}
