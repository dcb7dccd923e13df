import { createLog } from '../src/ops/log.ts';
import { createMetrics } from '../src/ops/metrics.ts';
import { Writable } from 'node:stream';
import type { LogLevel } from '../src/ops/log.ts';
import type { MetricsRegistry } from '../src/ops/metrics.ts';
import type { Log, Telemetry } from '../src/ops/telemetry.ts';

/** Real telemetry whose output a test can read. */
export interface TestTelemetry extends Telemetry {
  log: Log;
  registry: MetricsRegistry;
  /** Log lines so far, parsed. */
  lines: Record<string, unknown>[];
  /** Log lines so far, as they were written. */
  text: () => string;
}

export function testTelemetry(level: LogLevel = 'DEBUG'): TestTelemetry {
  const written: string[] = [];
  const lines: Record<string, unknown>[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written.push(String(chunk));
      lines.push(JSON.parse(String(chunk)) as Record<string, unknown>);
      done();
    },
  });
  const registry = createMetrics();
  const log = createLog(level, stream);
  return { log, registry, metrics: registry.metrics, lines, text: () => written.join('') };
}
