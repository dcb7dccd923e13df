import { keyOf } from '../api/object.ts';
import type { KubeObject } from '../api/object.ts';
import { isSameVersion } from './applied.ts';
import type { Observed } from './observe.ts';
import { isReady } from './server-status.ts';

/**
 * Limits how many servers at a time restart their pods because a new release of the operator, or its
 * configuration, asks for another pod template: a bad one breaks a few servers, not the fleet.
 * What a user changes needs no slot, nor does a server that is not Ready: it has nothing to lose.
 *
 * Slots are in memory. After a restart of the operator so many more rollouts may begin.
 */
export class RolloutSlots {
  readonly #max: number;
  readonly #wake: (key: string) => void;
  /** Generations of the servers that have a slot. */
  readonly #holders = new Map<string, number>();
  /** Servers that were held back, in the order in which they came. */
  readonly #waiting = new Set<string>();

  /** `wake` is told of a server that may look again, because a slot has become free. */
  constructor(max: number, wake: (key: string) => void) {
    this.#max = max;
    this.#wake = wake;
  }

  /** Whether the Deployment has to stay as it is for now. Takes a slot when one is needed and free. */
  holdBack(observed: Observed, desired: readonly KubeObject[]): boolean {
    const { metadata } = observed.server;
    const key = keyOf(metadata);
    this.#waiting.delete(key);
    if (!isReleaseChange(observed, desired) || this.#holders.has(key)) return false;
    if (this.#holders.size < this.#max) this.#holders.set(key, metadata.generation);
    else this.#waiting.add(key);
    return this.#waiting.has(key);
  }

  /** Frees the server's slot when its rollout is over: it is Ready, or its user has changed it since. */
  settle(key: string, now: { ready: boolean; generation: number }): void {
    const generation = this.#holders.get(key);
    if (generation === undefined) return;
    if (now.ready || generation !== now.generation) this.free(key);
  }

  /** The server is gone. */
  free(key: string): void {
    this.#waiting.delete(key);
    if (!this.#holders.delete(key)) return;
    const [next] = this.#waiting;
    if (next !== undefined) this.#wake(next);
  }
}

/** The spec was carried out before, and is Ready, and yet another Deployment is wanted. */
function isReleaseChange(
  { server, deployment }: Observed,
  desired: readonly KubeObject[],
): boolean {
  const wanted = desired.find(({ kind }) => kind === 'Deployment');
  if (wanted === undefined || deployment === undefined) return false;
  const { status, metadata } = server;
  const isCarriedOut = status?.observedGeneration === metadata.generation && isReady(status);
  return isCarriedOut && !isSameVersion(wanted, deployment);
}
