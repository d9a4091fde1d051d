import type { Lane } from '../../experiment/schema.ts';
import type { Matrix } from '../layout.ts';
import { exponentOf, powerOfTwo, timesPowerOfTwo, ZERO_EXPONENT } from '../powersOfTwo.ts';
import type { Kappa } from './kappa.ts';
import type { Real } from './precision.ts';

/** Euclidean norm; it overflows only where the norm itself does. NaN or infinite where a value is. */
export function norm(values: Real): number {
  const exponent = exponentOfLargestSize(values, 0, values.length);
  const factor = exponent === ZERO_EXPONENT ? 1 : powerOfTwo(-exponent);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += ((values[i] as number) * factor) ** 2;
  return Math.sqrt(sum) / factor;
}

/**
 * The dual norm of a gradient, sqrt(sum of g^2/kappa) over the parameters with kappa > 0: no rescaling of the network
 * changes it.
 * @param gradient [parameters], finite
 */
export function dualNorm(gradient: Real, kappa: Kappa, matrices: readonly Matrix[]): number {
  // The sum is total * 2^reference; the reference is even, so that the root is exact.
  let total = 0;
  let reference = 2 * ZERO_EXPONENT;
  for (let index = 0; index < matrices.length; index++) {
    const { offset, rows, columns } = matrices[index] as Matrix;
    const count = rows * columns;
    const exponent = exponentOfLargestSize(gradient, offset, count);
    const kappaLog2 = kappa.log2[index] as number;
    if (exponent === ZERO_EXPONENT || kappaLog2 === ZERO_EXPONENT) continue;
    const factor = powerOfTwo(-exponent);
    let sum = 0;
    for (let i = offset; i < offset + count; i++) {
      const divisor = kappa.data[i] as number;
      if (divisor > 0) sum += ((gradient[i] as number) * factor) ** 2 / divisor;
    }
    const odd = kappaLog2 & 1;
    const log2 = 2 * exponent - kappaLog2 - odd;
    const larger = Math.max(reference, log2);
    total = total * powerOfTwo(reference - larger) + sum * powerOfTwo(log2 + odd - larger);
    reference = larger;
  }
  return total === 0 ? 0 : timesPowerOfTwo(Math.sqrt(total), reference / 2);
}

/**
 * One step of a lane: clip, step s = rate g or rate g/kappa, dual clip, momentum v <- m v + s, p <- p - v. A parameter with
 * kappa = 0 is on dead paths only and gets s = 0.
 * @param parameters [parameters], changed
 * @param velocity [parameters], changed
 * @param gradient [parameters], raw and finite
 * @param gradientNorm of `gradient`
 * @param kappa that of the lane's optimizer; null for sgd
 */
export function update(
  parameters: Real,
  velocity: Real,
  gradient: Real,
  gradientNorm: number,
  lane: Lane,
  kappa: Kappa | null,
  matrices: readonly Matrix[],
): void {
  const clip = lane.clip > 0 ? Math.min(1, lane.clip / gradientNorm) : 1;
  let factor = lane.rate * clip;
  if (kappa && lane.dualclip > 0) {
    factor *= Math.min(1, lane.dualclip / (clip * dualNorm(gradient, kappa, matrices)));
  }
  const { momentum } = lane;
  for (let index = 0; index < matrices.length; index++) {
    const { offset, rows, columns } = matrices[index] as Matrix;
    // 2^-log2 in two factors, because the exponents of kappa go beyond float64's.
    const log2 = kappa ? (kappa.log2[index] as number) : 0;
    const half = Math.trunc(log2 / 2);
    const scale1 = powerOfTwo(-half);
    const scale2 = powerOfTwo(half - log2);
    for (let i = offset; i < offset + rows * columns; i++) {
      const g = gradient[i] as number;
      let step = factor * g;
      if (kappa) {
        const divisor = kappa.data[i] as number;
        step = divisor > 0 && g !== 0 ? (step / divisor) * scale1 * scale2 : 0;
      }
      velocity[i] = momentum * (velocity[i] as number) + step;
      parameters[i] = (parameters[i] as number) - (velocity[i] as number);
    }
  }
}

/** The exponent of the number of largest size, at most 1022, whose inverse still is a normal number. */
function exponentOfLargestSize(values: Real, at: number, count: number): number {
  let largest = 0;
  for (let i = at; i < at + count; i++) {
    const size = Math.abs(values[i] as number);
    if (size > largest) largest = size;
  }
  return Math.min(exponentOf(largest), 1022);
}
