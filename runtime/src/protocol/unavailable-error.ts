/**
 * The request is right but cannot be served now: the store is down or the server is stopping.
 * Answered at HTTP level (503 and `Retry-After`), never with an A2A error code.
 */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
  readonly retryAfterSeconds: number;

  constructor(message: string, retryAfterSeconds: number, options?: ErrorOptions) {
    super(message, options);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
