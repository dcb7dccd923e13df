import { expect, test } from '@jest/globals';
import { machineMs } from './others-load.ts';

test('idling and waiting for disks is not busy, and guests count once', () => {
  const stat = 'cpu  100 10 20 500 70 3 4 5 60 10\ncpu0 1 1 1 1 1 1 1 1 1 1\n';
  expect(machineMs(stat)).toEqual({ busy: 1420, all: 7120 });
});
