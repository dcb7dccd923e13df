import { Agent, request } from 'undici';
import { STATUS_PATH } from '../../../runtime/src/contract/layout.ts';
import type { StatusReport } from '../../../runtime/src/contract/status-report.ts';
import { parseStatusReport } from './status-report.ts';

const TIMEOUT_MS = 2_000;
const MAX_BYTES = 64 * 1024;

/**
 * Reads a pod's own account of itself. Rejects when it does not come whole within two seconds, or is
 * larger than 64 KiB: a pod is not trusted to be well-behaved.
 */
export function podStatusReader(): (podIp: string, port: number) => Promise<StatusReport> {
  // Pods come and go with their addresses, so connections are not kept.
  const dispatcher = new Agent({
    pipelining: 0,
    maxResponseSize: MAX_BYTES,
    connect: { timeout: TIMEOUT_MS },
  });
  return async (podIp, port) => {
    const host = podIp.includes(':') ? `[${podIp}]` : podIp;
    const answer = await request(`http://${host}:${port}${STATUS_PATH}`, {
      dispatcher,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (answer.statusCode !== 200) {
      await answer.body.dump();
      throw new Error(`${STATUS_PATH} answered ${answer.statusCode}`);
    }
    return parseStatusReport(await answer.body.json());
  };
}
