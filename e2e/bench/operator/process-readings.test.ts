import { expect, test } from '@jest/globals';
import { cpuMs, residentKib } from './process-readings.ts';

test("adds the user's and the system's ticks, whatever the program is called", () => {
  const fields = ['S', ...Array.from({ length: 10 }, () => '1'), '120', '30', '9', '9'];
  expect(cpuMs(`42 (node (a b) c) ${fields.join(' ')}`)).toBe(1500);
});

test('reads resident memory and its peak', () => {
  const status = 'Name:\tnode\nVmHWM:\t  2048 kB\nVmRSS:\t  1024 kB\n';
  expect(residentKib(status)).toEqual({ now: 1024, peak: 2048 });
});
