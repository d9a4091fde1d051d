import type { LaneSnapshot, ScaledArray } from '../engine.ts';
import { matrixOf, type Shape } from '../layout.ts';
import { timesPowerOfTwo } from '../powersOfTwo.ts';
import { exponentAt } from './scaled.ts';

/** How large kappa2 is beside kappa1 in one recurrent matrix. */
export interface KappaRatio {
  /** |kappa2| / |kappa1|, norms over the whole matrix. NaN where kappa1 is zero. */
  readonly norms: number;
  /** Smallest and largest kappa2 / kappa1 on the diagonal, of entries whose kappa1 is not zero; NaN where none is. */
  readonly diagonal: readonly [number, number];
}

/**
 * kappa2 beside kappa1 in W_rec of a layer: what "Path-Normalized Optimization of Recurrent Neural Networks with ReLU
 * Activations" (NIPS 2016) measures before it leaves kappa2 out.
 * @param layer from 0, of a recurrent network
 */
export function kappaRatio(
  shape: Pick<Shape, 'matrices'>,
  snapshot: Pick<LaneSnapshot, 'kappa1' | 'kappa2'>,
  layer: number,
): KappaRatio {
  const matrix = matrixOf(shape, 'recurrent', layer);
  const index = shape.matrices.indexOf(matrix);
  const first = snapshot.kappa1[index] as ScaledArray;
  const second = snapshot.kappa2[index] as ScaledArray;
  const shift = exponentAt(second, 0) - exponentAt(first, 0);
  let smallest = Number.NaN;
  let largest = Number.NaN;
  for (let j = 0; j < matrix.rows; j++) {
    const at = j * matrix.columns + j;
    const below = first.data[at] as number;
    if (below === 0) continue;
    const ratio = timesPowerOfTwo((second.data[at] as number) / below, shift);
    smallest = Number.isNaN(smallest) ? ratio : Math.min(smallest, ratio);
    largest = Number.isNaN(largest) ? ratio : Math.max(largest, ratio);
  }
  return {
    norms: timesPowerOfTwo(norm(second.data) / norm(first.data), shift),
    diagonal: [smallest, largest],
  };
}

const norm = (values: Float32Array | Float64Array): number => {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum);
};
