/* eslint-disable no-restricted-globals -- a program of its own, beside main */
import { get } from 'node:http';

// The image's HEALTHCHECK, because there is no shell and no curl in it. Exit code 0 means healthy.

const TIMEOUT_MS = 5000;
const EVERYWHERE = new Set(['', '0.0.0.0', '::']);

const { A2A_HOST = '', A2A_PORT } = process.env;
const options = {
  host: EVERYWHERE.has(A2A_HOST) ? '127.0.0.1' : A2A_HOST,
  port: Number(A2A_PORT ?? 3000),
  path: '/a2a/health',
  timeout: TIMEOUT_MS,
};
const request = get(options, ({ statusCode }) => {
  process.exit(statusCode === 200 ? 0 : 1);
});
request.on('timeout', () => process.exit(1));
request.on('error', () => process.exit(1));
