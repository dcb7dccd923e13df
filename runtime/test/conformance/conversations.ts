import { describe, expect, test } from '@jest/globals';
import {
  CONVERSATION_MAX_BYTES,
  CONVERSATION_MAX_MESSAGES,
} from '../../src/protocol/conversation-store.ts';
import type {
  ConversationKey,
  ConversationMessage,
  ConversationStore,
  ConversationTurn,
} from '../../src/protocol/conversation-store.ts';

const KEY: ConversationKey = { agent: 'greeter', owner: 'alice', contextId: 'ctx' };

function said(content: string): ConversationMessage {
  return { role: 'user', content };
}

let turns = 0;

/** A turn of its own. */
export function turn(...messages: ConversationMessage[]): ConversationTurn {
  return { id: `turn-${turns++}`, messages };
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
      await store.append(KEY, turn(said('one'), answer));
      await store.append(KEY, turn(said('two')));
      expect(await store.read(KEY)).toEqual([said('one'), answer, said('two')]);
    });

    test('take nothing as nothing', async () => {
      const store = open();
      await store.append(KEY, turn());
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
      await store.append(KEY, turn(said('mine')));
      expect(await store.read(other)).toEqual([]);
    });

    test('lose nothing when appended to at once, and keep together what came together', async () => {
      const store = open();
      const pairs = Array.from({ length: 50 }, (_, n) => [said(`q${n}`), said(`a${n}`)]);
      await Promise.all(pairs.map((pair) => store.append(KEY, turn(...pair))));
      const texts = (await store.read(KEY)).map(({ content }) => content);
      expect(texts).toHaveLength(100);
      for (let n = 0; n < 50; n++) expect(texts[texts.indexOf(`q${n}`) + 1]).toBe(`a${n}`);
    });

    test('keep the newest messages when there are too many', async () => {
      const store = open();
      const many = Array.from({ length: CONVERSATION_MAX_MESSAGES }, (_, n) => said(String(n)));
      await store.append(KEY, turn(...many));
      await store.append(KEY, turn(said('last')));
      const read = await store.read(KEY);
      expect(read).toHaveLength(CONVERSATION_MAX_MESSAGES);
      expect([read[0], read.at(-1)]).toEqual([said('1'), said('last')]);
    });

    test('have a turn once that was appended twice, also when others came between', async () => {
      const store = open();
      const first = turn(said('same'), said('same'));
      await store.append(KEY, first);
      await store.append(KEY, turn(said('same'), said('same')));
      await store.append(KEY, first);
      await Promise.all([store.append(KEY, first), store.append(KEY, first)]);
      expect(await store.read(KEY)).toHaveLength(4);
      await store.append({ ...KEY, contextId: 'ctx2' }, first);
      expect(await store.read({ ...KEY, contextId: 'ctx2' })).toEqual(first.messages);
    });

    test('keep the newest messages when they are too large', async () => {
      const store = open();
      for (let n = 0; n < 20; n++) {
        await store.append(KEY, turn(said(`${n}${'x'.repeat(CONVERSATION_MAX_BYTES / 10)}`)));
      }
      const read = await store.read(KEY);
      expect(read.map(({ content }) => parseInt(content))).toEqual([
        11, 12, 13, 14, 15, 16, 17, 18, 19,
      ]);
    });

    test('have no room for a message that is larger than all of them may be', async () => {
      const store = open();
      const huge = turn(said('x'.repeat(CONVERSATION_MAX_BYTES + 1)));
      await store.append(KEY, huge);
      expect(await store.read(KEY)).toEqual([]);
      await store.append(KEY, turn(said('next')));
      await store.append(KEY, huge);
      expect((await store.read(KEY)).every(({ content }) => content === 'next')).toBe(true);
    });

    test('are not changed by what the caller does to a result', async () => {
      const store = open();
      await store.append(KEY, turn(said('one')));
      (await store.read(KEY)).length = 0;
      expect(await store.read(KEY)).toEqual([said('one')]);
    });
  });
}
