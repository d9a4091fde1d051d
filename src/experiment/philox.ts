/**
 * Philox4x32-10, a counter-based random number generator: Salmon, Moraes, Dror, Shaw, "Parallel Random Numbers:
 * As Easy as 1, 2, 3" (SC 2011). The twin of shaders/lib/philox.wgsl, equal bit for bit.
 */

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;

/** One stream of random numbers per purpose, so that a draw for one never moves another. */
export const STREAM = {
  initialisation: 0,
  trainingBatch: 1,
  heldOut: 2,
  unbalance: 3,
  sampling: 4,
  permutation: 5,
  moments: 6,
} as const;

export type Stream = (typeof STREAM)[keyof typeof STREAM];

/** The upper 32 bits of the 64-bit product of two 32-bit words, by 16-bit parts. */
function highWord(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const low = aLow * bLow;
  const middle1 = aHigh * bLow + (low >>> 16);
  const middle2 = aLow * bHigh + (middle1 % 0x10000);
  return (aHigh * bHigh + Math.floor(middle1 / 0x10000) + Math.floor(middle2 / 0x10000)) >>> 0;
}

/**
 * Ten rounds of Philox4x32.
 * @param counter four 32-bit words
 * @param key two 32-bit words
 * @param out receives the four 32-bit output words
 */
export function philox4x32(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
  out: Uint32Array,
): void {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const high0 = highWord(MULTIPLIER_0, c0);
    const low0 = Math.imul(MULTIPLIER_0, c0) >>> 0;
    const high1 = highWord(MULTIPLIER_1, c2);
    const low1 = Math.imul(MULTIPLIER_1, c2) >>> 0;
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0;
    k0 = (k0 + WEYL_0) >>> 0;
    k1 = (k1 + WEYL_1) >>> 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/**
 * The four words of one element of a stream: key (seed, 0), counter (stream, step, element, 0).
 * @param seed 0 to 2^32 - 1
 */
export function randomWords(
  seed: number,
  stream: Stream,
  step: number,
  element: number,
  out: Uint32Array,
): void {
  philox4x32([stream, step, element, 0], [seed, 0], out);
}

/** Uniform on [0, 1) in steps of 2^-24: every value is exact in float32. */
export function uniformFromWord(word: number): number {
  return (word >>> 8) * 2 ** -24;
}
