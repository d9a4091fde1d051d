import type { ScaledArray } from '../engine.ts';
import { timesPowerOfTwo } from '../powersOfTwo.ts';

/** The exponent of element `index`: value = data * 2^exponent. */
export function exponentAt({ data, log2 }: ScaledArray, index: number): number {
  if (typeof log2 === 'number') return log2;
  return log2[Math.floor(index / (data.length / log2.length))] ?? 0;
}

/** log2 of element `index`, whose value is not negative: -Infinity where it is zero. */
export const log2At = (scaled: ScaledArray, index: number): number =>
  Math.log2(scaled.data[index] as number) + exponentAt(scaled, index);

/** The sum of two arrays of one size with one exponent each, at the larger of the two. */
export function addScaled(one: ScaledArray, other: ScaledArray): ScaledArray {
  const isZero = ({ data }: ScaledArray): boolean => data.every((value) => value === 0);
  if (isZero(other)) return one;
  if (isZero(one)) return other;
  const first = exponentAt(one, 0);
  const second = exponentAt(other, 0);
  const log2 = Math.max(first, second);
  const data = Float64Array.from(
    one.data,
    (value, index) =>
      timesPowerOfTwo(value, first - log2) + timesPowerOfTwo(other.data[index] as number, second - log2),
  );
  return { data, log2 };
}
