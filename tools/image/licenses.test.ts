import { expect, test } from '@jest/globals';
import { licenses, packageFolder } from './licenses.ts';

test.each([
  { file: 'node_modules/express/lib/a.js', folder: 'node_modules/express' },
  { file: 'node_modules/@a2a-js/sdk/dist/index.js', folder: 'node_modules/@a2a-js/sdk' },
  { file: 'node_modules/a/node_modules/b/i.js', folder: 'node_modules/a/node_modules/b' },
  { file: 'runtime/src/main.ts', folder: undefined },
])('$file belongs to $folder', ({ file, folder }) => {
  expect(packageFolder(file)).toBe(folder);
});

test('a bundle names every package once, with its licence', async () => {
  const text = await licenses([
    'node_modules/express/a.js',
    'node_modules/express/b.js',
    'node_modules/jose/c.js',
  ]);
  expect(text.match(/^express \d/gm)).toHaveLength(1);
  expect(text).toContain('Permission is hereby granted');
});
