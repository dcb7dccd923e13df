import type { V1ContainerStateWaiting, V1ContainerStatus } from '@kubernetes/client-node';
import { clipped } from '../api/clipped.ts';
import { conditionOf } from '../api/object.ts';
import type { Pod } from './caches.ts';

/** Waiting reasons that are part of every normal start. */
const NORMAL = new Set(['ContainerCreating', 'PodInitializing', 'CrashLoopBackOff']);

/** The kubelet alternates between these; a status that followed would be written at every turn. */
const PULL = new Set(['ErrImagePull', 'ImagePullBackOff']);

/** Longest part of a pod's own words that goes into a condition, in characters. */
const MAX_WORDS = 500;

/**
 * Why a pod does not become ready, in one sentence with its name; undefined when nothing is wrong
 * with it or it has only just started. The sentence stays the same while the cause does.
 */
export function podProblem({ metadata, status }: Pod): string | undefined {
  const scheduled = conditionOf(status?.conditions, 'PodScheduled');
  if (scheduled?.status === 'False') {
    return `pod ${metadata.name} cannot be scheduled: ${ownWords(scheduled.message)}`;
  }
  const [problem] = (status?.containerStatuses ?? []).flatMap(
    (container) => containerProblem(container) ?? [],
  );
  return problem === undefined ? undefined : `pod ${metadata.name}: ${problem}`;
}

function containerProblem(container: V1ContainerStatus): string | undefined {
  const { ready, started, state, lastState, image } = container;
  if (ready) return undefined;
  if (isPulling(container)) return `image "${image}" cannot be pulled`;
  // An earlier crash explains only a container that has not come up since.
  const ended = state?.terminated ?? (started === true ? undefined : lastState?.terminated);
  if (ended !== undefined)
    return sentence(`crashed with exit code ${ended.exitCode}`, ended.message);
  return waitingProblem(state?.waiting);
}

function isPulling({ state }: V1ContainerStatus): boolean {
  return PULL.has(state?.waiting?.reason ?? '');
}

function waitingProblem(waiting: V1ContainerStateWaiting | undefined): string | undefined {
  if (waiting?.reason === undefined || NORMAL.has(waiting.reason)) return undefined;
  return sentence(waiting.reason, waiting.message);
}

function sentence(what: string, words: string | undefined): string {
  const own = ownWords(words);
  return own === '' ? what : `${what}: ${own}`;
}

/** A log line's own words: its time would make every crash look like another one. */
function wordsOf(line: string): string {
  try {
    const { msg } = JSON.parse(line) as { msg?: unknown };
    return typeof msg === 'string' ? msg : line;
  } catch {
    return line;
  }
}

function ownWords(text = ''): string {
  const line = text.trim().split('\n').map(wordsOf).join(' ').replaceAll(/\s+/g, ' ');
  return line.length > MAX_WORDS ? `${clipped(line, MAX_WORDS)}…` : line.toWellFormed();
}
