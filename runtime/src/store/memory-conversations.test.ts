import { expect, test } from '@jest/globals';
import { memoryConversations } from './memory-conversations.ts';
import { conversationConformance, turn } from '../../test/conformance/conversations.ts';
import { manualClock } from '../../test/manual-clock.ts';

conversationConformance('memory', () => memoryConversations(60, manualClock()));

const KEY = { agent: 'a', owner: 'o', contextId: 'c' };

test('a conversation is forgotten when nobody has used it for its time; reading is using', async () => {
  const clock = manualClock();
  const store = memoryConversations(60, clock);
  await store.append(KEY, turn({ role: 'user', content: 'one' }));
  await clock.advance(59_000);
  expect(await store.read(KEY)).toHaveLength(1);
  await clock.advance(59_000);
  expect(await store.read(KEY)).toHaveLength(1);
  await clock.advance(60_000);
  expect(await store.read(KEY)).toEqual([]);
});

test('a flood of conversations drops those that were used longest ago', async () => {
  const store = memoryConversations(600, manualClock());
  const context = (n: number): typeof KEY => ({ ...KEY, contextId: `c${n}` });
  const content = 'x'.repeat(1024 * 1024 - 1024);
  for (let n = 0; n < 200; n++) {
    await store.append(context(n), turn({ role: 'user', content }));
    await store.read(context(0));
  }
  const kept = [];
  for (let n = 0; n < 200; n++) if ((await store.read(context(n))).length > 0) kept.push(n);
  expect(kept).toEqual([0, ...Array.from({ length: 63 }, (_, n) => 137 + n)]);
});
