import { describe, expect, test } from '@jest/globals';
import { SendMessageRequest, TaskState } from '@a2a-js/sdk';
import { liveRuns } from './live-runs.ts';
import { startTask } from './send-message.ts';
import { UnavailableError } from './unavailable-error.ts';
import { finishRuns } from '../lifecycle.ts';
import { memoryConversations } from '../store/memory-conversations.ts';
import { memoryTasks } from '../store/memory-tasks.ts';
import { manualClock, settled } from '../../test/manual-clock.ts';
import { testTelemetry } from '../../test/telemetry.ts';
import type { ManualClock } from '../../test/manual-clock.ts';
import type { Call } from './call.ts';
import type { TaskRun } from './task-run.ts';
import type { Workshop } from './workshop.ts';

const STORE_MS = 1500;
const MODEL_MS = 1000;
const DRAIN_MS = 10_000;

interface Server {
  clock: ManualClock;
  send: (text?: string) => Promise<TaskRun>;
  /** Begins to stop; whether that has come to its end. */
  stop: () => () => boolean;
  /** What the model was asked. */
  asked: string[][];
}

/** A server whose store takes its time. */
function slowServer(changes: Partial<Workshop> = {}): Server {
  const clock = manualClock();
  const { log, ...telemetry } = testTelemetry();
  const conversations = memoryConversations(60, clock);
  const runs = liveRuns();
  const asked: string[][] = [];
  let draining = false;
  let ids = 0;
  const workshop: Workshop = {
    tasks: memoryTasks({ terminalSeconds: 60, pausedSeconds: 60 }, clock),
    conversations: {
      ...conversations,
      async read(key) {
        await clock.delay(STORE_MS);
        return conversations.read(key);
      },
    },
    runs,
    async runTurn({ request, signal }) {
      asked.push(request.messages.map(({ content }) => content));
      await clock.delay(MODEL_MS, signal);
      return 'answer';
    },
    telemetry: { ...telemetry, log },
    clock,
    newId: () => `id${ids++}`,
    isRefusing: () => draining,
    ...changes,
  };
  const spec = { description: 'd', version: '1', inputModes: [], outputModes: [] };
  const call: Call = {
    agent: {
      name: 'a',
      generation: 1,
      spec: { ...spec, inputModes: ['text/plain'], outputModes: ['text/plain'] },
      model: 'm',
      loadedAtMs: 0,
    },
    principal: { id: 'alice', authenticated: true },
    requestId: 'r',
    log,
  };
  return {
    clock,
    asked,
    send: (text = 'hi') => {
      const message = { messageId: 'm', contextId: 'c', role: 'ROLE_USER', parts: [{ text }] };
      return startTask(workshop, SendMessageRequest.fromJSON({ message }), call);
    },
    stop() {
      draining = true;
      let isDone = false;
      void finishRuns(runs, DRAIN_MS, clock).then(() => (isDone = true));
      return () => isDone;
    },
  };
}

describe('a message that is accepted just before the server is told to stop', () => {
  test('is waited for while the store is slow, and answered', async () => {
    const { clock, send, stop } = slowServer();
    const sent = send();
    await settled();
    const isDone = stop();
    await clock.advance(STORE_MS - 1);
    expect(isDone()).toBe(false);
    await expect(send()).rejects.toThrow(UnavailableError);
    await clock.advance(1);
    const run = await sent;
    expect(isDone()).toBe(false);
    await clock.advance(MODEL_MS);
    expect((await run.ended).status?.state).toBe(TaskState.TASK_STATE_COMPLETED);
    await settled();
    expect(isDone()).toBe(true);
  });

  test('is no longer waited for when the store fails', async () => {
    const down = new UnavailableError('down', 1);
    const { send, stop } = slowServer({
      conversations: { read: () => Promise.reject(down), append: () => Promise.resolve() },
    });
    const sent = send();
    const isDone = stop();
    expect(isDone()).toBe(false);
    await expect(sent).rejects.toBe(down);
    await settled();
    expect(isDone()).toBe(true);
  });

  test('is told that the server has stopped when the store was slow for too long', async () => {
    const stuck = Promise.withResolvers<never[]>();
    const { clock, send, stop, asked } = slowServer({
      conversations: { read: () => stuck.promise, append: () => Promise.resolve() },
    });
    const sent = send();
    await settled();
    const isDone = stop();
    await clock.advance(DRAIN_MS);
    stuck.resolve([]);
    expect((await (await sent).ended).status?.state).toBe(TaskState.TASK_STATE_FAILED);
    await settled();
    expect(isDone()).toBe(true);
    expect(asked).toHaveLength(1);
  });
});

test('the model is sent the newest messages that fit, and always the new one', async () => {
  const message = { role: 'user' as const, content: 'x'.repeat(300 * 1024) };
  const past = Array.from({ length: 10 }, () => message);
  const { clock, send, asked } = slowServer({
    conversations: { read: () => Promise.resolve(past), append: () => Promise.resolve() },
  });
  await send('y'.repeat(200 * 1024));
  await send('z'.repeat(900 * 1024));
  await clock.advance(MODEL_MS);
  expect(asked.map((texts) => texts.map((text) => text[0]).join(''))).toEqual(['xxy', 'z']);
});
