import type { Undisturbed } from './runs.ts';
import type { Scenario } from './scenarios.ts';
import type { Plane } from './world.ts';

/** A sentence that must hold; one test. */
export interface Claim {
  title: string;
  /** What tries to break it, everywhere at once. */
  cases: (lab: Lab) => Promise<Case[]> | Case[];
}

/** One fault at one place. */
export interface Case {
  name: string;
  /** Rejects when the claim does not hold here. */
  run: () => Promise<void>;
}

/** What cases are run with. */
export interface Lab {
  plane: Plane;
  /** What a scenario leads to when nothing goes wrong; run once. */
  undisturbed: (scenario: Scenario) => Promise<Undisturbed>;
}

/** Cases that wait more than they work: two processors carry this many at a time. */
const WIDTH = 16;

/** Runs the cases of all claims, several at a time. */
export class Campaign {
  readonly #lab: Lab;
  readonly #tell: (line: string) => void;
  readonly #waiting: (() => void)[] = [];
  #free = WIDTH;
  #known = 0;
  #ended = 0;
  #failed = 0;

  /** `tell` hears of every failure at once, long before all cases have ended. */
  constructor(lab: Lab, tell: (line: string) => void) {
    this.#lab = lab;
    this.#tell = tell;
  }

  /** How far it is, for people who wait. */
  get progress(): string {
    return `${this.#ended} of ${this.#known} cases have ended, ${this.#failed} failed`;
  }

  /** A line for each case that fails; rejects when there are no cases. */
  async failuresOf({ cases }: Claim): Promise<string[]> {
    const all = await cases(this.#lab);
    if (all.length === 0) throw new Error('nothing tries to break this claim');
    this.#known += all.length;
    const lines = await Promise.all(all.map((one) => this.#failureOf(one)));
    return lines.filter((line) => line !== undefined);
  }

  async #failureOf({ name, run }: Case): Promise<string | undefined> {
    await this.#slot();
    try {
      await run();
      return undefined;
    } catch (error) {
      this.#failed += 1;
      const line = `${name}: ${error instanceof Error ? error.message : String(error)}`;
      this.#tell(line);
      return line;
    } finally {
      this.#ended += 1;
      this.#free += 1;
      this.#waiting.shift()?.();
    }
  }

  async #slot(): Promise<void> {
    while (this.#free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#free -= 1;
  }
}
