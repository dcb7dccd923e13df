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
  let changes = 0;
  let ended = false;

  const schedule = (delayMs: number): void => {
    stopTimer();
    if (!ended) stopTimer = clock.after(delayMs, look);
  };
  const look = (): void => {
    running = running.then(async () => {
      const before = changes;
      try {
        stopWatching ??= startWatching(dir, () => {
          changes += 1;
          schedule(SETTLE_MS);
        });
        await reload();
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
