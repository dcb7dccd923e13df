import type { StatusReport } from '../../../runtime/src/contract/status-report.ts';
import type { Pod } from './caches.ts';

/** Asks a pod for its own account. Rejects with a sentence when it does not give one in time. */
export type ReadPodStatus = (podIp: string, port: number) => Promise<StatusReport>;

/** What a ready pod said of itself, or why it said nothing. */
export interface PodReport {
  pod: string;
  report?: StatusReport;
  error?: string;
}

/** Asks every ready pod at once; pods that are still starting or on their way out do not count. */
export async function readReports(
  pods: readonly Pod[],
  port: number,
  read: ReadPodStatus,
): Promise<PodReport[]> {
  const ready = pods.filter(isReady).sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  return Promise.all(
    ready.map(async ({ metadata, status }) => {
      try {
        return { pod: metadata.name, report: await read(status?.podIP ?? '', port) };
      } catch (error) {
        return {
          pod: metadata.name,
          error: error instanceof Error ? error.message : String(error),
        };
      }
    }),
  );
}

function isReady({ metadata, status }: Pod): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return metadata.deletionTimestamp === undefined && ready?.status === 'True';
}
