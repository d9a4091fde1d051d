import { SpeedMeter } from './speedMeter.ts';

/** Milliseconds that a submit should take: the middle of 8 to 16, so that the desktop gets its turn in between. */
const TARGET = 12;
/** Operations of a submit, at least and at most, and before anything was measured. */
const LEAST = 2 ** 22;
const MOST = 2 ** 36;
const START = 2 ** 24;
/** Milliseconds of work over which a speed is taken: completions that are told of together are one. */
const WINDOW = 4;
/** How many times as large the next submits may be. */
const GROWTH = 2;
/** How much of a measured speed is still believed after a slower one: waits are often longer than the work. */
const MEMORY = 0.95;

/**
 * How much work goes into one submit, from the speed of those that are done. Work is measured from when the device was
 * free for it; since a wait may take far longer than the work (100 ms in Firefox, bug 1870699), the fastest of late
 * counts.
 */
export class SubmitBudget {
  #operationsPerMillisecond = START / TARGET;
  #measured = false;
  #freeAt = 0;
  readonly #meter = new SpeedMeter(WINDOW);

  /** Operations of the next submit. */
  get operations(): number {
    return Math.min(MOST, Math.max(LEAST, this.#operationsPerMillisecond * TARGET));
  }

  /**
   * Notes that work is done.
   * @param operations of the work
   * @param submittedAt when it was submitted, and `doneAt` when the device had done it, in milliseconds
   * @returns the milliseconds for which the device was at it
   */
  note(operations: number, submittedAt: number, doneAt: number): number {
    const milliseconds = Math.max(0, doneAt - Math.max(submittedAt, this.#freeAt));
    this.#freeAt = doneAt;
    const speed = this.#meter.note(operations, milliseconds);
    if (speed === null) return milliseconds;
    const kept = this.#measured ? MEMORY * this.#operationsPerMillisecond : 0;
    this.#operationsPerMillisecond = Math.max(kept, Math.min(speed, GROWTH * this.#operationsPerMillisecond));
    this.#measured = true;
    return milliseconds;
  }
}
