import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import express from 'express';
import { sendEvents } from './sse.ts';
import { eventQueue } from '../protocol/event-queue.ts';
import { manualClock, settled } from '../../test/manual-clock.ts';
import { until } from '../../test/start-app.ts';
import { testTelemetry } from '../../test/telemetry.ts';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EventQueue } from '../protocol/event-queue.ts';
import type { ManualClock } from '../../test/manual-clock.ts';
import type { TestTelemetry } from '../../test/telemetry.ts';

let server: Server;
let port: number;
let clock: ManualClock;
let telemetry: TestTelemetry;
let queue: EventQueue<string>;
let hasLeft: boolean;
let isFinished: boolean;
let failure: unknown;
let encode: (text: string) => string;
let events: AsyncIterableIterator<string>;

beforeEach(async () => {
  clock = manualClock();
  telemetry = testTelemetry();
  hasLeft = false;
  isFinished = false;
  failure = undefined;
  encode = (text) => text;
  queue = eventQueue(() => {
    hasLeft = true;
  });
  events = queue.events;
  const app = express();
  app.get('/', async (_request, response) => {
    const options = { encode: (text: string) => encode(text), clock, telemetry };
    await sendEvents(response, events, options).catch((error: unknown) => {
      failure = error;
    });
    isFinished = true;
  });
  server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function streams(): Promise<string> {
  return /^a2a_sse_streams (\d+)/m.exec(await telemetry.registry.text())?.[1] ?? '';
}

describe('an event stream', () => {
  test('begins before its first event, and has a comment every 15 s while nothing happens', async () => {
    const response = await fetch(`http://127.0.0.1:${port}/`);
    expect(await streams()).toBe('1');
    await clock.advance(31_000);
    queue.push('{"n":1}');
    queue.end();
    expect(await response.text()).toBe(': heartbeat\n\n: heartbeat\n\ndata: {"n":1}\n\n');
    expect(clock.pending()).toBe(0);
    expect(await streams()).toBe('0');
  });

  test('is left at once when the client goes, even when nothing happens', async () => {
    const abort = new AbortController();
    await fetch(`http://127.0.0.1:${port}/`, { signal: abort.signal });
    abort.abort();
    await until(() => hasLeft && isFinished);
    expect(clock.pending()).toBe(0);
    expect(await streams()).toBe('0');
  });

  test('of a client that does not read is cut when more than 1 MB waits for it', async () => {
    const socket = connect(port, '127.0.0.1');
    socket.pause();
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await until(async () => (await streams()) === '1');
    for (let n = 0; n < 200 && !hasLeft; n++) {
      queue.push('x'.repeat(100_000));
      await settled();
    }
    await until(() => hasLeft && isFinished);
    expect(telemetry.text()).toContain('a client that does not read its stream was dropped');
    socket.destroy();
  });

  test('of a slow reader that keeps below that gets everything', async () => {
    const response = await fetch(`http://127.0.0.1:${port}/`);
    for (let n = 0; n < 50; n++) {
      queue.push('x'.repeat(10_000));
      await settled();
    }
    queue.end();
    expect((await response.text()).match(/data: /g)).toHaveLength(50);
  });

  test('is cut, not ended, when an event cannot be encoded', async () => {
    const response = await fetch(`http://127.0.0.1:${port}/`);
    encode = () => {
      throw new Error('broken');
    };
    queue.push('1');
    await expect(response.text()).rejects.toThrow('terminated');
    await until(() => hasLeft && isFinished);
    expect(failure).toEqual(new Error('broken'));
    expect(clock.pending()).toBe(0);
    expect(await streams()).toBe('0');
  });

  test('is cut, not ended, when the events fail', async () => {
    const { promise: pause, reject: fail } = Promise.withResolvers<never>();
    events = (async function* () {
      yield '1';
      yield await pause;
    })();
    const response = await fetch(`http://127.0.0.1:${port}/`);
    fail(new Error('broken'));
    await expect(response.text()).rejects.toThrow('terminated');
    await until(() => isFinished);
    expect(failure).toEqual(new Error('broken'));
    expect(await streams()).toBe('0');
  });
});
