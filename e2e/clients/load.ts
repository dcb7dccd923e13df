import { answerOf, ask } from './json-rpc.ts';
import type { Endpoint } from './json-rpc.ts';

/** Requests that go on until they are ended: one at a time for each endpoint. */
export interface Load {
  /** Sends nothing more; resolves when the last answer is there. */
  end(): Promise<{ requests: number; failures: string[] }>;
}

/** Begins to ask every endpoint again and again. An answer without text is a failure too. */
export function beginLoad(endpoints: readonly Endpoint[]): Load {
  const failures: string[] = [];
  let requests = 0;
  let ended = false;
  const callers = endpoints.map(async (endpoint) => {
    while (!ended) {
      requests += 1;
      try {
        const { status, task, body } = await ask(endpoint, 'Hello');
        if (status !== 200 || answerOf(task) === '')
          failures.push(`${status} ${body.slice(0, 200)}`);
      } catch (error) {
        failures.push(String(error));
      }
    }
  });
  return {
    async end() {
      ended = true;
      await Promise.all(callers);
      return { requests, failures };
    },
  };
}
