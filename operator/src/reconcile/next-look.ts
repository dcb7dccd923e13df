import { REASON } from '../api/conditions.ts';
import { isUnsettled } from './dependency-readings.ts';
import type { ServerEvidence } from './server-status.ts';
import type { Refresh } from './volume-refresh.ts';

/** Pods that were told to mount another version are asked this soon: most have it by then. */
const TOLD_MS = 400;
/** Pods that could not be told are told again this much later: it costs a write each. */
const UNTOLD_MS = 30_000;
/** Pods are asked again this often while they are expected to change their answer. */
const PENDING_MS = 2_000;
/** A name is free again without an event: objects of others are not watched. */
const TAKEN_MS = 10_000;
/** And this often, with jitter, when all is well: a dependency may go without any event. */
const STEADY_MS = 60_000;

/**
 * After how many milliseconds a server is looked at again if nothing happens; `refresh`: what became of
 * telling pods to mount another version.
 */
export function nextLookMs(
  { outcome, rollout, reports, revision, readings }: ServerEvidence,
  refresh: Pick<Refresh, 'told' | 'refusal'>,
  random: () => number,
): number {
  if (refresh.refusal !== undefined) return UNTOLD_MS;
  if (refresh.told > 0) return TOLD_MS;
  // What could not be applied, no pod can have read.
  const isApplied = outcome.kind === 'applied';
  const isBehind = isApplied && reports.some(({ report }) => report?.revision !== revision);
  // Not all that the Deployment counts were asked: the ReplicaSet they belong to was not seen yet.
  const isUnseen = isApplied && reports.length < rollout.ready;
  if (outcome.kind === 'stalled' && outcome.reason === REASON.NameTaken) return TAKEN_MS;
  const isPending = isBehind || isUnseen || Object.values(readings).some(isUnsettled);
  return isPending ? PENDING_MS : STEADY_MS * (0.9 + random() / 5);
}
