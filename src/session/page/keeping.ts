import type { SavedRun } from '../store/savedRun.ts';

/** Milliseconds between two writings while a run trains, at least. */
const WRITE_INTERVAL = 10_000;

/** Writes the latest checkpoints of runs to the browser's storage, one at a time and not too often. */
export class Keeper {
  readonly #onProblem: (problem: string | null) => void;
  #latest: SavedRun | null = null;
  #writing = false;
  #wroteAt = Number.NEGATIVE_INFINITY;
  #failed = false;

  /** @param onProblem told once where nothing can be saved, why */
  constructor(onProblem: (problem: string | null) => void) {
    this.#onProblem = onProblem;
  }

  /** @param now whether to write at once: the run stands, or the page may be about to go */
  keep(kept: SavedRun, now: boolean): void {
    this.#latest = kept;
    if (!this.#failed && (now || performance.now() - this.#wroteAt >= WRITE_INTERVAL)) void this.#write();
  }

  async #write(): Promise<void> {
    if (this.#writing) return;
    this.#writing = true;
    try {
      const { saveRun } = await import('../store/savedRuns.ts');
      while (this.#latest !== null) {
        const kept = this.#latest;
        this.#latest = null;
        this.#wroteAt = performance.now();
        await saveRun(kept);
      }
    } catch (error) {
      this.#failed = true;
      this.#onProblem(reasonOf(error));
    } finally {
      this.#writing = false;
    }
  }
}

/** Why a browser keeps nothing, for a person; its own words for a full storage tell little, or are empty. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'QuotaExceededError') return 'its storage is full';
  return error.message === '' ? error.name : error.message;
}
