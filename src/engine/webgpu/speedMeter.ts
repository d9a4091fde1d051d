/** The speed of work, taken again whenever enough of it is done. */
export class SpeedMeter {
  readonly #least: number;
  #operations = 0;
  #milliseconds = 0;

  /** @param least milliseconds of work over which a speed is taken */
  constructor(least: number) {
    this.#least = least;
  }

  /** Notes work. @returns operations a millisecond since a speed was last taken; null until that is enough */
  note(operations: number, milliseconds: number): number | null {
    this.#operations += operations;
    this.#milliseconds += milliseconds;
    if (this.#milliseconds < this.#least) return null;
    const speed = this.#operations / this.#milliseconds;
    this.#operations = 0;
    this.#milliseconds = 0;
    return speed;
  }
}
