import { setTimeout as delay } from 'node:timers/promises';
import type { Firewall } from './firewall.ts';
import { programOf, ruleCount } from './iptables.ts';
import { policedPods } from './rules.ts';
import type { ClusterState } from './rules.ts';

/** A burst of events (a rollout, say) becomes one transaction. */
const SETTLE_MS = 50;
/** How often the kernel is compared with what was written into it. */
const VERIFY_MS = 5_000;
const RETRY_MS = 500;

export type Log = (event: string, details: Readonly<Record<string, unknown>>) => void;

export interface EnforcerOptions {
  readonly podCidr: string;
  readonly firewall: Firewall;
  readonly state: () => ClusterState | undefined;
  readonly changes: ChangeBell;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Remembers that something changed until somebody waits for it. */
export interface ChangeBell {
  readonly ring: () => void;
  /** When it first rang since the last wait (as of Date.now), or undefined after the time is up. */
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<number | undefined>;
}

export function createChangeBell(): ChangeBell {
  let rungAt: number | undefined;
  let wake: () => void = () => undefined;
  return {
    ring: () => {
      rungAt ??= Date.now();
      wake();
    },
    wait: async (milliseconds, signal) => {
      if (rungAt === undefined) {
        const timer = new AbortController();
        const rung = new Promise<void>((resolve) => (wake = resolve));
        const expired = delay(milliseconds, undefined, {
          signal: AbortSignal.any([signal, timer.signal]),
        }).catch(() => undefined);
        await Promise.race([rung, expired]);
        timer.abort();
      }
      const since = rungAt;
      rungAt = undefined;
      return since;
    },
  };
}

/**
 * Writes the rules of the cluster's state after each change until the signal aborts, one program at
 * a time. A program that cannot be written is logged and tried again; the last one stays in force.
 */
export async function enforce(options: EnforcerOptions): Promise<void> {
  const { changes, log, signal } = options;
  for (;;) {
    const changedAt = await changes.wait(VERIFY_MS, signal);
    if (changedAt !== undefined) await pause(SETTLE_MS, signal);
    if (signal.aborted) return;
    const state = options.state();
    if (state === undefined) continue;
    try {
      await applyOnce(state, changedAt, options);
    } catch (error) {
      log('apply failed', { error: String(error) });
      await pause(RETRY_MS, signal);
      changes.ring();
    }
  }
}

async function applyOnce(
  state: ClusterState,
  changedAt: number | undefined,
  { podCidr, firewall, log }: EnforcerOptions,
): Promise<void> {
  const startedAt = Date.now();
  const pods = policedPods(state, podCidr);
  const program = programOf(pods);
  const verify = changedAt === undefined;
  if (!(await firewall.apply(program, { verify }))) return;
  log(verify ? 'repaired' : 'applied', {
    policies: state.policies.length,
    pods: state.endpoints.length,
    policed: pods.length,
    rules: ruleCount(program),
    sets: program.sets.size,
    ms: Date.now() - startedAt,
    msSinceChange: Date.now() - (changedAt ?? startedAt),
  });
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal }).catch(() => undefined);
}
