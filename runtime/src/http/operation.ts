import { RequestMalformedError } from '@a2a-js/sdk/errors';
import { A2AError } from '@a2a-js/sdk/errors';
import type { Call } from '../protocol/call.ts';
import type { TaskEvents, TaskOperations } from '../protocol/task-operations.ts';
import type { StreamResponse } from '@a2a-js/sdk';

/** Parameters of an operation as JSON, before they are checked. */
export type JsonParams = Readonly<Record<string, unknown>>;

/** What an operation answers: one JSON value, or events. */
export type Outcome =
  | { kind: 'value'; value: unknown }
  | { kind: 'events'; events: TaskEvents; encode: (event: StreamResponse) => unknown };

/** One operation of one protocol version, as JSON in and JSON out, for every HTTP binding. */
export type Operation = (
  params: JsonParams,
  call: Call,
  operations: TaskOperations,
) => Promise<Outcome>;

/** Parameters that must be an object; throws InvalidParams for anything else. */
export function jsonParams(value: unknown): JsonParams {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as JsonParams;
  }
  throw new RequestMalformedError('params: must be an object');
}

/**
 * Refuses a tenant that is not the agent of the path (product.md §3): the path selects, and a
 * message for another agent must not reach this one.
 */
export function checkTenant(tenant: unknown, call: Call): void {
  if (tenant === undefined || tenant === '' || tenant === call.agent.name) return;
  throw new RequestMalformedError(
    `tenant: this path serves ${call.agent.name}; leave the tenant out or use that agent's path`,
  );
}

/** Runs a decoder of the SDK; whatever it cannot read is the caller's mistake. */
export function decoded<T>(decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (error instanceof A2AError) throw error;
    throw new RequestMalformedError({
      message: 'params: a field has the wrong type',
      cause: error,
    });
  }
}
