import { describe, expect, it } from '@jest/globals';
import { errorOf, isBehind, isExpired, isStreamingRefused } from './api-status.ts';
import { ApiError } from './port.ts';

describe('a Status', () => {
  it.each([
    {
      reason: 'everything is said',
      status: { reason: 'Conflict', message: 'modified' },
      error: { status: 409, reason: 'Conflict', message: 'modified', retryAfterMs: 5 },
    },
    {
      reason: 'nothing is said',
      status: {},
      error: { status: 409, reason: 'Unknown', message: 'status 409', retryAfterMs: 5 },
    },
    {
      reason: 'the true reason hides in the causes',
      status: {
        reason: 'Timeout',
        message: 'Too large resource version: 9, current: 5',
        details: { causes: [{}, { reason: 'ResourceVersionTooLarge' }] },
      },
      error: { status: 409, reason: 'ResourceVersionTooLarge' },
    },
    {
      reason: 'causes that say something else',
      status: { reason: 'Invalid', details: { causes: [{ reason: 'FieldValueRequired' }] } },
      error: { status: 409, reason: 'Invalid' },
    },
  ])('becomes an error: $reason', ({ status, error }) => {
    expect(errorOf(status, 409, 5)).toBeInstanceOf(ApiError);
    expect(errorOf(status, 409, 5)).toMatchObject(error);
  });
});

describe('an error of a watch', () => {
  const kinds = { isExpired, isBehind, isStreamingRefused };
  it.each([
    { reason: 'a version that is gone', error: errorOf({}, 410), is: 'isExpired' },
    {
      reason: 'a version that is not there yet',
      error: errorOf({ details: { causes: [{ reason: 'ResourceVersionTooLarge' }] } }, 504),
      is: 'isBehind',
    },
    { reason: 'sendInitialEvents is refused', error: errorOf({}, 422), is: 'isStreamingRefused' },
    { reason: 'it is not even known', error: errorOf({}, 400), is: 'isStreamingRefused' },
    { reason: 'a timeout', error: errorOf({ reason: 'Timeout' }, 504), is: undefined },
    { reason: 'no answer', error: new Error('ECONNRESET'), is: undefined },
    { reason: 'no error at all', error: { status: 410 }, is: undefined },
  ])('means one thing at most: $reason', ({ error, is }) => {
    const meant = Object.entries(kinds).flatMap(([name, test]) => (test(error) ? [name] : []));
    expect(meant).toEqual(is === undefined ? [] : [is]);
  });
});
