import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { ControllerObserver } from '../controller/controller.ts';

const RESULTS = ['success', 'error', 'requeue', 'requeue_after'] as const;

/** controller-runtime's metric names, so that existing dashboards and alerts work. */
export class Metrics {
  readonly registry = new Registry();
  readonly #total = new Counter({
    name: 'controller_runtime_reconcile_total',
    help: 'Reconciliations by result.',
    labelNames: ['controller', 'result'],
    registers: [this.registry],
  });
  readonly #errors = new Counter({
    name: 'controller_runtime_reconcile_errors_total',
    help: 'Reconciliations that failed.',
    labelNames: ['controller'],
    registers: [this.registry],
  });
  readonly #seconds = new Histogram({
    name: 'controller_runtime_reconcile_time_seconds',
    help: 'Length of a reconciliation.',
    labelNames: ['controller'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers: [this.registry],
  });
  readonly #active = new Gauge({
    name: 'controller_runtime_active_workers',
    help: 'Workers that reconcile now.',
    labelNames: ['controller'],
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** Counts the reconciliations of one controller; every series starts at 0. */
  observer(controller: string): ControllerObserver {
    for (const result of RESULTS) this.#total.inc({ controller, result }, 0);
    this.#errors.inc({ controller }, 0);
    return {
      started: () => {
        this.#active.inc({ controller });
      },
      ended: ({ result, durationMs }) => {
        this.#active.dec({ controller });
        this.#total.inc({ controller, result });
        if (result === 'error') this.#errors.inc({ controller });
        this.#seconds.observe({ controller }, durationMs / 1000);
      },
    };
  }
}
