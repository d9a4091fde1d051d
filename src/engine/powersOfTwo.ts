/**
 * Exact arithmetic on powers of two, by the bits of a float64. Path quantities are carried as mantissas with integer
 * exponents apart, because gamma grows like rho(W*W)^length; a power of two moves no mantissa bit, so that what is
 * computed does not depend on how it was scaled.
 */

/** The exponent of a vector that is zero throughout: below every other, and sums of a few of them stay in range. */
export const ZERO_EXPONENT = -100_000_000;

const float = new Float64Array(1);
// JavaScript runs on little-endian machines only: the second word holds sign and exponent.
const words = new Int32Array(float.buffer);

/**
 * floor(log2 |x|) for normal numbers; ZERO_EXPONENT for zero and subnormal numbers, which count as zero; 1024 where x
 * is not finite.
 */
export function exponentOf(x: number): number {
  float[0] = x;
  const biased = ((words[1] as number) >>> 20) & 0x7ff;
  return biased === 0 ? ZERO_EXPONENT : biased - 1023;
}

/** 2^n; zero below float64's normal range (n < -1022), infinite above it (n > 1023). */
export function powerOfTwo(n: number): number {
  if (n < -1022) return 0;
  words[0] = 0;
  words[1] = (Math.min(n, 1024) + 1023) << 20;
  return float[0] as number;
}

/** x * 2^n for any whole n, even where 2^n itself has no float64. */
export function timesPowerOfTwo(x: number, n: number): number {
  if (n >= -1022 && n <= 1023) return x * powerOfTwo(n);
  const half = Math.trunc(n / 2);
  return x * powerOfTwo(half) * powerOfTwo(n - half);
}
