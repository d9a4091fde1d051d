import { bitOf, fractionToNumber, type Lookup, numberOf, readOut } from './construction.ts';

/** What the network is computed in. `bigint`: the phase of the sines exactly, all else in float64. */
export const ARITHMETICS = ['float32', 'float64', 'bigint'] as const;

export type Arithmetic = (typeof ARITHMETICS)[number];

/** What the sines and the units behind them make of one cell. */
export interface Reading {
  /** s_m, m = 1 to M + 1: below 0 where the bit is 1. */
  readonly sines: readonly number[];
  readonly bits: readonly number[];
  /** The network's answer. */
  readonly value: number;
}

/** Added to the phase of the sines, so that a bit of 0 is well above zero and a bit of 1 well below. */
const PHASE = Math.PI / 3;
/** A sine beyond this gives its bit exactly; where digits are right it is beyond sin(pi/3) = 0.866. */
const SINE_BOUND = 0.8;
const MANTISSA_BITS = 52;
/** A bit that is off by less is clear: only the rounding of its two units is left. */
const CLEAR = 1e-5;

const relu = (value: number): number => Math.max(0, value);

/** A construction as a network in one arithmetic: every layer computed as its units would, one operation after another. */
export class LookupNetwork {
  readonly lookup: Lookup;
  readonly arithmetic: Arithmetic;
  readonly #round: (value: number) => number;
  /** 2 pi a_m: the weights of the sines. */
  readonly #weights: readonly number[];
  readonly #mask: bigint;
  readonly #values = new Map<number, number>();

  constructor(lookup: Lookup, arithmetic: Arithmetic) {
    this.lookup = lookup;
    this.arithmetic = arithmetic;
    this.#round = arithmetic === 'float32' ? Math.fround : (value) => value;
    this.#weights = lookup.numbers.map((_, index) =>
      this.#round(this.#round(2 * Math.PI) * this.#round(numberOf(lookup, index))),
    );
    this.#mask = (1n << BigInt(2 * lookup.count)) - 1n;
  }

  /** The network's answer at a point. */
  value(x: number, y: number): number {
    const cell = this.cellAt(x, y);
    const known = this.#values.get(cell);
    if (known !== undefined) return known;
    const { value } = this.read(cell);
    this.#values.set(cell, value);
    return value;
  }

  /** k: the number of the cell, by the layers before 2^x. Between two whole numbers in the trifling region. */
  cellAt(x: number, y: number): number {
    const { dimension, cells, depth } = this.lookup.sizes;
    const along = depth === 5 ? this.#countBorders : this.#readDigits;
    const first = along(x);
    return dimension === 1 ? first : this.#round(first + this.#round(cells * along(y)));
  }

  /** Depth 5: how many borders of cells lie before a coordinate, by two ReLU units for each. */
  readonly #countBorders = (coordinate: number): number => {
    const { cells, delta } = this.lookup.sizes;
    const round = this.#round;
    const x = round(coordinate);
    let sum = 0;
    for (let border = 1; border < cells; border++) {
      // In this order the difference of the two units is exactly 1 beyond the border, whatever t is.
      const t = round(round(round(x - round(border / cells)) * round(cells / delta)) + 1);
      sum = round(sum + round(relu(t) - relu(round(t - 1))));
      if (t <= 0) break;
    }
    return sum;
  };

  /** Depth 6: the binary digits of the cell's number along an axis, each by a sine and two ReLU units. */
  readonly #readDigits = (coordinate: number): number => {
    const { cells, tau } = this.lookup.sizes;
    const round = this.#round;
    const x = round(coordinate);
    let sum = 0;
    for (let scale = 1, place = cells / 2; place >= 1; scale *= 2, place /= 2) {
      const sine = round(Math.sin(round(round(2 * Math.PI * scale) * x)));
      const u = round(0.5 - round(sine / round(2 * tau)));
      sum = round(sum + place * round(relu(u) - relu(round(u - 1))));
    }
    return sum;
  };

  /**
   * What the layers from 2^x on make of k.
   * @param cell k, a whole number but in the trifling region
   */
  read(cell: number): Reading {
    const round = this.#round;
    const sines = this.lookup.numbers.map((number, index) =>
      this.arithmetic === 'bigint'
        ? Math.sin(2 * Math.PI * this.#exactFraction(number, cell) + PHASE)
        : // A power of two: the product is exact as long as it is finite.
          round(
            Math.sin(
              round(round((this.#weights[index] as number) * round(2 ** round(2 * cell))) + round(PHASE)),
            ),
          ),
    );
    const bits = sines.map((sine) => {
      const scaled = round(sine / round(2 * SINE_BOUND));
      return round(relu(round(0.5 - scaled)) - relu(round(-0.5 - scaled)));
    });
    return { sines, bits, value: round(readOut(this.lookup, bits)) };
  }

  /** The fraction of a_m 2^(2k), exactly but for the rounding of 2^(2k) where k is no whole number. */
  #exactFraction(number: bigint, cell: number): number {
    const { count } = this.lookup;
    const whole = Math.floor(cell);
    const shift = BigInt(2 * whole);
    if (whole === cell) return fractionToNumber((number << shift) & this.#mask, 2 * count);
    const factor = BigInt(Math.round(2 ** (2 * (cell - whole)) * 2 ** MANTISSA_BITS));
    const mask = (1n << BigInt(2 * count + MANTISSA_BITS)) - 1n;
    return fractionToNumber(((number * factor) << shift) & mask, 2 * count + MANTISSA_BITS);
  }

  /** Whether the network reads all bits of a cell as they were written. */
  reads(cell: number): boolean {
    return this.read(cell).bits.every(
      (bit, index) => Math.abs(bit - bitOf(this.lookup, cell, index)) < CLEAR,
    );
  }

  /** How many cells, from the first one on, are read right: where the arithmetic runs out of digits. */
  exactCells(): number {
    let cell = 0;
    while (cell < this.lookup.count && this.reads(cell)) cell++;
    return cell;
  }
}
