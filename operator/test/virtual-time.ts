/** Time that passes only when told to, from one planned event to the next. */
export class VirtualTime {
  nowMs = 0;
  #planned: { atMs: number; run: () => void }[] = [];

  /** Plans an event; of two at the same time the first planned comes first. */
  after(ms: number, run: () => void): void {
    const entry = { atMs: this.nowMs + ms, run };
    const next = this.#planned.findIndex(({ atMs }) => atMs > entry.atMs);
    this.#planned.splice(next < 0 ? this.#planned.length : next, 0, entry);
  }

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(ms, resolve);
    });
  }

  /** Lets time pass; `look` is called whenever everything that an event has led to is done. */
  async pass(ms: number, look: () => void = () => undefined): Promise<void> {
    const endMs = this.nowMs + ms;
    await settled();
    for (let [next] = this.#planned; next !== undefined && next.atMs <= endMs;) {
      this.#planned.shift();
      this.nowMs = next.atMs;
      next.run();
      await settled();
      look();
      [next] = this.#planned;
    }
    this.nowMs = endMs;
    look();
  }
}

/** Resolves when no promise is left that could go on by itself. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
