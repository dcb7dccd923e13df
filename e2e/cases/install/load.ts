import { ask } from '../../clients/json-rpc.ts';
import type { Endpoint } from '../../clients/json-rpc.ts';

/** Requests that go on until they are stopped. */
export interface Load {
  /** How many were answered so far. */
  answered(): number;
  /** Waits for those under way; gives what failed, in words. */
  stop(): Promise<readonly string[]>;
}

/** Starts so many clients, each of which sends its next message when the last one is answered. */
export function startLoad(endpoint: Endpoint, clients: number): Load {
  const failures: string[] = [];
  let answered = 0;
  let stopping = false;
  const send = async (): Promise<void> => {
    const at = new Date().toISOString();
    try {
      const { status, task, body } = await ask(endpoint, 'Hello');
      if (status === 200 && task?.status.state === 'TASK_STATE_COMPLETED') answered += 1;
      else failures.push(`${at} HTTP ${status}: ${body.slice(0, 300)}`);
    } catch (error) {
      failures.push(`${at} ${String(error)}: ${String((error as Error).cause)}`);
    }
  };
  const client = async (): Promise<void> => {
    while (!stopping) await send();
  };
  const all = Array.from({ length: clients }, client);
  return {
    answered: () => answered,
    async stop() {
      stopping = true;
      await Promise.all(all);
      return failures;
    },
  };
}
