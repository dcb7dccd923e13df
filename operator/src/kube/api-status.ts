import { ApiError } from './port.ts';

/** Kubernetes' Status object, in an error answer or a watch's ERROR event (API conventions, "Response Status Kind"). */
export interface Status {
  code?: number;
  reason?: string;
  message?: string;
  details?: { causes?: { reason?: string }[] };
}

const TOO_LARGE = 'ResourceVersionTooLarge';

/** The error that a Status stands for. A version that is too large hides in the causes of a Timeout. */
export function errorOf(status: Status, code: number, retryAfterMs?: number): ApiError {
  const tooLarge = status.details?.causes?.some(({ reason }) => reason === TOO_LARGE) === true;
  const reason = tooLarge ? TOO_LARGE : (status.reason ?? 'Unknown');
  return new ApiError(code, reason, status.message ?? `status ${code}`, retryAfterMs);
}

/** The API server no longer has the version that was asked for: only a new list can tell. */
export function isExpired(error: unknown): boolean {
  return error instanceof ApiError && error.status === 410;
}

/** The API server has not reached the version that was asked for: it is behind, or was restored. */
export function isBehind(error: unknown): boolean {
  return error instanceof ApiError && error.reason === TOO_LARGE;
}

/** The API server does not know WatchList (KEP-3157): the feature is off, or it is older than 1.32. */
export function isStreamingRefused(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 400 || error.status === 422);
}
