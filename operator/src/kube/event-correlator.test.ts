import { beforeEach, describe, expect, it } from '@jest/globals';
import { EventCorrelator } from './event-correlator.ts';
import type { Correlated, EventNote } from './event-correlator.ts';

let nowMs: number;
let correlator: EventCorrelator;
beforeEach(() => {
  nowMs = 0;
  correlator = new EventCorrelator(() => nowMs);
});

const note = (message: string, changes: Partial<EventNote> = {}): EventNote => ({
  object: 'A2AServer/team/demo/u',
  type: 'Warning',
  reason: 'Refused',
  message,
  ...changes,
});
/** What becomes of a note whose Event is then written; `name` is what it would be called. */
function told(one: EventNote, name = 'event'): Correlated | undefined {
  const correlated = correlator.next(one);
  if (correlated?.action === 'create') correlator.created(correlated.key, name);
  return correlated;
}
const MINUTE_MS = 60_000;

describe('the same Event', () => {
  it('is created once and then counted', () => {
    expect(told(note('a'), 'first')).toMatchObject({ action: 'create', message: 'a' });
    expect(told(note('a'))).toMatchObject({ action: 'count', event: 'first', count: 2 });
    expect(told(note('a'))).toMatchObject({ action: 'count', event: 'first', count: 3 });
  });

  it.each([
    { reason: 'another object', changes: { object: 'A2AServer/team/other/v' } },
    { reason: 'another type', changes: { type: 'Normal' as const } },
    { reason: 'another reason', changes: { reason: 'NameTaken' } },
    { reason: 'another message', changes: { message: 'b' } },
  ])('is not one with $reason', ({ changes }) => {
    told(note('a'));
    expect(told(note('a', changes))).toMatchObject({ action: 'create' });
  });

  it('is created again when it was not written, or is gone', () => {
    expect(correlator.next(note('a'))).toMatchObject({ action: 'create' });
    const created = told(note('a'));
    expect(created).toMatchObject({ action: 'create' });
    correlator.forget(created?.key ?? '');
    expect(told(note('a'))).toMatchObject({ action: 'create' });
  });
});

describe('similar Events', () => {
  const distinct = (from: number, to: number): (Correlated | undefined)[] =>
    Array.from({ length: to - from }, (_, index) => told(note(`message ${from + index}`)));

  it('are told one by one up to the ninth message; from the tenth on as one', () => {
    const nine = distinct(0, 9);
    expect(nine.map((each) => each?.message)).not.toContainEqual(
      expect.stringContaining('combined'),
    );
    expect(told(note('message 9'), 'sum')).toMatchObject({
      action: 'create',
      message: '(combined from similar events): message 9',
    });
    expect(told(note('message 10'))).toMatchObject({
      action: 'count',
      event: 'sum',
      count: 2,
      message: '(combined from similar events): message 10',
    });
  });

  it('of another reason are not among them', () => {
    distinct(0, 12);
    expect(told(note('x', { reason: 'Other' }))).toMatchObject({ action: 'create', message: 'x' });
  });

  it('are told one by one again after more than ten minutes of silence', () => {
    distinct(0, 10);
    nowMs += 10 * MINUTE_MS;
    expect(told(note('message 10'))?.message).toContain('combined');
    nowMs += 10 * MINUTE_MS + 1;
    expect(told(note('message 11'))?.message).toBe('message 11');
  });
});

describe('the Events of an object', () => {
  const burst = (count: number, object = 'o'): number =>
    Array.from({ length: count }, () => told(note('a', { object }))).filter(
      (each) => each !== undefined,
    ).length;

  it('are 25 at once, and then one more every five minutes', () => {
    expect(burst(30)).toBe(25);
    nowMs += 5 * MINUTE_MS - 1;
    expect(burst(1)).toBe(0);
    nowMs += 1;
    expect(burst(2)).toBe(1);
    nowMs += 15 * MINUTE_MS;
    expect(burst(10)).toBe(3);
  });

  it('are never more than 25 at once, however long it was silent', () => {
    burst(25);
    nowMs += 7 * 24 * 60 * MINUTE_MS;
    expect(burst(30)).toBe(25);
  });

  it('are not counted against those of others', () => {
    burst(30);
    expect(burst(30, 'other')).toBe(25);
  });

  it('are forgotten with the 4096th object after it, so that memory has an end', () => {
    told(note('a', { object: 'first' }));
    for (let index = 1; index < 4096; index++) told(note('a', { object: `o${index}` }));
    expect(told(note('a', { object: 'first' }))).toMatchObject({ action: 'count' });
    // It was used just now, so it stays; the one that was not is forgotten.
    told(note('a', { object: 'one more' }));
    expect(told(note('a', { object: 'first' }))).toMatchObject({ action: 'count' });
    expect(told(note('a', { object: 'o1' }))).toMatchObject({ action: 'create' });
  });
});
