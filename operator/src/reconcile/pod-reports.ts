import type { StatusReport } from '../../../runtime/src/contract/status-report.ts';
import { conditionOf } from '../api/object.ts';
import type { Pod } from './caches.ts';

/** Asks a pod for its own account. Rejects with a sentence when it does not give one in time. */
export type ReadPodStatus = (podIp: string, port: number) => Promise<StatusReport>;

/** What a running pod said of itself, or why it said nothing. */
export interface PodReport {
  pod: string;
  /** Whether callers reach it; only then does what it serves count. */
  ready: boolean;
  report?: StatusReport;
  error?: string;
}

/** Asks every running pod at once. */
export async function readReports(
  pods: readonly Pod[],
  port: number,
  read: ReadPodStatus,
): Promise<PodReport[]> {
  const running = pods
    .filter(isRunning)
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  return Promise.all(
    running.map(async (pod) => {
      const named = { pod: pod.metadata.name, ready: isPodReady(pod) };
      try {
        return { ...named, report: await read(pod.status?.podIP ?? '', port) };
      } catch (error) {
        return { ...named, error: error instanceof Error ? error.message : String(error) };
      }
    }),
  );
}

/** Whether a pod can be asked; one that is on its way out has nothing to say any more. */
export function isRunning({ metadata, status }: Pod): boolean {
  return (
    metadata.deletionTimestamp === undefined &&
    status?.phase === 'Running' &&
    status.podIP !== undefined
  );
}

/** Whether callers reach a pod. */
export function isPodReady({ status }: Pod): boolean {
  return conditionOf(status?.conditions, 'Ready')?.status === 'True';
}
