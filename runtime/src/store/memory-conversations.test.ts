import { expect, test } from '@jest/globals';
import { memoryConversations } from './memory-conversations.ts';
import { conversationConformance } from '../../test/conformance/conversations.ts';
import { manualClock } from '../../test/manual-clock.ts';

conversationConformance('memory', () => memoryConversations(60, manualClock()));

const KEY = { agent: 'a', owner: 'o', contextId: 'c' };

test('a conversation is forgotten when nobody has used it for its time; reading is using', async () => {
  const clock = manualClock();
  const store = memoryConversations(60, clock);
  await store.append(KEY, [{ role: 'user', content: 'one' }]);
  await clock.advance(59_000);
  expect(await store.read(KEY)).toHaveLength(1);
  await clock.advance(59_000);
  expect(await store.read(KEY)).toHaveLength(1);
  await clock.advance(60_000);
  expect(await store.read(KEY)).toEqual([]);
});
