import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';
import type { Queue, QueueObserver } from '../controller/queue.ts';

const PRIORITIES = ['normal', 'low'] as const;
const BUCKETS = Array.from({ length: 12 }, (_, exponent) => 1e-8 * 10 ** exponent);
const LABELS = ['name', 'controller'];

/** Metrics of queues; gives an observer to each, and looks into those it is shown when it is asked. */
export interface QueueMetrics {
  observer(controller: string): QueueObserver;
  show(controller: string, queue: Queue): void;
}

export function queueMetrics(registry: Registry): QueueMetrics {
  const registers = [registry];
  const labelsOf = (controller: string): { name: string; controller: string } => ({
    name: controller,
    controller,
  });
  const adds = new Counter({
    name: 'workqueue_adds_total',
    help: 'Keys that were added.',
    labelNames: LABELS,
    registers,
  });
  const retries = new Counter({
    name: 'workqueue_retries_total',
    help: 'Keys that failed.',
    labelNames: LABELS,
    registers,
  });
  const waited = histogram('workqueue_queue_duration_seconds', 'How long keys waited.', registry);
  const worked = histogram(
    'workqueue_work_duration_seconds',
    'How long keys were processed.',
    registry,
  );
  return {
    observer: (controller) => {
      const labels = labelsOf(controller);
      adds.inc(labels, 0);
      retries.inc(labels, 0);
      return {
        added: () => {
          adds.inc(labels);
        },
        retried: () => {
          retries.inc(labels);
        },
        taken: (ms) => {
          waited.observe(labels, ms / 1000);
        },
        done: (ms) => {
          worked.observe(labels, ms / 1000);
        },
      };
    },
    show: showing(registry),
  };
}

/** Gauges that are read off the queues at every collection. */
function showing(registry: Registry): QueueMetrics['show'] {
  const queues = new Map<string, Queue>();
  const gauge = (
    name: string,
    help: string,
    value: (processingMs: readonly number[]) => number,
  ): Gauge =>
    new Gauge({
      name,
      help,
      labelNames: LABELS,
      registers: [registry],
      collect() {
        for (const [controller, queue] of queues) {
          this.set({ name: controller, controller }, value(queue.processingMs()) / 1000);
        }
      },
    });
  gauge('workqueue_unfinished_work_seconds', 'Time spent on all keys in process.', (ms) =>
    ms.reduce((sum, each) => sum + each, 0),
  );
  gauge(
    'workqueue_longest_running_processor_seconds',
    'Time spent on the key that is in process for longest.',
    (ms) => Math.max(0, ...ms),
  );
  new Gauge({
    name: 'workqueue_depth',
    help: 'Keys that wait.',
    labelNames: [...LABELS, 'priority'],
    registers: [registry],
    collect() {
      for (const [controller, queue] of queues) {
        for (const priority of PRIORITIES) {
          this.set({ name: controller, controller, priority }, queue.depth(priority));
        }
      }
    },
  });
  return (controller, queue) => {
    queues.set(controller, queue);
  };
}

function histogram(name: string, help: string, registry: Registry): Histogram {
  return new Histogram({ name, help, labelNames: LABELS, buckets: BUCKETS, registers: [registry] });
}
