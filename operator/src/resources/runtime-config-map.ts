import type { V1ConfigMap } from '@kubernetes/client-node';
import type { VariableName } from '../../../runtime/src/contract/environment.ts';
import {
  AGENTS_DIR,
  GRANTED_SECRETS_DIR,
  HTTP_PORT,
} from '../../../runtime/src/contract/layout.ts';
import type { A2AServer } from '../api/a2aserver.ts';
import { childNames } from '../names.ts';
import type { Endpoints } from './egress-destinations.ts';
import type { Inputs } from './inputs.ts';
import type { Manifest } from './manifest.ts';
import { mountedPath, secretMounts } from './secret-mounts.ts';
import { contentHash, ownedMeta } from './server-object.ts';

/**
 * Every non-secret variable of the runtime's contract. The name carries the content's hash and the
 * object is immutable: a pod of the previous version never restarts into the next one's settings.
 */
export function runtimeConfigMap({ server }: Inputs): Manifest<V1ConfigMap> {
  const data = environment(server);
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: ownedMeta(server, childNames.configMap(server.metadata.name, contentHash(data))),
    immutable: true,
    data,
  };
}

type Environment = Partial<Record<VariableName | `${VariableName}_FILE`, string>>;

function environment(server: A2AServer): Environment {
  const { auth, metrics, logging } = server.spec;
  return {
    A2A_HOST: '0.0.0.0',
    A2A_PORT: String(HTTP_PORT),
    A2A_CORS_ENABLED: 'false',
    A2A_CORS_ORIGINS: '',
    A2A_AUTH_ENABLED: String(auth.enabled),
    A2A_AGENTS_DIR: AGENTS_DIR,
    A2A_SECRETS_DIR: GRANTED_SECRETS_DIR,
    ENABLE_METRICS: String(metrics.enabled),
    METRICS_PORT: String(metrics.port),
    LOG_LEVEL: logging.level.toUpperCase(),
    TRACE_ENABLED: 'false',
    DEBUG: 'false',
    RATE_LIMIT_ENABLED: 'false',
    RATE_LIMIT_REQUESTS: '100',
    RATE_LIMIT_WINDOW: '60',
    ...modelEnvironment(server),
    ...memoryEnvironment(server),
    ...Object.fromEntries(
      secretMounts(server).map((mount) => [mount.variable, mountedPath(mount)]),
    ),
  };
}

function modelEnvironment({ spec: { model } }: A2AServer): Environment {
  return {
    LITELLM_URL: model.url,
    LITELLM_MODEL: model.name,
    A2A_MODEL_TIMEOUT_SECONDS: String(model.timeoutSeconds),
    A2A_MODEL_MAX_CONCURRENT_CALLS: String(model.maxConcurrentCalls),
  };
}

function memoryEnvironment({ metadata, spec: { memory } }: A2AServer): Environment {
  const { redis, retention } = memory;
  return {
    MEMORY_PROVIDER: memory.provider.toLowerCase(),
    A2A_TASK_TERMINAL_SECONDS: String(retention.terminalSeconds),
    A2A_TASK_PAUSED_SECONDS: String(retention.pausedSeconds),
    A2A_CONVERSATION_SECONDS: String(retention.conversationSeconds),
    ...(redis && {
      REDIS_URL: redis.url,
      A2A_REDIS_MODE: redis.mode.toLowerCase(),
      A2A_REDIS_KEY_PREFIX: redis.keyPrefix ?? `a2a:${metadata.namespace}:${metadata.name}:`,
      ...(redis.sentinelMaster !== undefined && {
        A2A_REDIS_SENTINEL_MASTER: redis.sentinelMaster,
      }),
    }),
  };
}

/** The endpoints that such a ConfigMap's data names. */
export function endpointsIn({
  LITELLM_URL: modelUrl = '',
  REDIS_URL: url,
  A2A_REDIS_MODE: mode = 'standalone',
}: Environment): Endpoints {
  return { modelUrl, ...(url !== undefined && { redis: { url, mode } }) };
}
