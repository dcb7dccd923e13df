import { describe, expect, test } from '@jest/globals';
import { CONVERSATION_MAX_MESSAGES } from '../../src/protocol/conversation-store.ts';
import type {
  ConversationKey,
  ConversationMessage,
  ConversationStore,
} from '../../src/protocol/conversation-store.ts';

const KEY: ConversationKey = { agent: 'greeter', owner: 'alice', contextId: 'ctx' };

function said(content: string): ConversationMessage {
  return { role: 'user', content };
}

/** What every ConversationStore must do; `open` gives an empty one each time. */
export function conversationConformance(name: string, open: () => ConversationStore): void {
  describe(`conversations in ${name}`, () => {
    test('are empty at first', async () => {
      expect(await open().read(KEY)).toEqual([]);
    });

    test('come back in order, with role and text as they were', async () => {
      const store = open();
      const answer: ConversationMessage = {
        role: 'assistant',
        content: 'Grüße "…"\n\u0000 {{x}} 🦜',
      };
      await store.append(KEY, [said('one'), answer]);
      await store.append(KEY, [said('two')]);
      expect(await store.read(KEY)).toEqual([said('one'), answer, said('two')]);
    });

    test('take nothing as nothing', async () => {
      const store = open();
      await store.append(KEY, []);
      expect(await store.read(KEY)).toEqual([]);
    });

    test.each([
      { reason: 'another agent', other: { ...KEY, agent: 'poet' } },
      { reason: 'another owner', other: { ...KEY, owner: 'bob' } },
      { reason: 'another context', other: { ...KEY, contextId: 'ctx2' } },
      {
        reason: 'parts that join to the same text',
        other: { agent: 'greetera', owner: 'lice', contextId: 'ctx' },
      },
    ])('are apart for $reason', async ({ other }) => {
      const store = open();
      await store.append(KEY, [said('mine')]);
      expect(await store.read(other)).toEqual([]);
    });

    test('lose nothing when appended to at once, and keep together what came together', async () => {
      const store = open();
      const pairs = Array.from({ length: 50 }, (_, n) => [said(`q${n}`), said(`a${n}`)]);
      await Promise.all(pairs.map((pair) => store.append(KEY, pair)));
      const texts = (await store.read(KEY)).map(({ content }) => content);
      expect(texts).toHaveLength(100);
      for (let n = 0; n < 50; n++) expect(texts[texts.indexOf(`q${n}`) + 1]).toBe(`a${n}`);
    });

    test('keep the newest messages when there are too many', async () => {
      const store = open();
      const many = Array.from({ length: CONVERSATION_MAX_MESSAGES }, (_, n) => said(String(n)));
      await store.append(KEY, many);
      await store.append(KEY, [said('last')]);
      const read = await store.read(KEY);
      expect(read).toHaveLength(CONVERSATION_MAX_MESSAGES);
      expect([read[0], read.at(-1)]).toEqual([said('1'), said('last')]);
    });

    test('are not changed by what the caller does to a result', async () => {
      const store = open();
      await store.append(KEY, [said('one')]);
      (await store.read(KEY)).length = 0;
      expect(await store.read(KEY)).toEqual([said('one')]);
    });
  });
}
