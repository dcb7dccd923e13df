import { expect, it } from '@jest/globals';
import { turns } from './turns.ts';

it('gives every caller a turn of the event loop of its own, in order', async () => {
  const turn = turns();
  const seen: string[] = [];
  const others = (): void => {
    seen.push('others');
    if (seen.length < 7) setImmediate(others);
  };
  setImmediate(others);
  const work = async (name: string): Promise<void> => {
    await turn();
    seen.push(name);
  };
  await Promise.all(['a', 'b', 'c'].map(work));
  expect(seen.slice(0, 6)).toEqual(['others', 'a', 'others', 'b', 'others', 'c']);
});
