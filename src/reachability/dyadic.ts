/** Numbers as whole ones over a power of two, which every float is: value = integer / 2^exponent. */
export interface Dyadic {
  readonly integers: readonly bigint[];
  readonly exponent: number;
}

const float = new DataView(new ArrayBuffer(8));
const MANTISSA_BITS = 52;
const EXPONENT_BIAS = 1075;

/** A float64 as an odd integer times a power of two: [integer, power]; [0, 0] for zero. */
function decompose(value: number): readonly [bigint, number] {
  if (value === 0) return [0n, 0];
  float.setFloat64(0, value);
  const bits = float.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  let mantissa = bits & 0xfffffffffffffn;
  if (biased > 0) mantissa |= 1n << BigInt(MANTISSA_BITS);
  let power = Math.max(biased, 1) - EXPONENT_BIAS;
  while ((mantissa & 1n) === 0n) {
    mantissa >>= 1n;
    power++;
  }
  return [value < 0 ? -mantissa : mantissa, power];
}

/** Finite floats, exactly, over the smallest power of two that does for all of them. */
export function dyadicOf(values: ArrayLike<number>): Dyadic {
  const parts = Array.from(values, decompose);
  const exponent = parts.reduce((most, [, power]) => Math.max(most, -power), 0);
  return { integers: parts.map(([integer, power]) => integer << BigInt(power + exponent)), exponent };
}

/** The same numbers over a larger power of two. */
export function over({ integers, exponent }: Dyadic, larger: number): readonly bigint[] {
  if (larger === exponent) return integers;
  const shift = BigInt(larger - exponent);
  return integers.map((integer) => integer << shift);
}

/** Bits of an integer without its sign. */
export function bitLength(integer: bigint): number {
  const digits = (integer < 0n ? -integer : integer).toString(16);
  return digits === '0' ? 0 : 4 * digits.length - Math.clz32(Number.parseInt(digits[0] as string, 16)) + 28;
}

/** numerator / denominator > 0 as a float, to about a unit in its 60th bit. */
export function ratio(numerator: bigint, denominator: bigint): number {
  const shift = bitLength(denominator) - bitLength(numerator) + 64;
  const scaled =
    shift >= 0 ? (numerator << BigInt(shift)) / denominator : numerator / (denominator << BigInt(-shift));
  // The quotient has about 64 bits; 2^-shift may be below float64's range, and is then zero.
  return Number(scaled) * 2 ** -Math.min(shift, 1000) * (shift > 1000 ? 2 ** -(shift - 1000) : 1);
}

/** A decimal number as a fraction: 0.04 is 4/100, which no float is. */
export function fractionOf(value: number): readonly [bigint, bigint] {
  const [mantissa = '0', power = '0'] = String(value).split('e');
  const [whole = '0', decimals = ''] = mantissa.split('.');
  const shift = Number(power) - decimals.length;
  const digits = BigInt(whole + decimals);
  return shift >= 0 ? [digits * 10n ** BigInt(shift), 1n] : [digits, 10n ** BigInt(-shift)];
}
