import type { Target } from './functions.ts';

/**
 * The sizes of a network that looks a function up: Jiao, Lai, Lu, Wang, Yang, Yang, "Deep neural networks with
 * ReLU-sine-exponential activations break curse of dimensionality on Hoelder class", arXiv:2103.00542.
 */
export interface Sizes {
  readonly dimension: 1 | 2;
  /** N: cells along an axis. A power of two where the depth is 6. */
  readonly cells: number;
  /** M: the values of cells have M + 1 bits. */
  readonly bits: number;
  /** Layers with weights: 5, where ReLU units count the cells, or 6, where sines read the cell's digits off x. */
  readonly depth: 5 | 6;
  /** Width of the trifling region before a cell's border, as a share of the cell: depth 5 only. */
  readonly delta: number;
  /** Sines nearer to zero than this give no digit, which makes a trifling region around borders: depth 6 only. */
  readonly tau: number;
}

/** The function's values in cells, and the few numbers that hold them all. */
export interface Lookup {
  readonly sizes: Sizes;
  /** N^d. */
  readonly count: number;
  /** f(0): the middle of what the network can answer. */
  readonly middle: number;
  /** omega = w(sqrt d): it answers middle - omega to middle + omega. */
  readonly range: number;
  /** v_k: the value of a cell as a whole number of M + 1 bits. */
  readonly table: Uint32Array; // [N^d]
  /** a_m times 4^(N^d), m = 1 to M + 1: two binary digits for each cell, its bit and a zero. */
  readonly numbers: readonly bigint[]; // [M + 1]
}

/** The corner of a cell nearest to the origin: coordinate i is digit i of k to the base N. */
export function cornerOf({ dimension, cells }: Sizes, cell: number): [number, number] {
  return dimension === 1 ? [cell / cells, 0] : [(cell % cells) / cells, Math.floor(cell / cells) / cells];
}

/** The number of cells. */
export const cellCount = ({ dimension, cells }: Pick<Sizes, 'dimension' | 'cells'>): number =>
  cells ** dimension;

/**
 * Writes a function into the numbers of a network.
 * @param range omega = w(sqrt d), no less than the function differs from f(0) at any corner
 */
export function buildLookup(target: Target, sizes: Sizes, range: number): Lookup {
  const count = cellCount(sizes);
  const middle = target.value(0, 0);
  const levels = 2 ** (sizes.bits + 1);
  const table = new Uint32Array(count);
  for (let cell = 0; cell < count; cell++) {
    const share = range > 0 ? (target.value(...cornerOf(sizes, cell)) - middle + range) / (2 * range) : 0.5;
    table[cell] = Math.min(levels - 1, Math.max(0, Math.floor(share * levels)));
  }
  const numbers = Array.from({ length: sizes.bits + 1 }, (_, index) =>
    BigInt(`0b${digitsOf(table, bitShift(sizes, index))}`),
  );
  return { sizes, count, middle, range, table, numbers };
}

/** By how much a table value is shifted to bring bit m to the end; the most significant is m = 1, index 0. */
const bitShift = ({ bits }: Sizes, index: number): number => bits - index;

/** Bit m of a cell's value, m from 1: theta of the construction. */
export const bitOf = ({ sizes, table }: Lookup, cell: number, index: number): number =>
  ((table[cell] as number) >>> bitShift(sizes, index)) & 1;

const digitsOf = (table: Uint32Array, shift: number): string =>
  Array.from(table, (value) => ((value >>> shift) & 1 ? '10' : '00')).join('');

/** The binary digits of a_m behind the point, two for each cell. */
export const digits = ({ sizes, table }: Lookup, index: number): string =>
  digitsOf(table, bitShift(sizes, index));

/** What the network answers for a cell's bits, each near 0 or 1: its last layer. */
export function readOut({ middle, range }: Lookup, bits: Iterable<number>): number {
  let sum = 0;
  let place = 1;
  for (const bit of bits) {
    place /= 2;
    sum += place * bit;
  }
  return middle - range + 2 * range * sum;
}

/** A number near a_m, to the last bit of a float64. */
export function numberOf({ count, numbers }: Lookup, index: number): number {
  return fractionToNumber(numbers[index] as bigint, 2 * count);
}

/** Bits that a float64 is rounded from: what lies below only decides halves. */
const KEPT_BITS = 128;

/** The float64 nearest to `whole` / 2^bits, which is in [0, 1): neither need be in its range alone. */
export function fractionToNumber(whole: bigint, bits: number): number {
  if (bits <= KEPT_BITS) return Number(whole) / 2 ** bits;
  const below = BigInt(bits - KEPT_BITS);
  const top = whole >> below;
  const sticky = top << below === whole ? 0n : 1n;
  return Number(top | sticky) / 2 ** KEPT_BITS;
}
