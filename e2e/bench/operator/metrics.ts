/** What the operator's own metrics say at one moment. */
export interface MetricsReading {
  /** Reconciles that have ended, of all controllers. */
  reconciles: number;
  /** Reconciles that run, and keys that wait. */
  pending: number;
}

/** Sum of all series of a metric in Prometheus' text format; 0 when there is none. */
function sumOf(text: string, metric: string): number {
  const line = new RegExp(`^${metric}(?:\\{.*\\})? (\\S+)$`, 'gm');
  return [...text.matchAll(line)].reduce((sum, [, value]) => sum + Number(value), 0);
}

export function metricsReading(text: string): MetricsReading {
  const pending = ['controller_runtime_active_workers', 'workqueue_depth'];
  return {
    reconciles: sumOf(text, 'controller_runtime_reconcile_total'),
    pending: pending.reduce((sum, metric) => sum + sumOf(text, metric), 0),
  };
}

/** Since when nothing has happened, as far as readings one after the other can tell. */
export class Stillness {
  #reconciles = 0;
  #sinceMs: number | undefined;

  /**
   * Takes the next reading, undefined when there was no answer; gives the moment of the first of those
   * that are alike and show nothing pending. A process that has not reconciled yet is not still.
   */
  since(reading: MetricsReading | undefined, nowMs: number): number | undefined {
    const { reconciles = 0, pending = 0 } = reading ?? {};
    const isStill = pending === 0 && reconciles > 0 && reconciles === this.#reconciles;
    this.#reconciles = reconciles;
    this.#sinceMs = isStill ? (this.#sinceMs ?? nowMs) : undefined;
    return this.#sinceMs;
  }
}
