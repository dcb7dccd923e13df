import type { DependencyReport } from '../contract/status-report.ts';
import type { Clock, Log } from './telemetry.ts';

/** Something outside the process that is looked at now and then. */
export interface Dependency {
  report(): DependencyReport;
  /** How long it has been unreachable without a break, in seconds; 0 while it is not. */
  unreachableSeconds(): number;
  /** No more looks. */
  stop(): void;
}

export interface DependencyOptions {
  /** For the log. */
  name: string;
  /** Resolves when the dependency answers; rejects with a sentence without credentials. */
  check: () => Promise<void>;
  intervalMs: number;
  clock: Clock;
  log: Log;
}

/** Looks at once, and then with `intervalMs` between the looks. */
export function watchDependency(options: DependencyOptions): Dependency {
  const { name, check, intervalMs, clock, log } = options;
  let report: DependencyReport = { state: 'Unknown', checks: 0 };
  let unreachableSinceMs: number | undefined;
  let stopTimer = (): void => undefined;
  let ended = false;

  const enter = (next: DependencyReport): void => {
    if (next.state === 'Unreachable') {
      unreachableSinceMs ??= clock.now();
      const isNews = report.state !== next.state || report.message !== next.message;
      if (isNews) log.warn(`${name} is unreachable`, { problem: next.message });
    } else {
      if (unreachableSinceMs !== undefined) log.info(`${name} is reachable again`);
      unreachableSinceMs = undefined;
    }
    report = next;
  };
  const look = async (): Promise<void> => {
    const found = await check().then(
      () => ({ state: 'Reachable' as const }),
      (error: unknown) => ({
        state: 'Unreachable' as const,
        message: error instanceof Error ? error.message : 'unreachable',
      }),
    );
    if (ended) return;
    enter({ ...found, checks: report.checks + 1 });
    stopTimer = clock.after(intervalMs, () => void look());
  };
  void look();

  return {
    report: () => report,
    unreachableSeconds: () =>
      unreachableSinceMs === undefined ? 0 : (clock.now() - unreachableSinceMs) / 1000,
    stop() {
      ended = true;
      stopTimer();
    },
  };
}
