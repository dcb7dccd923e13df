import type { Clock } from '../ops/telemetry.ts';

/** A piece waits at most this long, so that a fast model does not cost one event per token. */
const MAX_DELAY_MS = 40;
/** And is sent at once when it has this many characters. */
const MAX_CHARACTERS = 512;

/** Collects small pieces of text and hands them on as larger ones, in order. */
export interface Coalescer {
  push: (text: string) => void;
  /** Hands over what is left and ends; `push` afterwards is ignored. */
  finish: () => string;
  /** Forgets what is left. */
  discard: () => void;
}

/** A coalescer that calls `flush` with every piece but the last, which `finish` returns. */
export function coalescer(clock: Clock, flush: (text: string) => void): Coalescer {
  let pending = '';
  let stopTimer: (() => void) | undefined;
  let ended = false;

  const take = (): string => {
    stopTimer?.();
    stopTimer = undefined;
    const text = pending;
    pending = '';
    return text;
  };
  const end = (): string => {
    ended = true;
    return take();
  };

  return {
    push(text) {
      if (ended || text === '') return;
      pending += text;
      if (pending.length >= MAX_CHARACTERS) {
        flush(take());
        return;
      }
      stopTimer ??= clock.after(MAX_DELAY_MS, () => {
        flush(take());
      });
    },
    finish: end,
    discard: end,
  };
}
