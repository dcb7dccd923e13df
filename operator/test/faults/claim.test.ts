import { describe, expect, it } from '@jest/globals';
import { Campaign } from './claim.ts';
import type { Case, Lab } from './claim.ts';

const campaign = (): Campaign => new Campaign({} as Lab, () => undefined);
const claim = (...cases: Case[]): { title: string; cases: () => Case[] } => ({
  title: 'holds',
  cases: () => cases,
});

describe('a campaign', () => {
  it('names the cases that break a claim, and why', async () => {
    const lines = await campaign().failuresOf(
      claim(
        { name: 'holds', run: () => Promise.resolve() },
        { name: 'breaks', run: () => Promise.reject(new Error('so it is')) },
      ),
    );
    expect(lines).toEqual(['breaks: so it is']);
  });

  it('believes no claim that nothing tries to break', async () => {
    await expect(campaign().failuresOf(claim())).rejects.toThrow('nothing tries to break');
  });

  it('runs sixteen cases at a time, whichever claim they are of', async () => {
    let running = 0;
    let most = 0;
    const one: Case = {
      name: 'counts',
      async run() {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
      },
    };
    const shared = campaign();
    const many = Array.from({ length: 20 }, () => one);
    await Promise.all([shared.failuresOf(claim(...many)), shared.failuresOf(claim(...many))]);
    expect(most).toBe(16);
  });
});
