import type { Checkpoint, EngineKind } from '../../engine/engine.ts';
import type { OwnText, Stop } from '../protocol.ts';
import type { SavedRun } from '../store/savedRun.ts';
import type { RunData } from './runData.ts';

/** A run at a checkpoint, as far as it is to be saved. */
export interface Kept {
  readonly engine: EngineKind | 'auto';
  readonly checkpoint: Checkpoint;
  readonly data: RunData;
  readonly stops: readonly Stop[];
  readonly ownText: OwnText | null;
}

/** Milliseconds between two writings while a run trains, at least. */
const WRITE_INTERVAL = 10_000;

/** The run as plain data. */
export function savedRunOf({ engine, checkpoint, data, stops, ownText }: Kept): SavedRun {
  return {
    format: 'path-sgd-playground checkpoint',
    version: 1,
    savedAt: Date.now(),
    engine,
    checkpoint,
    data: data.save(),
    stops,
    text: ownText?.file ?? null,
  };
}

/** Writes the latest checkpoints of runs to the browser's storage, one at a time and not too often. */
export class Keeper {
  readonly #onProblem: (problem: string) => void;
  #latest: Kept | null = null;
  #writing = false;
  #wroteAt = Number.NEGATIVE_INFINITY;
  #failed = false;

  /** @param onProblem told once where nothing can be saved, why */
  constructor(onProblem: (problem: string) => void) {
    this.#onProblem = onProblem;
  }

  /** @param now whether to write at once: the run stands, or the page may be about to go */
  keep(kept: Kept, now: boolean): void {
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
        await saveRun(savedRunOf(kept));
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
