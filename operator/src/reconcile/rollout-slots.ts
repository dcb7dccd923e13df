import { keyOf } from '../api/object.ts';
import type { KubeObject } from '../api/object.ts';
import { isSameVersion } from './applied.ts';
import type { Observed } from './observe.ts';
import { rolloutOf } from './rollout.ts';
import { saysReady } from './server-status.ts';

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
  /** Generations of the servers that were held back, in the order in which they came. */
  readonly #waiting = new Map<string, number>();

  /** `wake` is told of a server that may look again, because a slot has become free. */
  constructor(max: number, wake: (key: string) => void) {
    this.#max = max;
    this.#wake = wake;
  }

  /** Whether the Deployment has to stay as it is for now. Takes a slot when one is needed and free. */
  holdBack(observed: Observed, desired: readonly KubeObject[]): boolean {
    const { metadata } = observed.server;
    const key = keyOf(metadata);
    const isWaiting = this.#waiting.get(key) === metadata.generation;
    const needsSlot = isReleaseChange(observed, desired, isWaiting) && !this.#holders.has(key);
    if (needsSlot && this.#freeSlots() <= 0) {
      this.#waiting.set(key, metadata.generation);
      return true;
    }
    if (needsSlot) this.#holders.set(key, metadata.generation);
    this.#leave(key);
    return false;
  }

  /**
   * Frees the server's slot when its rollout is over: it is Ready, or its user has changed it since. One
   * that could not even be held back (a Secret is missing) does not wait, so that others are woken.
   */
  settle(key: string, now: { ready: boolean; heldBack: boolean; generation: number }): void {
    if (!now.heldBack) this.#leave(key);
    const generation = this.#holders.get(key);
    if (generation === undefined) return;
    if ((now.ready && !now.heldBack) || generation !== now.generation) this.free(key);
  }

  /** The server is gone. */
  free(key: string): void {
    if (this.#holders.delete(key)) this.#wakeFirst();
    this.#leave(key);
  }

  /** It waits no longer; if it was woken for a slot that it does not need, others may have it. */
  #leave(key: string): void {
    if (this.#waiting.delete(key)) this.#wakeFirst();
  }

  #wakeFirst(): void {
    const first = [...this.#waiting.keys()].slice(0, Math.max(0, this.#freeSlots()));
    for (const key of first) this.#wake(key);
  }

  #freeSlots(): number {
    return this.#max - this.#holders.size;
  }
}

/**
 * The spec was carried out before, and is Ready, and yet another Deployment is wanted. While it waits,
 * available pods are enough: what is hot goes ahead, and pods that are loading it are not Ready.
 */
function isReleaseChange(
  { server, deployment, pods }: Observed,
  desired: readonly KubeObject[],
  isWaiting: boolean,
): boolean {
  const wanted = desired.find(({ kind }) => kind === 'Deployment');
  if (wanted === undefined || deployment === undefined) return false;
  const { status, metadata } = server;
  if (status?.observedGeneration !== metadata.generation) return false;
  const serves = isWaiting ? rolloutOf(deployment, pods).available : saysReady(status);
  return serves && !isSameVersion(wanted, deployment);
}
