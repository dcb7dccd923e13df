import { ModelError } from './agent/types.ts';
import { proxyUrls } from './llm/base-url.ts';
import { connection } from './llm/connection.ts';
import { liteLlm } from './llm/litellm.ts';
import { checkLiveliness } from './llm/liveliness.ts';
import { watchDependency } from './ops/dependency.ts';
import { liveSecret } from './secrets.ts';
import type { Complete } from './agent/types.ts';
import type { ModelConfig } from './config.ts';
import type { GrantedSecrets } from './granted-secrets.ts';
import type { LiteLlmOptions } from './llm/litellm.ts';
import type { Dependency } from './ops/dependency.ts';
import type { Clock, Telemetry } from './ops/telemetry.ts';

/** The model proxy as the runtime uses it. */
export interface Model {
  complete: Complete;
  dependency: Dependency;
  close: () => Promise<void>;
}

const LIVELINESS_INTERVAL_MS = 15_000;

/** Prepares calls and begins to look whether the proxy lives. Opens no connection for calls. */
export function openModel(
  config: ModelConfig,
  granted: Pick<GrantedSecrets, 'read'>,
  { clock, telemetry }: { clock: Clock; telemetry: Telemetry },
): Model {
  const log = telemetry.log.child('llm');
  const urls = proxyUrls(config.url);
  const { ca } = config;
  const pool = connection({
    origin: urls.completions.origin,
    maxConcurrentCalls: config.maxConcurrentCalls,
    ...(ca !== undefined && { ca }),
  });
  const dependency = watchDependency({
    name: 'the model proxy',
    check: () => checkLiveliness(urls.liveliness, ca),
    intervalMs: LIVELINESS_INTERVAL_MS,
    clock,
    log,
  });
  const complete = liteLlm({
    connection: pool,
    path: urls.completions.pathname,
    apiKey: keys(liveSecret(config.apiKey, { clock, log }), granted),
    timeoutSeconds: config.timeoutSeconds,
    telemetry: { ...telemetry, log },
    clock,
  });
  return {
    complete,
    dependency,
    async close() {
      dependency.stop();
      await pool.close();
    },
  };
}

/** An agent that names a key of its own is never given the server's. */
function keys(
  serverKey: () => string | undefined,
  granted: Pick<GrantedSecrets, 'read'>,
): LiteLlmOptions['apiKey'] {
  return (ref) => {
    if (ref === undefined) return serverKey();
    const key = granted.read(ref);
    if (key !== undefined) return key;
    throw new ModelError('unauthorized', "The agent's own key for the model proxy is missing.");
  };
}
