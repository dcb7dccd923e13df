import { describe, expect, it, test } from '@jest/globals';
import { metricsReading, Stillness } from './metrics.ts';

test('sums the series of a metric, and takes an absent one for 0', () => {
  const text = [
    '# TYPE controller_runtime_reconcile_total counter',
    'controller_runtime_reconcile_total{controller="a2aserver",result="success"} 3',
    'controller_runtime_reconcile_total{controller="agentdefinition",result="error"} 4',
    'controller_runtime_active_workers{controller="a2aserver"} 2',
  ].join('\n');
  expect(metricsReading(text)).toEqual({ reconciles: 7, pending: 2 });
  const queue = 'workqueue_depth{name="a2aserver"} 5';
  expect(metricsReading(`${text}\n${queue}`).pending).toBe(7);
});

describe('Stillness', () => {
  const reading = (reconciles: number, pending = 0): ReturnType<typeof metricsReading> => ({
    reconciles,
    pending,
  });

  it('begins with the second of two readings that are alike', () => {
    const stillness = new Stillness();
    expect(stillness.since(reading(5), 100)).toBeUndefined();
    expect(stillness.since(reading(5), 200)).toBe(200);
    expect(stillness.since(reading(5), 300)).toBe(200);
  });

  it.each([
    ['a reconcile has ended', reading(6)],
    ['something waits or runs', reading(5, 1)],
    ['nobody answers', undefined],
  ])('ends when %s', (_, next) => {
    const stillness = new Stillness();
    stillness.since(reading(5), 100);
    stillness.since(reading(5), 200);
    expect(stillness.since(next, 300)).toBeUndefined();
  });

  it('has not begun before the first reconcile', () => {
    const stillness = new Stillness();
    stillness.since(reading(0), 100);
    expect(stillness.since(reading(0), 200)).toBeUndefined();
  });
});
