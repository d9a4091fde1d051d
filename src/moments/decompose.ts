import { EigenvalueDecomposition, inverse, Matrix, solve } from 'ml-matrix';
import type { Draws } from '../engine/initialise.ts';
import { inner } from './linear.ts';
import type { Slices, Spectrum } from './slices.ts';

/** Random mixtures that are tried; the one that explains the slices best is kept. */
const DRAWS = 30;

/**
 * The vectors v_i that all slices are made of, by eigenvectors of (sum_s g_s R_s)(sum_s h_s R_s)^-1 with random g and h,
 * where R_s are the slices in the space that `units` vectors span: Jennrich's algorithm on many slices at once.
 * @param units how many vectors, at most the slices' size
 * @returns [units, size], each of length 1 with an arbitrary sign; null where no draw gave as many
 */
export function commonVectors(
  slices: Slices,
  { vectors }: Spectrum,
  units: number,
  draws: Draws,
): Float64Array | null {
  const { size, matrices } = slices;
  const basis = Array.from({ length: units }, (_, row) => [
    ...vectors.subarray(row * size, (row + 1) * size),
  ]);
  const span = new Matrix(basis); // [units, size]
  const reduced = matrices.map((matrix) => {
    const slice = Matrix.from1DArray(size, size, matrix);
    return span.mmul(slice).mmul(span.transpose());
  });
  let best: Float64Array | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (let draw = 0; draw < DRAWS; draw++) {
    const found = eigenvectorsOf(mixture(reduced, draws), mixture(reduced, draws));
    if (!found) continue;
    const candidate = unitRows(found.transpose().mmul(span));
    const residual = residualOf(slices, candidate, units);
    if (residual < least) {
      least = residual;
      best = candidate;
    }
  }
  return best;
}

function mixture(matrices: readonly Matrix[], draws: Draws): Matrix {
  const sum = Matrix.zeros(matrices[0]?.rows ?? 0, matrices[0]?.columns ?? 0);
  for (const matrix of matrices) sum.add(Matrix.mul(matrix, draws.normal()));
  return sum;
}

/**
 * The eigenvectors of one times the inverse of other, as columns. Of a complex pair, which noise can leave, the columns are
 * the real and the imaginary part.
 */
function eigenvectorsOf(one: Matrix, other: Matrix): Matrix | null {
  try {
    const product = one.mmul(inverse(other));
    if (!product.to1DArray().every(Number.isFinite)) return null;
    return new EigenvalueDecomposition(product).eigenvectorMatrix;
  } catch {
    // Of a singular mixture there is no inverse: the next draw is another one.
    return null;
  }
}

function unitRows(matrix: Matrix): Float64Array {
  return Float64Array.from(
    matrix.to2DArray().flatMap((row) => {
      const length = Math.hypot(...row);
      return row.map((value) => value / (length > 0 ? length : 1));
    }),
  );
}

/** The (w_i . w_j)^power of the rows of [units, size]. */
export function gramOf(rows: Float64Array, units: number, size: number, power: number): Matrix {
  const gram = Matrix.zeros(units, units);
  for (let i = 0; i < units; i++) {
    for (let j = 0; j < units; j++) gram.set(i, j, inner(rows, i * size, rows, j * size, size) ** power);
  }
  return gram;
}

/** Solves a small symmetric system; where it is singular, the shortest solution. */
export const solveSmall = (matrix: Matrix, right: readonly number[]): number[] =>
  solve(matrix, Matrix.columnVector([...right]), true).to1DArray();

/** The squares of what is left of all slices after the best fit of each by numbers times v_i v_i^T. */
function residualOf({ size, matrices }: Slices, vectors: Float64Array, units: number): number {
  const gram = gramOf(vectors, units, size, 2);
  const image = new Float64Array(size);
  let total = 0;
  for (const matrix of matrices) {
    const right = Array.from({ length: units }, (_, unit) => {
      for (let row = 0; row < size; row++) {
        image[row] = inner(matrix, row * size, vectors, unit * size, size);
      }
      return inner(image, 0, vectors, unit * size, size);
    });
    // What is left is formed entry by entry: the difference of two sums of squares would lose half of the digits.
    const left = matrix.slice();
    for (const [unit, value] of solveSmall(gram, right).entries()) {
      for (let row = 0; row < size; row++) {
        const factor = value * (vectors[unit * size + row] as number);
        for (let column = 0; column < size; column++) {
          const place = row * size + column;
          left[place] = (left[place] as number) - factor * (vectors[unit * size + column] as number);
        }
      }
    }
    total += inner(left, 0, left, 0, left.length);
  }
  return total;
}
