import { readFileSync } from 'node:fs';
import type { Clock, Log } from './telemetry.ts';

const RECHECK_MS = 1000;

/**
 * Content of a file that may change, such as a mounted Secret: read again when asked, at most once
 * a second. A file that cannot be read, or whose content `accept` refuses, keeps what was there
 * before and is logged once until it is right again.
 */
export function liveFile(
  path: string,
  initial: string,
  { accept, clock, log }: { accept: (content: string) => boolean; clock: Clock; log: Log },
): () => string {
  let content = initial;
  let checkedAtMs = clock.now();
  let isBroken = false;

  const reread = (): void => {
    const found = tryRead(path);
    const isGood = found !== undefined && accept(found);
    if (!isGood && !isBroken) log.error('a file cannot be used, its last content stays', { path });
    if (isGood && found !== content) {
      content = found;
      log.info('a file has changed and was read again', { path });
    }
    isBroken = !isGood;
  };

  return () => {
    if (clock.now() - checkedAtMs >= RECHECK_MS) {
      checkedAtMs = clock.now();
      reread();
    }
    return content;
  };
}

/** Content of a file; undefined when it cannot be read. */
export function tryRead(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
