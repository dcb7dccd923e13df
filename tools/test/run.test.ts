import { describe, expect, it } from '@jest/globals';
import { suiteCount } from './run.ts';

const results = (counts: object): string =>
  JSON.stringify({
    numPassedTests: 0,
    numFailedTests: 0,
    numPendingTests: 0,
    numRuntimeErrorTestSuites: 0,
    ...counts,
  });

describe('the count of a suite', () => {
  it.each([
    { reason: 'all passed', text: results({ numPassedTests: 3 }), code: 0, passed: 3, failed: 0 },
    {
      reason: 'one failed',
      text: results({ numPassedTests: 3, numFailedTests: 1 }),
      code: 1,
      passed: 3,
      failed: 1,
    },
    {
      reason: 'a skipped test counts as failed',
      text: results({ numPassedTests: 3, numPendingTests: 1 }),
      code: 0,
      passed: 3,
      failed: 1,
    },
    {
      reason: 'a file could not be loaded',
      text: results({ numPassedTests: 3, numRuntimeErrorTestSuites: 1 }),
      code: 1,
      passed: 3,
      failed: 1,
    },
    {
      reason: 'the run ended badly without a failed test',
      text: results({ numPassedTests: 3 }),
      code: 1,
      passed: 3,
      failed: 1,
    },
    { reason: 'no test was found', text: results({}), code: 0, passed: 0, failed: 1 },
    { reason: 'there are no results at all', text: undefined, code: 0, passed: 0, failed: 1 },
  ])('is $passed passed and $failed failed when $reason', ({ text, code, passed, failed }) => {
    expect(suiteCount(text, code)).toEqual({ passed, failed });
  });
});
