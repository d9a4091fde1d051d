import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

/** The eigenvalues of a matrix, the largest modulus first. */
export interface Eigenvalues {
  readonly real: Float64Array; // [size]
  readonly imaginary: Float64Array; // [size]
}

/**
 * All eigenvalues of a square matrix.
 * @param values row-major, [size, size]
 * @returns null where a value is not finite
 */
export function eigenvalues(values: ArrayLike<number>, size: number): Eigenvalues | null {
  const rows = Array.from({ length: size }, (_, row) =>
    Float64Array.from({ length: size }, (_, column) => values[row * size + column] as number),
  );
  // The iteration would not end.
  if (!rows.every((row) => row.every(Number.isFinite))) return null;
  const { realEigenvalues, imaginaryEigenvalues } = new EigenvalueDecomposition(new Matrix(rows));
  const modulus = (index: number): number =>
    Math.hypot(realEigenvalues[index] as number, imaginaryEigenvalues[index] as number);
  const order = Array.from({ length: size }, (_, index) => index).sort((a, b) => modulus(b) - modulus(a));
  return {
    real: Float64Array.from(order, (index) => realEigenvalues[index] as number),
    imaginary: Float64Array.from(order, (index) => imaginaryEigenvalues[index] as number),
  };
}
