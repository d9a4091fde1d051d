import { readFileSync } from 'node:fs';
import { readRunFile } from '../../src/session/store/runFile.ts';
import type { SavedRun } from '../../src/session/store/savedRun.ts';
import { SavedRuns } from '../../src/session/store/savedRuns.ts';

/** A checkpoint that the page saved when files had version 1: a copy among three lanes, one of which has stopped. */
export const CHECKPOINT = readFileSync('test/fixtures/checkpoint-version-1.json', 'utf8');

/** The curves of the same run, saved as JSON. */
export const RECORD = readFileSync('test/fixtures/run-version-1.json', 'utf8');

const fixture = readRunFile(CHECKPOINT);

/** A run at a step, saved at a time. */
export const runAt = (step: number, savedAt = Date.now()): SavedRun => ({
  ...fixture,
  savedAt,
  checkpoint: { ...fixture.checkpoint, step },
});

type Granted = (lock: Lock | null) => unknown;

/** The locks of a browser, as far as `NameLocks` uses them. */
export class BrowserLocks {
  readonly #held = new Map<string, BrowserTab>();

  /** What a tab sees of them. */
  of(tab: BrowserTab): LockManager {
    const query = async (): Promise<LockManagerSnapshot> => ({
      held: [...this.#held.keys()].map((name) => ({ name, mode: 'exclusive', clientId: '' })),
      pending: [],
    });
    const request = async (name: string, _: LockOptions, granted: Granted): Promise<unknown> => {
      if (this.#held.has(name)) return granted(null);
      this.#held.set(name, tab);
      try {
        return await granted({ name, mode: 'exclusive' });
      } finally {
        if (this.#held.get(name) === tab) this.#held.delete(name);
      }
    };
    return { query, request } as LockManager;
  }

  end(tab: BrowserTab): void {
    for (const [name, holder] of this.#held) if (holder === tab) this.#held.delete(name);
  }
}

/** A tab of a browser that has locks, or none. */
export class BrowserTab {
  readonly runs: SavedRuns;
  hidden = false;
  readonly #locks: BrowserLocks | null;

  constructor(locks: BrowserLocks | null) {
    this.#locks = locks;
    this.runs = new SavedRuns(locks?.of(this), () => this.hidden);
  }

  /** Ends without a word. */
  crash(): void {
    this.#locks?.end(this);
  }
}
