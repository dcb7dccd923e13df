import { ModelError } from '../agent/types.ts';

/**
 * The sentence for an HTTP answer of the proxy that is not a success. Nothing of the body reaches the
 * caller, because providers echo requests and keys in their errors; the log learns what the proxy calls
 * the error.
 */
export function statusError(status: number, model: string, body: string): ModelError {
  const { failure, message } = judged(status, model, body);
  const name = errorName(body);
  const cause = name === undefined ? {} : { cause: new Error(`status ${status}: ${name}`) };
  return new ModelError(failure, message, cause);
}

function judged(
  status: number,
  model: string,
  body: string,
): Pick<ModelError, 'failure' | 'message'> {
  const unknownModel = {
    failure: 'unknown_model',
    message: `The model service has no model ${model}.`,
  } as const;
  if (status === 401 || status === 403) {
    return { failure: 'unauthorized', message: 'The model service refused the credential.' };
  }
  if (status === 404) return unknownModel;
  if (status === 429) {
    const message = 'The model service is at its limit; try again later.';
    return { failure: 'rate_limited', message };
  }
  if (status >= 500) {
    return { failure: 'server_error', message: `The model service failed with status ${status}.` };
  }
  if (/invalid model name|model_not_found|does not exist/i.test(body)) return unknownModel;
  const message = `The model service refused the request with status ${status}.`;
  return { failure: 'rejected', message };
}

/** The type of an OpenAI error, when it is a name: a sentence may repeat the request. */
function errorName(body: string): string | undefined {
  const [, name] = /"type"\s*:\s*"([\w.-]{1,64})"/.exec(body) ?? [];
  return name;
}

/** The sentence for a connection that could not be made, or broke. */
export function connectionError(cause: unknown, started: boolean): ModelError {
  return started
    ? new ModelError('interrupted', 'The model service broke off in the middle of its answer.', {
        cause,
      })
    : new ModelError('unreachable', 'The model service cannot be reached.', { cause });
}

/** The sentence for an answer that is not what the protocol promises. */
export function malformedError(cause?: unknown): ModelError {
  return new ModelError('malformed', 'The model service sent an answer that cannot be read.', {
    cause,
  });
}

/** The sentence for a call that took too long. */
export function timeoutError(timeoutSeconds: number): ModelError {
  return new ModelError('timeout', `The model did not answer within ${timeoutSeconds} seconds.`);
}
