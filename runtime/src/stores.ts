import { watchDependency } from './ops/dependency.ts';
import { liveSecret } from './secrets.ts';
import { memoryConversations } from './store/memory-conversations.ts';
import { memoryTasks } from './store/memory-tasks.ts';
import type { RuntimeConfig } from './config.ts';
import type { RedisConfig } from './configuration/redis-config.ts';
import type { Dependency } from './ops/dependency.ts';
import type { Clock, Log, Telemetry } from './ops/telemetry.ts';
import type { ConversationStore } from './protocol/conversation-store.ts';
import type { TaskStore } from './protocol/task-store.ts';
import type { RedisAddress } from './store/redis-client.ts';

/** Where tasks and conversations live. */
export interface Stores {
  tasks: TaskStore;
  conversations: ConversationStore;
  /** Undefined when everything is in this process. */
  dependency: Dependency | undefined;
  close: () => Promise<void>;
}

const PING_INTERVAL_MS = 2000;

/**
 * Opens what the configuration names, never something else instead. Tasks are in this process in
 * either case for now; conversations are where the configuration says.
 */
export async function openStores(
  config: RuntimeConfig,
  around: { clock: Clock; telemetry: Telemetry },
): Promise<Stores> {
  const tasks = memoryTasks(config, around.clock);
  const { redis } = config;
  if (redis !== undefined) return { tasks, ...(await openRedis({ ...config, redis }, around)) };
  return {
    tasks,
    conversations: memoryConversations(config.conversationSeconds, around.clock),
    dependency: undefined,
    close: () => Promise.resolve(),
  };
}

/** The client is loaded only where Redis is used. */
async function openRedis(
  config: RuntimeConfig & { redis: RedisConfig },
  { clock, telemetry }: { clock: Clock; telemetry: Telemetry },
): Promise<Omit<Stores, 'tasks'>> {
  const { redisStore } = await import('./store/redis.ts');
  const log = telemetry.log.child('redis');
  const { keyPrefix } = config.redis;
  const address = redisAddress(config.redis, { clock, log });
  const { conversationSeconds } = config;
  const around = { clock, telemetry: { ...telemetry, log } };
  const store = redisStore(address, { keyPrefix, conversationSeconds }, around);
  const dependency = watchDependency({
    name: 'Redis',
    check: store.probe,
    intervalMs: PING_INTERVAL_MS,
    clock,
    log,
  });
  return {
    conversations: store.conversations,
    dependency,
    close() {
      dependency.stop();
      store.close();
      return Promise.resolve();
    },
  };
}

function redisAddress(
  { mode, urls, sentinelMaster, username, password, ca }: RedisConfig,
  watching: { clock: Clock; log: Log },
): RedisAddress {
  return {
    mode,
    urls,
    username: liveSecret(username, watching),
    password: liveSecret(password, watching),
    ...(sentinelMaster !== undefined && { sentinelMaster }),
    ...(ca !== undefined && { ca }),
  };
}
