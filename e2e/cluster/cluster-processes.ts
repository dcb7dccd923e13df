import { folders } from './paths.ts';
import type { ProcessGroup } from './processes.ts';

/** The processes of the one cluster of this machine. */
export const clusterProcesses: ProcessGroup = {
  records: folders.processRecords,
  logs: folders.logs,
};
