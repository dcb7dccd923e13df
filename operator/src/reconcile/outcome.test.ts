import { describe, expect, it } from '@jest/globals';
import { ApiError } from '../kube/port.ts';
import { StalledError, WaitingError } from './errors.ts';
import { outcomeOf } from './outcome.ts';

const outcome = (error: Error, failures = 0): ReturnType<typeof outcomeOf> =>
  outcomeOf(failures, () => Promise.reject(error));
const apiError = (status: number): ApiError => new ApiError(status, 'Reason', 'in its own words');

describe('the writing half of a reconcile', () => {
  it('is applied when nothing was thrown', async () => {
    expect(await outcomeOf(99, () => Promise.resolve())).toEqual({ kind: 'applied' });
  });

  it('is stalled when the user must act', async () => {
    const error = new StalledError('NameTaken', 'rename the server');
    const expected = { kind: 'stalled', reason: 'NameTaken', message: 'rename the server' };
    expect(await outcome(error)).toEqual(expected);
  });

  it('waits when something else must happen first', async () => {
    const error = new WaitingError('SecretNotFound', 'create it');
    const expected = { kind: 'waiting', reason: 'SecretNotFound', message: 'create it' };
    expect(await outcome(error)).toEqual(expected);
  });

  it.each([400, 405, 422])(
    'is stalled in the words of an API server that judges the object as wrong: %i',
    async (status) => {
      expect(await outcome(apiError(status))).toEqual({
        kind: 'stalled',
        reason: 'Refused',
        message: 'in its own words',
      });
    },
  );

  it.each([401, 403, 404, 409, 410, 429, 500, 503, 504])(
    'is tried again, without a word, when the answer says nothing of the object: %i',
    async (status) => {
      const error = apiError(status);
      await expect(outcome(error, 9)).rejects.toBe(error);
    },
  );

  it('waits for the end of a namespace that is being deleted', async () => {
    const refused = new ApiError(403, 'NamespaceTerminating', 'unable to create new content');
    expect(await outcome(refused)).toEqual({
      kind: 'waiting',
      reason: 'NamespaceTerminating',
      message: 'the namespace is being deleted, and this server with it',
    });
  });

  it('says so when the API server has answered with an error for the tenth time, and goes on trying', async () => {
    const error = apiError(500);
    expect(await outcome(error, 10)).toEqual({
      kind: 'waiting',
      reason: 'ApplyFailed',
      message: 'the API server answers 500: in its own words',
      error,
    });
  });

  it('says nothing of an API server that does not answer: no status could be written either', async () => {
    const error = new Error('ECONNREFUSED');
    await expect(outcome(error, 1000)).rejects.toBe(error);
  });
});
