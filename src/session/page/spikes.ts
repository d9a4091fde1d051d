/** How often above the smoothed loss before it a loss counts as a spike. */
const SPIKE_FACTOR = 10;

/** The top of a spike. */
export interface Spike {
  readonly step: number;
  readonly loss: number;
}

/** The spikes of a lane as plain data. */
export interface SavedSpikes {
  readonly highest: Spike | null;
  readonly before: number | null;
}

/**
 * Finds the spikes of a lane: a spike begins where the loss is more than ten times the smoothed loss before, lasts while
 * the loss stays above ten times what that was, and is as high as the largest loss in between. Whether a spike is worth
 * a word depends on the task's baseline too: from 1e-6 to 1e-5 is none to anyone who watches.
 */
export class SpikeWatch {
  #highest: Spike | null = null;
  /** Smoothed loss before the spike that lasts; null outside of spikes. */
  #before: number | null = null;

  /** Everything, to be kept. */
  save(): SavedSpikes {
    return { highest: this.#highest, before: this.#before };
  }

  /** Spikes that go on where saved ones stood. */
  static restored({ highest, before }: SavedSpikes): SpikeWatch {
    const watch = new SpikeWatch();
    watch.#highest = highest;
    watch.#before = before;
    return watch;
  }

  /** The highest spike so far. */
  get highest(): Spike | null {
    return this.#highest;
  }

  /**
   * Adds the loss of a step.
   * @param smoothBefore the smoothed loss after the step before, NaN at the first
   */
  append(step: number, loss: number, smoothBefore: number): void {
    if (!Number.isFinite(loss)) return;
    const before = this.#before ?? smoothBefore;
    if (!(loss > SPIKE_FACTOR * before)) {
      this.#before = null;
      return;
    }
    this.#before = before;
    if (loss > (this.#highest?.loss ?? 0)) this.#highest = { step, loss };
  }
}
