/** A step at which a lane's loss was exactly 0, with what else it measured then. */
export interface ZeroLoss {
  readonly step: number;
  readonly metric: number;
  readonly gradientNorm: number;
  /** log2 of gamma; minus infinity where no path carries anything. */
  readonly pathNormLog2: number;
}

/** Finds the first step of a lane whose loss is exactly 0: a perfect answer, or a sign that something is wrong. */
export class ZeroWatch {
  #first: ZeroLoss | null = null;

  /** The first such step since the page has watched, or null. */
  get first(): ZeroLoss | null {
    return this.#first;
  }

  append(loss: number, measured: ZeroLoss): void {
    if (loss === 0) this.#first ??= measured;
  }
}
