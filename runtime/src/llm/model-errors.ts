import { ModelError } from '../agent/types.ts';

/**
 * The sentence for an HTTP answer of the proxy that is not a success. The body is only looked at
 * for the one case that the status does not tell; nothing of it reaches the caller, because
 * providers echo requests and keys in their errors.
 */
export function statusError(status: number, model: string, body: string): ModelError {
  const unknownModel = new ModelError('unknown_model', `The model service has no model ${model}.`);
  if (status === 401 || status === 403) {
    return new ModelError('unauthorized', 'The model service refused the credential.');
  }
  if (status === 404) return unknownModel;
  if (status === 429) {
    return new ModelError('rate_limited', 'The model service is at its limit; try again later.');
  }
  if (status >= 500) {
    return new ModelError('server_error', `The model service failed with status ${status}.`);
  }
  if (/invalid model name|model_not_found|does not exist/i.test(body)) return unknownModel;
  return new ModelError('rejected', `The model service refused the request with status ${status}.`);
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
