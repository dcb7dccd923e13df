import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { get, post, rpc, sendParams } from '../../test/client.ts';
import { startApp } from '../../test/start-app.ts';
import type { TestApp } from '../../test/start-app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

describe('a message', () => {
  test('is answered by the default agent at the root path', async () => {
    const { status, body } = await rpc(`${app.url}/a2a`, 'SendMessage', sendParams('hello'));
    expect(status).toBe(200);
    expect(body.result?.task?.status?.state).toBe('TASK_STATE_COMPLETED');
    expect(body.result?.task?.artifacts).toEqual([
      {
        artifactId: 'response',
        name: 'response',
        parts: [
          {
            text: 'I am fake-model. My instructions begin: "You greet people.". Message 2 was: hello',
            mediaType: 'text/plain',
          },
        ],
      },
    ]);
  });
});
