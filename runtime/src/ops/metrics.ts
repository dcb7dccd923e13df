import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { Metrics } from './telemetry.ts';

/** From a cache hit to the longest answer of a model. */
const LONG_BUCKETS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];
const SHORT_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

/** Metrics and the text that Prometheus reads. */
export interface MetricsRegistry {
  metrics: Metrics;
  contentType: string;
  text: () => Promise<string>;
}

/** The metrics of product.md §3, and those of the process. */
export function createMetrics(): MetricsRegistry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    metrics: { ...edgeMetrics(registry), ...taskMetrics(registry), ...dependencyMetrics(registry) },
    contentType: registry.contentType,
    text: () => registry.metrics(),
  };
}

type EdgeMetrics = Pick<
  Metrics,
  'httpRequest' | 'rpcRequest' | 'sseOpened' | 'sseClosed' | 'authFailed'
>;

function edgeMetrics(registry: Registry): EdgeMetrics {
  const counter = counters(registry);
  const requests = counter('a2a_requests_total', 'HTTP requests.', ['method', 'status']);
  const duration = new Histogram({
    name: 'a2a_request_duration_seconds',
    help: 'Time of HTTP requests; a stream is measured to its end.',
    buckets: LONG_BUCKETS,
    registers: [registry],
  });
  const rpc = counter('a2a_rpc_requests_total', 'A2A operations.', ['rpc_method', 'agent', 'code']);
  const authFailures = counter('a2a_auth_failures_total', 'Refused credentials.', ['reason']);
  const streams = new Gauge({
    name: 'a2a_sse_streams',
    help: 'Open event streams.',
    registers: [registry],
  });
  return {
    httpRequest(method, status, seconds) {
      requests.inc({ method, status });
      duration.observe(seconds);
    },
    rpcRequest(rpcMethod, agent, code) {
      rpc.inc({ rpc_method: rpcMethod, agent, code });
    },
    sseOpened: () => {
      streams.inc();
    },
    sseClosed: () => {
      streams.dec();
    },
    authFailed(reason) {
      authFailures.inc({ reason });
    },
  };
}

function taskMetrics(
  registry: Registry,
): Pick<Metrics, 'taskStarted' | 'taskEnded' | 'firstEvent'> {
  const ended = counters(registry)('a2a_tasks_total', 'Tasks that ended.', ['agent', 'state']);
  const inFlight = new Gauge({
    name: 'a2a_tasks_in_flight',
    help: 'Tasks that are being worked on.',
    labelNames: ['agent'],
    registers: [registry],
  });
  const histogram = histograms(registry);
  const duration = histogram('a2a_task_duration_seconds', 'Time of tasks.', LONG_BUCKETS);
  const first = histogram(
    'a2a_time_to_first_event_seconds',
    'From a message to the first piece of its answer.',
    LONG_BUCKETS,
  );
  return {
    taskStarted(agent) {
      inFlight.inc({ agent });
    },
    taskEnded(agent, state, seconds) {
      inFlight.dec({ agent });
      ended.inc({ agent, state });
      duration.observe(seconds);
    },
    firstEvent(seconds) {
      first.observe(seconds);
    },
  };
}

type DependencyMetrics = Pick<Metrics, 'llmCall' | 'llmFirstToken' | 'tokens' | 'redisCommand'>;

function dependencyMetrics(registry: Registry): DependencyMetrics {
  const counter = counters(registry);
  const histogram = histograms(registry);
  const calls = counter('agent_llm_calls_total', 'Model calls.', ['agent', 'model', 'outcome']);
  const tokens = counter('agent_tokens_total', 'Tokens of model calls.', [
    'agent',
    'model',
    'type',
  ]);
  const duration = histogram('agent_llm_duration_seconds', 'Time of model calls.', LONG_BUCKETS);
  const firstToken = histogram(
    'agent_llm_time_to_first_token_seconds',
    'From a model call to its first text.',
    LONG_BUCKETS,
  );
  const redis = new Histogram({
    name: 'redis_command_duration_seconds',
    help: 'Time of Redis commands.',
    labelNames: ['command'],
    buckets: SHORT_BUCKETS,
    registers: [registry],
  });
  return {
    llmCall({ agent, model, outcome, seconds }) {
      calls.inc({ agent, model, outcome });
      duration.observe(seconds);
    },
    llmFirstToken(seconds) {
      firstToken.observe(seconds);
    },
    tokens(agent, model, type, count) {
      tokens.inc({ agent, model, type }, count);
    },
    redisCommand(command, seconds) {
      redis.observe({ command }, seconds);
    },
  };
}

function counters(registry: Registry) {
  return <T extends string>(name: string, help: string, labelNames: readonly T[]): Counter<T> =>
    new Counter({ name, help, labelNames, registers: [registry] });
}

function histograms(registry: Registry) {
  return (name: string, help: string, buckets: number[]): Histogram =>
    new Histogram({ name, help, buckets, registers: [registry] });
}
