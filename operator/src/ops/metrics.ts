import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { RequestObserver } from '../kube/transport.ts';
import { LEASE_NAME } from '../names.ts';
import { controllerMetrics } from './controller-metrics.ts';
import { queueMetrics } from './queue-metrics.ts';

const REQUEST_BUCKETS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 45, 60];

/** Everything that `/metrics` shows, by controller-runtime's names, so that existing dashboards work. */
export class Metrics {
  readonly registry = new Registry();
  readonly controller = controllerMetrics(this.registry);
  readonly queues = queueMetrics(this.registry);
  readonly requested = requestMetrics(this.registry);
  readonly #leads = new Gauge({
    name: 'leader_election_master_status',
    help: 'Whether this process leads: 1 or 0.',
    labelNames: ['name'],
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** Whether this process leads. */
  leading(leads: boolean): void {
    this.#leads.set({ name: LEASE_NAME }, leads ? 1 : 0);
  }
}

function requestMetrics(registry: Registry): RequestObserver {
  const total = new Counter({
    name: 'rest_client_requests_total',
    help: 'Requests to the API server.',
    labelNames: ['code', 'method', 'host'],
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'rest_client_request_duration_seconds',
    help: 'Time until the API server begins to answer.',
    labelNames: ['verb', 'host'],
    buckets: REQUEST_BUCKETS,
    registers: [registry],
  });
  return ({ method, code, host, durationMs }) => {
    total.inc({ code, method, host });
    seconds.observe({ verb: method, host }, durationMs / 1000);
  };
}
