import { type Eigenvalues, eigenvalues } from './eigenvalues.ts';
import { unitaryEigenvalues } from './unitaryEigenvalues.ts';

/** A square matrix, row-major; with imaginary parts it is unitary. */
export interface EigenRequest {
  readonly values: Float64Array; // [size, size]
  readonly imaginary: Float64Array | null; // [size, size]
  readonly size: number;
}

/** What the worker does: answers a matrix with its eigenvalues, null where an entry is not finite. */
export function serve(
  { values, imaginary, size }: EigenRequest,
  post: (answer: Eigenvalues | null) => void,
): void {
  post(imaginary ? unitaryEigenvalues(values, imaginary, size) : eigenvalues(values, size));
}
