import { get as httpGet } from 'node:http';
import { get as httpsGet } from 'node:https';

const TIMEOUT_MS = 3000;

/**
 * Asks the proxy whether it lives. Resolves when it does, rejects with a sentence otherwise. An API
 * that is no LiteLLM proxy does not know the path, but lives when it says so. Uses node's own client,
 * so that an idle server never loads the model client. Never asks `/health`, which makes paid calls.
 */
export function checkLiveliness(url: URL, ca: string | undefined): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const get = url.protocol === 'https:' ? httpsGet : httpGet;
  const options = { timeout: TIMEOUT_MS, agent: false, ...(ca !== undefined && { ca }) };
  const request = get(url, options, (response) => {
    response.resume();
    const { statusCode = 0 } = response;
    if (statusCode < 500) resolve(undefined);
    else reject(new Error(`${url.pathname} answered ${statusCode}`));
  });
  request.on('timeout', () => request.destroy(new Error('no answer in time')));
  request.on('error', (error: NodeJS.ErrnoException) => {
    reject(new Error(`cannot be reached: ${error.code ?? error.message}`));
  });
  return promise;
}
