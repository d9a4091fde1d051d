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

/** What an optimizer changes of a lane. */
export interface LaneArrays {
  readonly parameters: Real; // [parameters]
  /** Momentum of the finished step; for adam the mean of gradients. */
  readonly velocity: Real; // [parameters]
  /** Sum or mean of squared gradients; zero but for adagrad, rmsprop and adam. */
  readonly squares: Real; // [parameters]
}

/** What is added to the root of the squares, so that it is never divided by zero: the usual values. */
const ADAGRAD_EPSILON = 1e-10;
const EPSILON = 1e-8;

/**
 * One step of a lane, the gradient clipped before.
 *
 * - sgd, path: step s = rate g or rate g/kappa, dual clip, momentum v <- m v + s, p <- p - v. A parameter with kappa = 0 is on
 *   dead paths only and gets s = 0.
 * - adagrad (Duchi, Hazan, Singer 2011) and rmsprop (Tieleman, Hinton 2012): s = rate g / sqrt(sum or mean of g^2), then momentum.
 * - adam (Kingma, Ba 2015): means of g and of g^2, both with their bias corrected.
 * @param gradient [parameters], raw and finite
 * @param gradientNorm of `gradient`
 * @param kappa that of the lane's optimizer; null where it has none
 * @param step the training step, from 1
 */
export function update(
  arrays: LaneArrays,
  gradient: Real,
  gradientNorm: number,
  lane: Lane,
  kappa: Kappa | null,
  matrices: readonly Matrix[],
  step: number,
): void {
  const clip = lane.clip > 0 ? Math.min(1, lane.clip / gradientNorm) : 1;
  if (kappa || lane.optimizer === 'sgd') descend(arrays, gradient, clip, lane, kappa, matrices);
  else if (lane.optimizer === 'adam') adam(arrays, gradient, clip, lane, step);
  else adapt(arrays, gradient, clip, lane);
}

function descend(
  { parameters, velocity }: LaneArrays,
  gradient: Real,
  clip: number,
  lane: Lane,
  kappa: Kappa | null,
  matrices: readonly Matrix[],
): void {
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

function adapt(
  { parameters, velocity, squares }: LaneArrays,
  gradient: Real,
  clip: number,
  lane: Lane,
): void {
  const { rate, momentum, decay, optimizer } = lane;
  const accumulates = optimizer === 'adagrad';
  const kept = accumulates ? 1 : decay;
  const added = accumulates ? 1 : 1 - decay;
  const epsilon = accumulates ? ADAGRAD_EPSILON : EPSILON;
  for (let i = 0; i < parameters.length; i++) {
    const g = clip * (gradient[i] as number);
    squares[i] = kept * (squares[i] as number) + added * g * g;
    const step = (rate * g) / (Math.sqrt(squares[i] as number) + epsilon);
    velocity[i] = momentum * (velocity[i] as number) + step;
    parameters[i] = (parameters[i] as number) - (velocity[i] as number);
  }
}

function adam(
  { parameters, velocity, squares }: LaneArrays,
  gradient: Real,
  clip: number,
  { rate, momentum, decay }: Lane,
  step: number,
): void {
  const meanCorrection = 1 - momentum ** step;
  const squareCorrection = 1 - decay ** step;
  for (let i = 0; i < parameters.length; i++) {
    const g = clip * (gradient[i] as number);
    velocity[i] = momentum * (velocity[i] as number) + (1 - momentum) * g;
    squares[i] = decay * (squares[i] as number) + (1 - decay) * g * g;
    const mean = (velocity[i] as number) / meanCorrection;
    const deviation = Math.sqrt((squares[i] as number) / squareCorrection) + EPSILON;
    parameters[i] = (parameters[i] as number) - (rate * mean) / deviation;
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
