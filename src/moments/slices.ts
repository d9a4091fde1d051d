import { EigenvalueDecomposition, Matrix, SingularValueDecomposition } from 'ml-matrix';
import { entry, type Tensors } from './tensors.ts';

/**
 * Symmetric matrices that are all of the form sum_i (some number) v_i v_i^T with the same vectors v_i, one for each hidden
 * unit of the network whose tensors they are cut from.
 */
export interface Slices {
  readonly size: number;
  readonly matrices: readonly Float64Array[]; // each [size, size]
  /** What noise alone would add to every eigenvalue of the sum of S S^T, in expectation; 0 for exact tensors. */
  readonly noise: number;
}

/** Pairs k <= l of d variables: a symmetric matrix by its upper triangle. */
function pairsOf(inputs: number): (readonly [number, number])[] {
  return Array.from({ length: inputs }, (_, k) =>
    Array.from({ length: inputs - k }, (_, l) => [k, k + l] as const),
  ).flat();
}

/** Off the diagonal a pair stands for two entries of the symmetric matrix. */
const weightOf = ([k, l]: readonly [number, number]): number => (k === l ? 1 : Math.SQRT2);

/**
 * T_2, T_3[:, :, l] and T_4[:, :, l, k], of vectors v_i = w_i: orders follow each other because a unit can be missing in one
 * (T_3 at b = 0, T_4 at b = 1 or -1), never in two together; in T_2 none is missing.
 */
export function plainSlices(tensors: Tensors): Slices {
  const { inputs } = tensors.basis;
  const cut = (weight: number, rest: readonly number[]): Float64Array =>
    Float64Array.from(
      { length: inputs * inputs },
      (_, place) => weight * entry(tensors, [Math.floor(place / inputs), place % inputs, ...rest]),
    );
  const matrices = [cut(1 / Math.SQRT2, [])];
  for (let l = 0; l < inputs; l++) matrices.push(cut(1 / Math.sqrt(6), [l]));
  for (const pair of pairsOf(inputs)) matrices.push(cut(weightOf(pair) / Math.sqrt(24), pair));
  return { size: inputs, matrices, noise: noiseOf(tensors) };
}

/**
 * The mean of the diagonal of the sum of S S^T for tensors whose entries are noise alone. An entry of order k with multi-index
 * al has variance noise al! and stands at k!/al! places: over k!, it adds its order's noise to the trace.
 */
function noiseOf({ basis, noise }: Tensors): number {
  let trace = 0;
  for (const { length } of basis.tuples) if (length >= 2 && length <= 4) trace += noise[length] as number;
  return trace / basis.inputs;
}

/**
 * T_4, T_5 and T_6 as matrices on pairs of variables, of vectors v_i = w_i w_i^T: up to d(d+1)/2 of them can be independent,
 * more than there are inputs. From exact tensors only.
 */
export function flattenedSlices(tensors: Tensors): Slices {
  const pairs = pairsOf(tensors.basis.inputs);
  const size = pairs.length;
  const cut = (weight: number, rest: readonly number[]): Float64Array => {
    const matrix = new Float64Array(size * size);
    for (const [row, one] of pairs.entries()) {
      for (const [column, other] of pairs.entries()) {
        const value = entry(tensors, [...one, ...other, ...rest]);
        matrix[row * size + column] = weight * weightOf(one) * weightOf(other) * value;
      }
    }
    return matrix;
  };
  const matrices = [cut(1 / Math.sqrt(24), [])];
  for (let l = 0; l < tensors.basis.inputs; l++) matrices.push(cut(1 / Math.sqrt(120), [l]));
  for (const pair of pairs) matrices.push(cut(weightOf(pair) / Math.sqrt(720), pair));
  return { size, matrices, noise: 0 };
}

/**
 * The direction w of a vector of `flattenedSlices`: the eigenvector of the matrix w w^T that stands farthest out.
 * @param vector [d(d+1)/2]
 * @returns [d], of length 1; its sign is arbitrary
 */
export function directionOfPair(vector: Float64Array, inputs: number): Float64Array {
  const matrix = Matrix.zeros(inputs, inputs);
  for (const [place, [k, l]] of pairsOf(inputs).entries()) {
    const value = (vector[place] as number) / weightOf([k, l]);
    matrix.set(k, l, value);
    matrix.set(l, k, value);
  }
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(matrix, {
    assumeSymmetric: true,
  });
  const farthest = realEigenvalues.reduce(
    (best, value, index) => (Math.abs(value) > Math.abs(realEigenvalues[best] as number) ? index : best),
    0,
  );
  return Float64Array.from(eigenvectorMatrix.getColumn(farthest));
}

/** What all slices together span. */
export interface Spectrum {
  /** Singular values of all slices below each other, the largest first: roots of the eigenvalues of the sum of S S^T. */
  readonly values: Float64Array; // [size]
  /** Their vectors, a row each. */
  readonly vectors: Float64Array; // [size, size]
  /** Below this noise alone can be. */
  readonly floor: number;
  /** Values above the floor: the number of hidden units, as far as the samples tell. */
  readonly units: number;
}

/**
 * Up to how many times its expected value the largest of `count` singular values of noise comes: measured over random
 * teachers of 1 to 6 units with 4 to 10 inputs.
 */
const noiseMargin = (count: number): number => 1.2 + 0.14 * count;
/** Exact tensors have rounding errors; what stands out less than this is none of a unit. */
const ROUNDING = 1e-11;

export function spectrumOf({ size, matrices, noise }: Slices): Spectrum {
  // The singular values of all slices below each other: those of the sum of S S^T would lose half of the digits.
  const stack = new Matrix(matrices.length * size, size);
  for (const [index, matrix] of matrices.entries()) {
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) {
        stack.set(index * size + row, column, matrix[row * size + column] as number);
      }
    }
  }
  const { diagonal, rightSingularVectors } = new SingularValueDecomposition(stack, {
    computeLeftSingularVectors: false,
  });
  const values = Float64Array.from(diagonal);
  const vectors = Float64Array.from(rightSingularVectors.transpose().to1DArray());
  const rounding = ROUNDING * (values[0] ?? 0);
  const floorOf = (count: number): number => Math.max(noiseMargin(count) * Math.sqrt(noise), rounding);
  let units = 0;
  while (units < size && (values[units] as number) > floorOf(size - units)) units++;
  return { values, vectors, floor: floorOf(size - Math.min(units, size - 1)), units };
}
