/** Values that may stand beside a log message; `undefined` is left out. */
export interface LogFields {
  agent?: string;
  task_id?: string;
  context_id?: string;
  request_id?: string;
  /** An error: written with type, message and stack, credentials redacted. */
  err?: unknown;
  [name: string]: unknown;
}

/** Writes one JSON object a line; never throws. Message text of users never belongs in here. */
export interface Log {
  error(msg: string, fields?: LogFields): void;
  warn(msg: string, fields?: LogFields): void;
  info(msg: string, fields?: LogFields): void;
  debug(msg: string, fields?: LogFields): void;
  /** A log whose lines carry `logger` and the fields too. */
  child(logger: string, fields?: LogFields): Log;
}

/** What is counted, in base units (seconds). Labels are never ids of tasks, contexts or users. */
export interface Metrics {
  /** One finished HTTP exchange; a stream is finished when it ends. */
  httpRequest(method: string, status: number, seconds: number): void;
  /** One A2A operation; `code` is `OK` or the error's reason, for example `TASK_NOT_FOUND`. */
  rpcRequest(rpcMethod: string, agent: string, code: string): void;
  taskStarted(agent: string): void;
  /** `state` as on the wire without prefix, in lower case: `completed`, `failed`, `canceled`. */
  taskEnded(agent: string, state: string, seconds: number): void;
  /** From accepting a message to the first event with content. */
  firstEvent(seconds: number): void;
  sseOpened(): void;
  sseClosed(): void;
  authFailed(reason: string): void;
  llmCall(call: { agent: string; model: string; outcome: string; seconds: number }): void;
  llmFirstToken(seconds: number): void;
  tokens(agent: string, model: string, type: 'input' | 'output', count: number): void;
  redisCommand(command: string, seconds: number): void;
}

/** How the parts of the runtime tell what they do; passed in, never imported as a value. */
export interface Telemetry {
  log: Log;
  metrics: Metrics;
}

/** Milliseconds since the epoch, and timers that a test can replace. */
export interface Clock {
  now(): number;
  /** Calls back once after `delayMs`; the returned function prevents it. */
  after(delayMs: number, callback: () => void): () => void;
  /** Resolves after `delayMs`, or rejects with the signal's reason as soon as it is aborted. */
  delay(delayMs: number, signal?: AbortSignal): Promise<void>;
}
