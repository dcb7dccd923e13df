import { officialClient, textMessage } from './javascript.ts';
import { answerOf, ask } from './json-rpc.ts';
import type { Caller } from './javascript.ts';
import type { Endpoint } from './json-rpc.ts';

/** Requests that go on until they are ended. */
export interface Load {
  /** How many were answered as wanted so far. */
  answered(): number;
  /** Sends nothing more; resolves when the last answer is there. */
  end(): Promise<{ requests: number; failures: string[] }>;
}

/** Begins to ask every endpoint again and again. An answer without text is a failure too. */
export function beginLoad(endpoints: readonly Endpoint[]): Load {
  return repeated(
    endpoints.map((endpoint) => async () => {
      const { status, task, body } = await ask(endpoint, 'Hello');
      return status === 200 && answerOf(task) !== ''
        ? undefined
        : `${status} ${body.slice(0, 300)}`;
    }),
  );
}

/** As `beginLoad`, with the official client. */
export async function beginOfficialLoad(callers: readonly Caller[]): Promise<Load> {
  const clients = await Promise.all(callers.map(officialClient));
  return repeated(
    clients.map((client) => async () => {
      const answer = JSON.stringify(await client.sendMessage(textMessage('Hello')));
      return answer.includes('was: Hello') ? undefined : answer;
    }),
  );
}

/** Begins to call each caller again and again, one call at a time; it gives what is wrong with its answer. */
function repeated(callers: readonly (() => Promise<string | undefined>)[]): Load {
  const failures: string[] = [];
  let requests = 0;
  let answered = 0;
  let ended = false;
  const loops = callers.map(async (call) => {
    while (!ended) {
      requests += 1;
      const failure = await call().catch((error: unknown) => describe(error));
      if (failure === undefined) answered += 1;
      else failures.push(`${new Date().toISOString()} ${failure}`);
    }
  });
  return {
    answered: () => answered,
    async end() {
      ended = true;
      await Promise.all(loops);
      return { requests, failures };
    },
  };
}

function describe(error: unknown): string {
  // Not by instanceof: errors of fetch are not of the realm that tests run in.
  const { message, cause } = error as { message?: string; cause?: { message?: string } };
  return [message ?? String(error), cause?.message].filter((part) => part !== undefined).join(': ');
}
