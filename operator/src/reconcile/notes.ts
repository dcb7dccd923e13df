import { CONDITION, REASON } from '../api/conditions.ts';
import type { Condition, KubeObject } from '../api/object.ts';
import type { Deed } from './apply.ts';

/** What an Event says of an object. */
export interface Note {
  type: 'Normal' | 'Warning';
  /** CamelCase, for programs. */
  reason: string;
  message: string;
}

/** Leaves an Event at an object. Never fails, and never waits. */
export type Notify = (object: KubeObject, note: Note) => void;

/** Conditions that are a problem when they have this status. */
const PROBLEMS: Readonly<Record<string, Condition['status']>> = {
  [CONDITION.Stalled]: 'True',
  [CONDITION.Accepted]: 'False',
  [CONDITION.ResolvedRefs]: 'False',
  [CONDITION.MemoryReachable]: 'False',
  [CONDITION.ModelReachable]: 'False',
};
/** Reasons for which `Ready` is false that are no part of an ordinary rollout. */
const READY_PROBLEMS: readonly string[] = [REASON.SecretNotFound, REASON.ApplyFailed];

/** A warning for every problem that a status has and did not have before: an ordinary start leaves none. */
export function warnings(
  before: readonly Condition[] = [],
  after: readonly Condition[] = [],
): Note[] {
  const known = before.filter(isProblem).map(textOf);
  return after
    .filter((condition) => isProblem(condition) && !known.includes(textOf(condition)))
    .map(({ reason, message }) => ({ type: 'Warning', reason, message }));
}

/** What to say of a write; undefined for those that a user expects. */
export function noteOf(deed: Deed, { kind, metadata: { name } }: KubeObject): Note | undefined {
  if (deed !== 'repaired') return undefined;
  const message = `${kind} "${name}" was changed by somebody else; its fields that this server sets were set back`;
  return { type: 'Normal', reason: 'Repaired', message };
}

/** What to say when pods could not be told to mount another version: a policy or a webhook of others refuses it. */
export function untold(error: unknown): Note {
  const words = error instanceof Error ? error.message : String(error);
  const message = `pods load edited agents and Secrets only when the kubelet looks by itself, within about 90 seconds: ${words}`;
  return { type: 'Warning', reason: 'PodsNotTold', message };
}

function isProblem({ type, status, reason }: Condition): boolean {
  if (type === CONDITION.Ready) return status === 'False' && READY_PROBLEMS.includes(reason);
  return PROBLEMS[type] === status;
}

function textOf({ type, reason, message }: Condition): string {
  return `${type}/${reason}/${message}`;
}
