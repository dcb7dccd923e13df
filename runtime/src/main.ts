import { randomUUID } from 'node:crypto';
import { describeConfigError, readConfig } from './config.ts';
import { RUNTIME_VERSION } from './lifecycle.ts';
import { systemClock } from './ops/clock.ts';
import { tryRead } from './ops/live-file.ts';
import { createLog } from './ops/log.ts';
import { createMetrics } from './ops/metrics.ts';
import { startRuntime } from './runtime.ts';
import type { RuntimeConfig } from './config.ts';
import type { Log } from './ops/telemetry.ts';
import type { Runtime } from './runtime.ts';

// Exit codes: 0 stopped when told to; 1 wrong configuration, no port, or an error nobody expected.

async function main(): Promise<void> {
  const result = readConfig(process.env, tryRead);
  if ('errors' in result) {
    const log = createLog('INFO');
    for (const error of result.errors) log.error(describeConfigError(error));
    process.exitCode = 1;
    return;
  }
  const log = createLog(result.config.logLevel);
  exitOnUnexpected(log);
  await serve(result.config, log).catch((err: unknown) => {
    log.error('cannot start', { err });
    process.exit(1);
  });
}

async function serve(config: RuntimeConfig, log: Log): Promise<void> {
  const registry = createMetrics();
  const surroundings = { clock: systemClock, log, registry, newId: randomUUID };
  const runtime = await startRuntime(config, surroundings);
  const { port, metricsPort } = runtime;
  const startMs = Math.round(process.uptime() * 1000);
  log.info('serving', {
    version: RUNTIME_VERSION,
    port,
    metrics_port: metricsPort,
    start_ms: startMs,
  });
  stopOnSignals(runtime, log);
}

/** The first signal stops gracefully, the second at once. */
function stopOnSignals(runtime: Runtime, log: Log): void {
  let isStopping = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (isStopping) {
      log.warn('stopping at once', { signal });
      process.exit(1);
    }
    isStopping = true;
    log.info('stopping', { signal });
    runtime.stop().then(
      () => {
        log.info('stopped');
        process.exit(0);
      },
      (err: unknown) => {
        log.error('could not stop cleanly', { err });
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

/** Whatever reaches this left the process in a state that nobody has thought about. */
function exitOnUnexpected(log: Log): void {
  const exit = (err: unknown): void => {
    log.error('an error nobody expected', { err });
    process.exit(1);
  };
  process.on('uncaughtException', exit);
  process.on('unhandledRejection', exit);
}

await main();
