/** A moment of a run: seconds of training up to the end of a step. */
export interface Mark {
  readonly step: number;
  readonly seconds: number;
}

/** Most marks kept; beyond, every other one goes. */
const MOST_MARKS = 1024;

/** When each step of a run was done, in bounded memory: some marks, and even speed between them. */
export class StepClock {
  #marks: Mark[] = [];
  #latest: Mark = { step: 0, seconds: 0 };
  #keepEvery = 1;
  #added = 0;

  /** @param marks kept of another clock, to read them again */
  constructor(marks: readonly Mark[] = []) {
    for (const { step, seconds } of marks) this.add(step, seconds);
  }

  /** The marks kept, oldest first, and the latest. */
  get marks(): readonly Mark[] {
    const { step } = this.#latest;
    return step === 0 || this.#marks.at(-1)?.step === step ? this.#marks : [...this.#marks, this.#latest];
  }

  /** Seconds of training so far. */
  get seconds(): number {
    return this.#latest.seconds;
  }

  /** Notes a moment; one that is not later than the one before is left out. */
  add(step: number, seconds: number): void {
    if (step <= this.#latest.step || !(seconds >= this.#latest.seconds)) return;
    this.#latest = { step, seconds };
    if (this.#added++ % this.#keepEvery === 0) this.#marks.push(this.#latest);
    if (this.#marks.length > MOST_MARKS) {
      this.#marks = this.#marks.filter((_, index) => index % 2 === 0);
      this.#keepEvery *= 2;
    }
  }

  /** Seconds of training up to the end of a step; those of the latest mark for any step after it. */
  secondsAt(step: number): number {
    if (step >= this.#latest.step) return this.#latest.seconds;
    let low = 0;
    let high = this.#marks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#marks[middle] as Mark).step < step) low = middle + 1;
      else high = middle;
    }
    const after = this.#marks[low] ?? this.#latest;
    const before = this.#marks[low - 1] ?? { step: 0, seconds: 0 };
    return (
      before.seconds + ((after.seconds - before.seconds) * (step - before.step)) / (after.step - before.step)
    );
  }
}
