/** Bounds of what is kept in memory. */
export interface Room {
  maxCount: number;
  maxBytes: number;
}

/** Counts what is kept, and says what must go. */
export interface OldestOut {
  /** Counts an entry as the newest, with its size as it is now. Returns the ids of those to drop. */
  put(id: string, bytes: number): string[];
  /** Counts an entry as the newest, if it is there. */
  touch(id: string): void;
  remove(id: string): void;
}

/**
 * Keeps entries within the bounds, oldest out. An entry that does not fit at all goes alone, instead
 * of taking all others with it.
 */
export function oldestOut({ maxCount, maxBytes }: Room): OldestOut {
  // A Map goes through its entries in the order in which they were added.
  const sizes = new Map<string, number>();
  let total = 0;

  const remove = (id: string): void => {
    total -= sizes.get(id) ?? 0;
    sizes.delete(id);
  };
  return {
    put(id, bytes) {
      remove(id);
      if (bytes > maxBytes) return [id];
      sizes.set(id, bytes);
      total += bytes;
      const out: string[] = [];
      for (const oldest of sizes.keys()) {
        if (total <= maxBytes && sizes.size <= maxCount) break;
        remove(oldest);
        out.push(oldest);
      }
      return out;
    },
    touch(id) {
      const bytes = sizes.get(id);
      if (bytes === undefined) return;
      sizes.delete(id);
      sizes.set(id, bytes);
    },
    remove,
  };
}
