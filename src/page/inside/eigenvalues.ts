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
  // Nor where a product overflows: entries of at most 1 are far from it.
  const largest = rows.flatMap((row) => [...row]).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const scale = largest > 0 ? largest : 1;
  const matrix = new Matrix(rows.map((row) => row.map((value) => value / scale)));
  const decomposition = new EigenvalueDecomposition(matrix);
  const realEigenvalues = decomposition.realEigenvalues.map((value) => value * scale);
  const imaginaryEigenvalues = decomposition.imaginaryEigenvalues.map((value) => value * scale);
  const modulus = (index: number): number =>
    Math.hypot(realEigenvalues[index] as number, imaginaryEigenvalues[index] as number);
  const order = Array.from({ length: size }, (_, index) => index).sort((a, b) => modulus(b) - modulus(a));
  return {
    real: Float64Array.from(order, (index) => realEigenvalues[index] as number),
    imaginary: Float64Array.from(order, (index) => imaginaryEigenvalues[index] as number),
  };
}
