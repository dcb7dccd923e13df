import { ModelError } from '../agent/types.ts';
import { connectionError, timeoutError } from './model-errors.ts';
import { completionParts } from './completion-stream.ts';
import { openCompletion } from './open-completion.ts';
import type { Sender } from './open-completion.ts';
import type { Complete, CompletionPart, CompletionRequest } from '../agent/types.ts';
import type { Clock, Telemetry } from '../ops/telemetry.ts';
import type { Connection } from './connection.ts';

/** What the client needs besides its connection. */
export interface LiteLlmOptions {
  connection: Connection;
  path: string;
  apiKey: Sender['apiKey'];
  /** Longest time of one call, waiting for a free connection included. */
  timeoutSeconds: number;
  telemetry: Telemetry;
  clock: Clock;
}

/**
 * Calls models through a LiteLLM proxy by streamed chat completions.
 *
 * Guarantees: an aborted signal closes the call's socket; nothing is retried once a byte of the
 * answer has arrived; every failure is a `ModelError` whose message names no credential and quotes
 * nothing of the upstream's text.
 */
export function liteLlm(options: LiteLlmOptions): Complete {
  return (request, signal) => call(options, request, signal);
}

async function* call(
  options: LiteLlmOptions,
  request: CompletionRequest,
  signal: AbortSignal,
): AsyncGenerator<CompletionPart, void, undefined> {
  const { clock, timeoutSeconds } = options;
  const deadline = new AbortController();
  const stopTimer = clock.after(timeoutSeconds * 1000, () => {
    deadline.abort(timeoutError(timeoutSeconds));
  });
  const record = recorder(options, request);
  try {
    const body = await openCompletion(options, request, AbortSignal.any([signal, deadline.signal]));
    for await (const part of completionParts(body)) {
      record.part(part);
      yield part;
    }
  } catch (error) {
    const failure = failureOf(error, signal, deadline.signal, record.started());
    record.failed(failure);
    throw failure;
  } finally {
    stopTimer();
    record.done();
  }
}

function failureOf(
  error: unknown,
  canceled: AbortSignal,
  deadline: AbortSignal,
  started: boolean,
): unknown {
  if (canceled.aborted) return canceled.reason;
  if (deadline.aborted) return deadline.reason;
  return error instanceof ModelError ? error : connectionError(error, started);
}

/** Counts one call, however it ends. A call that the consumer leaves early was canceled. */
function recorder(
  { telemetry: { metrics, log }, clock }: LiteLlmOptions,
  { agent, model, sessionId }: CompletionRequest,
): {
  part(part: CompletionPart): void;
  failed(error: unknown): void;
  started(): boolean;
  done(): void;
} {
  const startedAt = clock.now();
  const seconds = (): number => (clock.now() - startedAt) / 1000;
  let started = false;
  let outcome = 'canceled';
  return {
    part(part) {
      if (!started) metrics.llmFirstToken(seconds());
      started = true;
      if (part.type !== 'end') return;
      outcome = 'ok';
      metrics.tokens(agent, model, 'input', part.usage.inputTokens ?? 0);
      metrics.tokens(agent, model, 'output', part.usage.outputTokens ?? 0);
    },
    failed(error) {
      if (!(error instanceof ModelError)) return;
      outcome = error.failure;
      log.warn('a model call failed', { agent, model, context_id: sessionId, err: error });
    },
    started: () => started,
    done() {
      metrics.llmCall({ agent, model, outcome, seconds: seconds() });
    },
  };
}
