import { expect, test } from '@jest/globals';
import { imageCommand } from './image-command.ts';

const dockerfile = `
FROM base AS build
ENV OF_THE_BUILD=1
RUN true
FROM scratch
ENV NODE_ENV=production \\
    NODE_COMPILE_CACHE=/app/compile-cache
WORKDIR /app
ENTRYPOINT ["/usr/local/bin/node", "--max-semi-space-size=1", "/app/main.mjs"]
`;

test("takes flags and environment of the last stage, with the image's folder replaced", () => {
  expect(imageCommand(dockerfile, '/tmp/bundle')).toEqual({
    args: ['--max-semi-space-size=1', '/tmp/bundle/main.mjs'],
    env: { NODE_ENV: 'production', NODE_COMPILE_CACHE: '/tmp/bundle/compile-cache' },
  });
});

test('fails where the command cannot be known', () => {
  expect(() => imageCommand('FROM scratch\nENTRYPOINT node main.mjs\n', '/b')).toThrow(
    'ENTRYPOINT',
  );
});
