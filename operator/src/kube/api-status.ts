import { ApiError, NAMESPACE_TERMINATING } from './port.ts';

/** Kubernetes' Status object, in an error answer or a watch's ERROR event (API conventions, "Response Status Kind"). */
export interface Status {
  code?: number;
  reason?: string;
  message?: string;
  details?: { causes?: { reason?: string }[] };
}

const TOO_LARGE = 'ResourceVersionTooLarge';

/** Causes that say more than the reason: of a Timeout, and of a Forbidden. */
const TELLING_CAUSES = [TOO_LARGE, NAMESPACE_TERMINATING];

/** The error that a Status stands for. */
export function errorOf(status: Status, code: number, retryAfterMs?: number): ApiError {
  const causes = status.details?.causes?.map(({ reason }) => reason) ?? [];
  const reason =
    TELLING_CAUSES.find((cause) => causes.includes(cause)) ?? status.reason ?? 'Unknown';
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
