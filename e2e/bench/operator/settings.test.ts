import { expect, test } from '@jest/globals';
import { benchSettings } from './settings.ts';

test('a thousand servers unless told otherwise, and no more than that on the clock', () => {
  expect(benchSettings({})).toMatchObject({ servers: 1000, measured: 1000, profile: false });
  expect(benchSettings({ SERVERS: '' })).toMatchObject({ servers: 1000 });
  expect(benchSettings({ SERVERS: '100' })).toMatchObject({ servers: 100, measured: 100 });
  expect(benchSettings({ SERVERS: '10000' })).toMatchObject({ servers: 10000, measured: 1000 });
});

test.each(['0', 'many', '1.5'])('%s servers are none', (SERVERS) => {
  expect(() => benchSettings({ SERVERS })).toThrow(`SERVERS=${SERVERS}`);
});
