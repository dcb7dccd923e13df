import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { CONDITION, REASON } from './conditions.ts';

const page = readFileSync('docs/troubleshooting.md', 'utf8');

it.each([...Object.values(CONDITION), ...Object.values(REASON)])(
  'troubleshooting explains %s',
  (word) => {
    expect(page).toContain(`\`${word}\``);
  },
);
