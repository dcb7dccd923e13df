import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';
import type { ControllerObserver } from '../controller/controller.ts';

const RESULTS = ['success', 'error', 'requeue', 'requeue_after'] as const;

/** controller-runtime's buckets, in seconds. */
const BUCKETS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1,
  1.25, 1.5, 1.75, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
];

/** Metrics of controllers; gives an observer to each. Every series starts at 0. */
export function controllerMetrics(
  registry: Registry,
): (controller: string, concurrency: number) => ControllerObserver {
  const registers = [registry];
  const labelNames = ['controller'];
  const total = new Counter({
    name: 'controller_runtime_reconcile_total',
    help: 'Reconciliations by result.',
    labelNames: ['controller', 'result'],
    registers,
  });
  const errors = new Counter({
    name: 'controller_runtime_reconcile_errors_total',
    help: 'Reconciliations that failed.',
    labelNames,
    registers,
  });
  const seconds = new Histogram({
    name: 'controller_runtime_reconcile_time_seconds',
    help: 'Length of a reconciliation.',
    labelNames,
    buckets: BUCKETS,
    registers,
  });
  const active = new Gauge({
    name: 'controller_runtime_active_workers',
    help: 'Workers that reconcile now.',
    labelNames,
    registers,
  });
  const workers = new Gauge({
    name: 'controller_runtime_max_concurrent_reconciles',
    help: 'Workers of a controller.',
    labelNames,
    registers,
  });
  return (controller, concurrency) => {
    for (const result of RESULTS) total.inc({ controller, result }, 0);
    errors.inc({ controller }, 0);
    active.set({ controller }, 0);
    workers.set({ controller }, concurrency);
    return {
      started: () => {
        active.inc({ controller });
      },
      ended: ({ result, durationMs }) => {
        active.dec({ controller });
        total.inc({ controller, result });
        if (result === 'error') errors.inc({ controller });
        seconds.observe({ controller }, durationMs / 1000);
      },
    };
  };
}
