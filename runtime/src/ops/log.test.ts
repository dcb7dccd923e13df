import { describe, expect, test } from '@jest/globals';
import { testTelemetry } from '../../test/telemetry.ts';

const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl';

describe('the log', () => {
  test('is one JSON object a line, with the fields of its parents', () => {
    const { log, lines } = testTelemetry();
    log
      .child('task', { agent: 'a', task_id: 't' })
      .child('more', { context_id: 'c' })
      .warn('a line\nbreak', { n: 1 });
    expect(lines).toEqual([
      {
        time: expect.stringMatching(/^\d{4}-.*Z$/),
        level: 'WARN',
        logger: 'more',
        msg: 'a line\nbreak',
        agent: 'a',
        task_id: 't',
        context_id: 'c',
        n: 1,
      },
    ]);
  });

  test('leaves out what is less severe than asked for', () => {
    const { log, lines } = testTelemetry('WARN');
    log.info('no');
    log.debug('no');
    log.error('yes');
    expect(lines.map(({ msg }) => msg)).toEqual(['yes']);
  });

  test('writes an error with type, message, stack and causes', () => {
    const { log, lines } = testTelemetry();
    log.error('failed', { err: new TypeError('wrong', { cause: 'a reason' }) });
    expect(lines[0]?.err).toEqual({
      type: 'TypeError',
      message: 'wrong',
      stack: expect.stringContaining('log.test.ts'),
      cause: { type: 'string', message: 'a reason' },
    });
  });

  test.each([
    {
      reason: 'an API key of a provider',
      text: 'bad key sk-abcdefgh12345678',
      secret: 'efgh12345678',
    },
    { reason: 'a token', text: `token ${JWT}`, secret: JWT },
    { reason: 'a header', text: 'sent Authorization: Bearer opaque-value', secret: 'opaque-value' },
    {
      reason: 'a password in a URL',
      text: 'redis://user:pass-word@host:6379',
      secret: 'pass-word',
    },
    { reason: 'a query parameter', text: 'GET /x?api_key=canary-1', secret: 'canary-1' },
    { reason: 'a JSON field', text: '{"password": "canary-2"}', secret: 'canary-2' },
  ])('does not write $reason that is in an error', ({ text, secret }) => {
    const telemetry = testTelemetry();
    telemetry.log.error('failed', { err: new Error(text) });
    expect(telemetry.text()).not.toContain(secret);
  });
});
