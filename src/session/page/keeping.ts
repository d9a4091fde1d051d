import { type SavedRun, UnusableRunError } from '../store/savedRun.ts';
// Not loaded when it is needed: a browser that failed to load a module once fails for the life of the page, and this one is small.
import { isFull, type SavedRuns, savedRuns } from '../store/savedRuns.ts';

/** Milliseconds between two writings while a run trains, at least: less than between two checkpoints, so that each is written. */
const WRITE_INTERVAL = 4000;
/** Milliseconds until a failed writing is tried again; they double with every failure, up to the longest. */
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 60_000;

/** Where runs are written. */
export type RunKeeper = Pick<SavedRuns, 'save' | 'slot'>;

interface Kept {
  readonly run: SavedRun;
  readonly slot: number;
}

/** Writes the latest of the runs that it is given to the browser's storage, one at a time and not too often. */
export class Keeper {
  readonly #onProblem: (problem: string | null) => void;
  readonly #runs: () => RunKeeper;
  /** What is to be written next, and in which place. */
  #waiting: Kept | null = null;
  #written: SavedRun | null = null;
  #urgent = false;
  #writing = false;
  #wroteAt = Number.NEGATIVE_INFINITY;
  /** Failures since the last success. */
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param onProblem told why nothing is saved, in a sentence for the visitor; null once it is saved again
   * @param runs another one in tests
   */
  constructor(onProblem: (problem: string | null) => void, runs: () => RunKeeper = savedRuns) {
    this.#onProblem = onProblem;
    this.#runs = runs;
  }

  /**
   * Keeps a run in the place of all that came before.
   * @param now whether to write at once: the run stands, or the page may be about to go
   */
  keep(run: SavedRun, now: boolean): void {
    if (run === this.#written) return;
    this.#waiting = { run, slot: this.#runs().slot };
    this.#urgent ||= now;
    this.#plan();
  }

  #plan(): void {
    clearTimeout(this.#timer);
    if (this.#writing || this.#waiting === null) return;
    const wait = this.#wroteAt + this.#pause() - performance.now();
    if (wait <= 0) void this.#write(this.#waiting);
    else this.#timer = setTimeout(() => this.#plan(), Math.ceil(wait));
  }

  /** Milliseconds from the last writing to the next. */
  #pause(): number {
    if (this.#failures > 0) return Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (this.#failures - 1));
    return this.#urgent ? 0 : WRITE_INTERVAL;
  }

  async #write(kept: Kept): Promise<void> {
    this.#writing = true;
    this.#waiting = null;
    this.#urgent = false;
    try {
      await this.#runs().save(kept.run, kept.slot);
      this.#written = kept.run;
      if (this.#failures > 0) this.#onProblem(null);
      this.#failures = 0;
    } catch (error) {
      this.#failures++;
      this.#onProblem(reasonOf(error));
      // A run that nobody could go on with stays so; what came meanwhile is newer.
      if (!(error instanceof UnusableRunError)) this.#waiting ??= kept;
    } finally {
      this.#writing = false;
      this.#wroteAt = performance.now();
      this.#plan();
    }
  }
}

/** Why a run is not saved, for a person: one sentence. */
function reasonOf(error: unknown): string {
  if (error instanceof UnusableRunError) {
    return `A fault of this page keeps it from being saved: ${withStop(error.message)} What was saved before is still there.`;
  }
  // A browser's own words for that tell little, or are empty.
  if (isFull(error)) return 'The browser keeps no more for this page: its storage is full.';
  const message = error instanceof Error ? error.message || error.name : String(error);
  return `The browser keeps nothing for this page. ${withStop(message)}`;
}

const withStop = (sentence: string): string => (/[.!?]$/.test(sentence) ? sentence : `${sentence}.`);
