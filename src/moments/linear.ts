/** Linear algebra of the room on flat arrays, row-major. */

/**
 * Solves A x = right for a symmetric positive definite A [size, size] by Cholesky's factorisation, in place.
 * @param matrix its lower triangle is read, and replaced by the factor
 * @param right replaced by x
 * @returns false where A is not positive definite to rounding: then both are spoiled
 */
export function solvePositiveDefinite(matrix: Float64Array, right: Float64Array, size: number): boolean {
  for (let row = 0; row < size; row++) {
    const own = row * size;
    const before = matrix[own + row] as number;
    for (let column = 0; column <= row; column++) {
      const other = column * size;
      let sum = matrix[own + column] as number;
      for (let k = 0; k < column; k++) sum -= (matrix[own + k] as number) * (matrix[other + k] as number);
      if (column < row) {
        matrix[own + column] = sum / (matrix[other + column] as number);
      } else {
        if (!(sum > before * ROUNDING)) return false;
        matrix[own + row] = Math.sqrt(sum);
      }
    }
  }
  for (let row = 0; row < size; row++) {
    let sum = right[row] as number;
    for (let k = 0; k < row; k++) sum -= (matrix[row * size + k] as number) * (right[k] as number);
    right[row] = sum / (matrix[row * size + row] as number);
  }
  for (let row = size - 1; row >= 0; row--) {
    let sum = right[row] as number;
    for (let k = row + 1; k < size; k++) sum -= (matrix[k * size + row] as number) * (right[k] as number);
    right[row] = sum / (matrix[row * size + row] as number);
  }
  return true;
}

/** A pivot this small beside its diagonal entry is rounding alone. */
const ROUNDING = 1e-14;

/** The inner product of two stretches of numbers. */
export function inner(
  one: Float64Array,
  oneAt: number,
  other: Float64Array,
  otherAt: number,
  length: number,
): number {
  let sum = 0;
  for (let k = 0; k < length; k++) sum += (one[oneAt + k] as number) * (other[otherAt + k] as number);
  return sum;
}
