import { beforeEach, describe, expect, it } from '@jest/globals';
import { Queue } from '../controller/queue.ts';
import { Metrics } from './metrics.ts';

let metrics: Metrics;
beforeEach(() => {
  metrics = new Metrics();
});

/** One line of what Prometheus reads. */
interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}
/** Everything on the page, as Prometheus would parse it. */
async function page(): Promise<{ samples: Sample[]; types: Record<string, string> }> {
  const lines = (await metrics.registry.metrics()).split('\n');
  const types = lines.flatMap((line) => {
    const [, name = '', type = ''] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
    return name === '' ? [] : [[name, type] as const];
  });
  const samples = lines.filter((line) => line !== '' && !line.startsWith('#')).map(sampleOf);
  return { samples, types: Object.fromEntries(types) };
}
function sampleOf(line: string): Sample {
  const [, name = '', labels = '', value = ''] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)];
  return {
    name,
    labels: Object.fromEntries(pairs.map(([, key = '', text = '']) => [key, text])),
    value: Number(value),
  };
}
/** The value of exactly these labels; undefined when there is no such series. */
async function value(name: string, labels: Record<string, string>): Promise<number | undefined> {
  const wanted = JSON.stringify(Object.entries(labels).sort());
  const { samples } = await page();
  return samples.find(
    (sample) =>
      sample.name === name && JSON.stringify(Object.entries(sample.labels).sort()) === wanted,
  )?.value;
}
/** The bounds of a histogram, in seconds. */
async function bounds(name: string): Promise<number[]> {
  const { samples } = await page();
  const series = samples.filter((sample) => sample.name === `${name}_bucket`);
  return series.map(({ labels }) => Number(labels.le)).filter((bound) => !Number.isNaN(bound));
}

const END = {
  ref: { namespace: 'team', name: 'a' },
  reconcileId: 'id',
  durationMs: 30,
  result: 'success',
} as const;
const CONTROLLER = { controller: 'a2aserver' };
const QUEUE = { name: 'a2aserver', controller: 'a2aserver' };

/** A queue with metrics, on a clock that moves when told to. */
function shownQueue(): { queue: Queue; pass: (ms: number) => void } {
  let nowMs = 0;
  const queue = new Queue({
    now: () => nowMs,
    schedule: () => () => undefined,
    observer: metrics.queues.observer('a2aserver'),
  });
  metrics.queues.show('a2aserver', queue);
  return {
    queue,
    pass: (ms) => {
      nowMs += ms;
    },
  };
}

describe('the page', () => {
  it('has the names and types that dashboards for controller-runtime look for', async () => {
    metrics.controller('a2aserver', 8);
    shownQueue();
    const { types } = await page();
    expect(types).toMatchObject({
      controller_runtime_reconcile_total: 'counter',
      controller_runtime_reconcile_errors_total: 'counter',
      controller_runtime_reconcile_time_seconds: 'histogram',
      controller_runtime_active_workers: 'gauge',
      controller_runtime_max_concurrent_reconciles: 'gauge',
      workqueue_adds_total: 'counter',
      workqueue_depth: 'gauge',
      workqueue_longest_running_processor_seconds: 'gauge',
      workqueue_queue_duration_seconds: 'histogram',
      workqueue_retries_total: 'counter',
      workqueue_unfinished_work_seconds: 'gauge',
      workqueue_work_duration_seconds: 'histogram',
      rest_client_requests_total: 'counter',
      leader_election_master_status: 'gauge',
      process_cpu_seconds_total: 'counter',
    });
  });
});

