/* eslint-disable no-restricted-globals -- a program of its own, beside main */
import { get } from 'node:http';

// The image's HEALTHCHECK, because there is no shell and no curl in it. Exit code 0 means healthy.

const TIMEOUT_MS = 5000;
const DEFAULT_PORT = '3000';

const url = `http://127.0.0.1:${process.env.A2A_PORT ?? DEFAULT_PORT}/a2a/health`;
const request = get(url, { timeout: TIMEOUT_MS }, ({ statusCode }) => {
  process.exit(statusCode === 200 ? 0 : 1);
});
request.on('timeout', () => process.exit(1));
request.on('error', () => process.exit(1));
