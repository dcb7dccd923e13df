import { get } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { STATUS_PATH } from '../../../runtime/src/contract/layout.ts';
import type { StatusReport } from '../../../runtime/src/contract/status-report.ts';
import { parseStatusReport } from './status-report.ts';

const TIMEOUT_MS = 2_000;
const MAX_BYTES = 64 * 1024;

/**
 * Reads a pod's own account of itself. Rejects when it does not come whole within two seconds, or is
 * larger than 64 KiB: a pod is not trusted to be well-behaved. Pods come and go with their addresses
 * and are asked rarely, so no connection is kept, and node's own client is lighter than a pool.
 */
export async function readPodStatus(podIp: string, port: number): Promise<StatusReport> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ host: podIp, port, path: STATUS_PATH, agent: false, signal }, resolve).on(
      'error',
      reject,
    );
  });
  const body = await bodyOf(answer);
  if (answer.statusCode !== 200)
    throw new Error(`${STATUS_PATH} answered ${answer.statusCode ?? 0}`);
  return parseStatusReport(JSON.parse(body));
}

async function bodyOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new Error(`${STATUS_PATH} is longer than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