describe('the metrics of a controller', () => {
  it('are all there before anything happened, so that a first error is an increase', async () => {
    metrics.controller('a2aserver', 8);
    const name = 'controller_runtime_reconcile_total';
    for (const result of ['success', 'error', 'requeue', 'requeue_after']) {
      expect(await value(name, { ...CONTROLLER, result })).toBe(0);
    }
    expect(await value('controller_runtime_reconcile_errors_total', CONTROLLER)).toBe(0);
    expect(await value('controller_runtime_active_workers', CONTROLLER)).toBe(0);
    expect(await value('controller_runtime_max_concurrent_reconciles', CONTROLLER)).toBe(8);
  });

  it('count reconciles by result, and errors', async () => {
    const observer = metrics.controller('a2aserver', 8);
    for (const result of ['success', 'success', 'error', 'requeue_after'] as const) {
      observer.started();
      observer.ended({ ...END, result });
    }
    const name = 'controller_runtime_reconcile_total';
    expect(await value(name, { ...CONTROLLER, result: 'success' })).toBe(2);
    expect(await value(name, { ...CONTROLLER, result: 'requeue_after' })).toBe(1);
    expect(await value(name, { ...CONTROLLER, result: 'error' })).toBe(1);
    expect(await value('controller_runtime_reconcile_errors_total', CONTROLLER)).toBe(1);
  });

  it('tell how long reconciles took, in seconds', async () => {
    const observer = metrics.controller('a2aserver', 8);
    observer.started();
    observer.ended(END);
    const name = 'controller_runtime_reconcile_time_seconds';
    expect(await value(`${name}_sum`, CONTROLLER)).toBe(0.03);
    expect(await value(`${name}_bucket`, { ...CONTROLLER, le: '0.025' })).toBe(0);
    expect(await value(`${name}_bucket`, { ...CONTROLLER, le: '0.05' })).toBe(1);
    expect(await bounds(name)).toEqual([
      0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9,
      1, 1.25, 1.5, 1.75, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
    ]);
  });

  it('tell how many workers are busy, each controller its own', async () => {
    const observer = metrics.controller('a2aserver', 8);
    metrics.controller('agentdefinition', 8);
    observer.started();
    observer.started();
    observer.ended(END);
    const name = 'controller_runtime_active_workers';
    expect(await value(name, CONTROLLER)).toBe(1);
    expect(await value(name, { controller: 'agentdefinition' })).toBe(0);
  });
});

describe('the metrics of a queue', () => {
  it('tell how many keys wait, by priority', async () => {
    const { queue } = shownQueue();
    queue.add('team/a');
    queue.add('team/b', 'low');
    queue.add('team/c', 'low');
    expect(await value('workqueue_depth', { ...QUEUE, priority: 'normal' })).toBe(1);
    expect(await value('workqueue_depth', { ...QUEUE, priority: 'low' })).toBe(2);
  });

  it('count what was added and tried again, from 0 on', async () => {
    const { queue } = shownQueue();
    expect(await value('workqueue_adds_total', QUEUE)).toBe(0);
    expect(await value('workqueue_retries_total', QUEUE)).toBe(0);
    queue.add('team/a');
    queue.add('team/a');
    queue.retry('team/b');
    expect(await value('workqueue_adds_total', QUEUE)).toBe(1);
    expect(await value('workqueue_retries_total', QUEUE)).toBe(1);
  });

  it('tell how long keys waited and were worked on, in seconds', async () => {
    const { queue, pass } = shownQueue();
    queue.add('team/a');
    pass(2000);
    await queue.take();
    pass(500);
    queue.done('team/a');
    expect(await value('workqueue_queue_duration_seconds_sum', QUEUE)).toBe(2);
    expect(await value('workqueue_work_duration_seconds_sum', QUEUE)).toBe(0.5);
    for (const name of ['workqueue_queue_duration_seconds', 'workqueue_work_duration_seconds']) {
      const found = await bounds(name);
      expect(found).toHaveLength(12);
      for (const [index, bound] of found.entries())
        expect(bound * 10 ** (8 - index)).toBeCloseTo(1);
    }
  });

  it('tell of keys in process, at the time of looking', async () => {
    const { queue, pass } = shownQueue();
    queue.add('team/a');
    queue.add('team/b');
    await queue.take();
    pass(3000);
    await queue.take();
    pass(1000);
    expect(await value('workqueue_unfinished_work_seconds', QUEUE)).toBe(5);
    expect(await value('workqueue_longest_running_processor_seconds', QUEUE)).toBe(4);
    queue.done('team/a');
    queue.done('team/b');
    expect(await value('workqueue_unfinished_work_seconds', QUEUE)).toBe(0);
    expect(await value('workqueue_longest_running_processor_seconds', QUEUE)).toBe(0);
  });
});

describe('the metrics of requests', () => {
  it('count by code, method and host, and tell how long the answer took', async () => {
    const asked = { method: 'PATCH', host: 'api:443', durationMs: 1500 };
    metrics.requested({ ...asked, code: '200' });
    metrics.requested({ ...asked, code: '<error>' });
    const { method, host } = asked;
    const name = 'rest_client_requests_total';
    expect(await value(name, { code: '200', method, host })).toBe(1);
    expect(await value(name, { code: '<error>', method, host })).toBe(1);
    const seconds = 'rest_client_request_duration_seconds';
    expect(await value(`${seconds}_sum`, { verb: method, host })).toBe(3);
    const expected = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 45, 60];
    expect(await bounds(seconds)).toEqual(expected);
  });
});

describe('the leadership', () => {
  it('is 1 for who leads and 0 for who does not', async () => {
    const name = 'leader_election_master_status';
    metrics.leading(false);
    expect(await value(name, { name: 'a2a-operator' })).toBe(0);
    metrics.leading(true);
    expect(await value(name, { name: 'a2a-operator' })).toBe(1);
  });
});
