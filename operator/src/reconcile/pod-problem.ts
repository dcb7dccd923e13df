import type { V1ContainerStatus } from '@kubernetes/client-node';
import type { Pod } from './caches.ts';

/** Waiting reasons that are part of every normal start. */
const NORMAL = new Set(['ContainerCreating', 'PodInitializing']);

/** Longest part of a pod's own words that goes into a condition, in characters. */
const MAX_WORDS = 500;

/**
 * Why a pod does not become ready, in one sentence with its name; undefined when nothing is wrong
 * with it or it has only just started.
 */
export function podProblem({ metadata, status }: Pod): string | undefined {
  const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status === 'False') {
    return `pod ${metadata.name} cannot be scheduled: ${clip(scheduled.message)}`;
  }
  const [problem] = (status?.containerStatuses ?? []).flatMap(
    (container) => containerProblem(container) ?? [],
  );
  return problem === undefined ? undefined : `pod ${metadata.name}: ${problem}`;
}

function containerProblem({ state, lastState }: V1ContainerStatus): string | undefined {
  const waiting = state?.waiting;
  if (waiting?.reason === undefined || NORMAL.has(waiting.reason)) return undefined;
  const ended = lastState?.terminated;
  const words = clip(ended?.message ?? waiting.message);
  const exit = ended === undefined ? '' : ` after exit code ${ended.exitCode}`;
  return `${waiting.reason}${exit}${words === '' ? '' : `: ${words}`}`;
}

function clip(text = ''): string {
  const line = text.trim().replaceAll(/\s+/g, ' ');
  return line.length > MAX_WORDS ? `${line.slice(0, MAX_WORDS)}…` : line;
}
