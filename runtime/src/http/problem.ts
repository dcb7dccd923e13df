import { RetiredError } from '../protocol/retired-error.ts';
import { UnavailableError } from '../protocol/unavailable-error.ts';

/**
 * A failure that HTTP itself can say. It is answered with its own status and headers in every
 * binding; its JSON-RPC codes are never −32001…−32009 except where A2A means the same thing
 * (product.md §5.7).
 */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly status: number;
  /** `google.rpc.Code` name. */
  readonly rpcStatus: string;
  readonly jsonRpcCode: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(kind: ProblemKind, message: string, headers: Record<string, string> = {}) {
    super(message);
    const [status, rpcStatus, jsonRpcCode] = KINDS[kind];
    this.status = status;
    this.rpcStatus = rpcStatus;
    this.jsonRpcCode = jsonRpcCode;
    this.headers = headers;
  }
}

const KINDS = {
  badRequest: [400, 'INVALID_ARGUMENT', -32600],
  unauthenticated: [401, 'UNAUTHENTICATED', -32041],
  notFound: [404, 'NOT_FOUND', -32044],
  methodNotAllowed: [405, 'UNIMPLEMENTED', -32045],
  tooLarge: [413, 'INVALID_ARGUMENT', -32600],
  unsupportedMediaType: [415, 'INVALID_ARGUMENT', -32005],
  unavailable: [503, 'UNAVAILABLE', -32053],
} as const;

type ProblemKind = keyof typeof KINDS;

/** The problem that an error is, if HTTP can say it. */
export function problemOf(error: unknown): HttpProblem | undefined {
  if (error instanceof HttpProblem) return error;
  if (error instanceof RetiredError) return new HttpProblem('notFound', error.message);
  if (!(error instanceof UnavailableError)) return undefined;
  return new HttpProblem('unavailable', error.message, {
    'Retry-After': String(error.retryAfterSeconds),
  });
}
