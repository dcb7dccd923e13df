import { setTimeout as pause } from 'node:timers/promises';
import type { AuditLog } from './audit.ts';
import { countWrites, writesTotal } from './writes.ts';
import type { Writes } from './writes.ts';

const LOOK_MS = 500;
const QUIET_MS = 5_000;
const MOST_MS = 120_000;

/** What a user has written since the mark, when no write has come for five seconds. */
export async function writesUntilQuiet(
  audit: AuditLog,
  mark: number,
  user: string,
): Promise<Writes> {
  const deadline = Date.now() + MOST_MS;
  let [quietSinceMs, before] = [Date.now(), -1];
  for (;;) {
    const writes = countWrites(await audit.since(mark, user));
    const total = writesTotal(writes);
    if (total !== before) quietSinceMs = Date.now();
    if (Date.now() - quietSinceMs >= QUIET_MS || Date.now() > deadline) return writes;
    before = total;
    await pause(LOOK_MS);
  }
}
