import { UnavailableError } from '../protocol/unavailable-error.ts';
import type { ChainableCommander } from 'ioredis';
import type { Clock, Metrics } from '../ops/telemetry.ts';
import { redisProblem } from './redis-client.ts';
import type { RedisConnection } from './redis-client.ts';

const TIMEOUT_MS = 2000;
const RETRY_AFTER_SECONDS = 2;

/** Errors that Redis answers with and that are our mistake, not an outage. */
const OUR_MISTAKES = /^(WRONGTYPE|ERR (unknown|wrong|syntax|value|invalid))/;

/** Runs commands with a bound on their time. */
export interface RedisCommands {
  /**
   * Runs the commands as one transaction; their keys must share a slot. Returns their replies.
   * Throws `UnavailableError` when Redis cannot be reached, is not ready or takes too long: then
   * the transaction may or may not have happened.
   */
  transaction(
    name: string,
    add: (multi: ChainableCommander) => ChainableCommander,
  ): Promise<unknown[]>;
  /**
   * Reads a list as every message does. Rejects with a sentence for operators, without credentials, when Redis
   * does not answer or refuses that.
   */
  probe: (key: string) => Promise<void>;
}

export function redisCommands(
  { client, problem }: RedisConnection,
  { clock, metrics }: { clock: Clock; metrics: Metrics },
): RedisCommands {
  /** ioredis queues without end while a cluster is unreachable, so the bound is ours. */
  const bounded = async <T>(name: string, work: Promise<T>): Promise<T> => {
    const startedAt = clock.now();
    const timeout = Promise.withResolvers<never>();
    const stopTimer = clock.after(TIMEOUT_MS, () => {
      timeout.reject(new Error('no answer in time'));
    });
    try {
      return await Promise.race([work, timeout.promise]);
    } catch (error) {
      throw unavailable(error);
    } finally {
      stopTimer();
      metrics.redisCommand(name, (clock.now() - startedAt) / 1000);
    }
  };
  return {
    async transaction(name, add) {
      const replies = await bounded(name, add(client.multi()).exec());
      if (replies === null) throw unavailable(new Error('the transaction was discarded'));
      return replies.map(([error, reply]) => {
        if (error !== null) throw unavailable(error);
        return reply;
      });
    },
    async probe(key) {
      try {
        await bounded('probe', client.lrange(key, 0, 0));
      } catch (error) {
        const { cause } = error as Error;
        const said = problem() ?? (cause instanceof Error ? redisProblem(cause) : undefined);
        throw said === undefined ? error : new Error(said, { cause: error });
      }
    },
  };
}

function unavailable(error: unknown): Error {
  if (error instanceof Error && OUR_MISTAKES.test(error.message)) return error;
  const sentence = 'The store cannot be reached.';
  return new UnavailableError(sentence, RETRY_AFTER_SECONDS, { cause: error });
}
