import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { Eigenvalues } from './eigenvalues.ts';

/** Angles at which the matrix is cut, one after another until the vectors that are found are its own. */
const ANGLES = [0.7, 1.9, 2.6, 0.2];
/** Relative length of W x - lambda x of an eigenvector. */
const RESIDUAL = 1e-6;

/**
 * The eigenvalues of a unitary matrix W. Its eigenvectors are those of the Hermitian matrix (c W + conj(c) W*) / 2 for every
 * number c of modulus 1, unless two of its eigenvalues cos(phase + angle of c) meet, in which case another c is tried.
 * @param re real parts of the entries, row-major, [size, size]
 * @param im imaginary parts
 * @returns in the order of their phases, or null where a value is not finite or the matrix is not unitary
 */
export function unitaryEigenvalues(re: Float64Array, im: Float64Array, size: number): Eigenvalues | null {
  if (!re.every(Number.isFinite) || !im.every(Number.isFinite)) return null;
  for (const angle of ANGLES) {
    const found = byCut(re, im, size, angle);
    if (found !== null) return found;
  }
  return null;
}

function byCut(re: Float64Array, im: Float64Array, size: number, angle: number): Eigenvalues | null {
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  const at = (numbers: Float64Array, row: number, column: number): number =>
    numbers[row * size + column] as number;
  // A Hermitian matrix P + i Q as the symmetric one [[P, -Q], [Q, P]], which has every eigenvalue twice.
  const symmetric = Matrix.zeros(2 * size, 2 * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const a = c * at(re, row, column) - s * at(im, row, column);
      const b = s * at(re, row, column) + c * at(im, row, column);
      const across = c * at(re, column, row) - s * at(im, column, row);
      const acrossIm = s * at(re, column, row) + c * at(im, column, row);
      const p = (a + across) / 2;
      const q = (b - acrossIm) / 2;
      symmetric.set(row, column, p);
      symmetric.set(size + row, size + column, p);
      symmetric.set(size + row, column, q);
      symmetric.set(row, size + column, -q);
    }
  }
  const vectors = new EigenvalueDecomposition(symmetric, { assumeSymmetric: true }).eigenvectorMatrix;
  const phases: number[] = [];
  const moduli: number[] = [];
  // Ascending: the two of a pair stand side by side, and either is a multiple of the same complex vector.
  for (let pair = 0; pair < size; pair++) {
    const x = vectors.getColumn(2 * pair);
    let real = 0;
    let imaginary = 0;
    const image: [number, number][] = [];
    for (let row = 0; row < size; row++) {
      let p = 0;
      let q = 0;
      for (let column = 0; column < size; column++) {
        const u = x[column] as number;
        const v = x[size + column] as number;
        p += at(re, row, column) * u - at(im, row, column) * v;
        q += at(re, row, column) * v + at(im, row, column) * u;
      }
      image.push([p, q]);
      real += (x[row] as number) * p + (x[size + row] as number) * q;
      imaginary += (x[row] as number) * q - (x[size + row] as number) * p;
    }
    const residual = image.reduce((sum, [p, q], row) => {
      const u = x[row] as number;
      const v = x[size + row] as number;
      return sum + (p - real * u + imaginary * v) ** 2 + (q - real * v - imaginary * u) ** 2;
    }, 0);
    if (!(Math.sqrt(residual) < RESIDUAL)) return null;
    phases.push(Math.atan2(imaginary, real));
    moduli.push(Math.hypot(real, imaginary));
  }
  const order = phases.map((_, index) => index).sort((a, b) => (phases[a] as number) - (phases[b] as number));
  const part = (turn: (phase: number) => number): Float64Array =>
    Float64Array.from(order, (index) => (moduli[index] as number) * turn(phases[index] as number));
  return { real: part(Math.cos), imaginary: part(Math.sin) };
}
