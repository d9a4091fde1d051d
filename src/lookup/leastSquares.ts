/**
 * Solves (A + r I) x = b for a symmetric A without negative eigenvalues, by Cholesky's factorisation.
 * @param matrix A [n, n], overwritten
 * @param right b [n]
 * @param ridge r, as a share of the mean of A's diagonal: directions that A says nothing of stay at 0
 * @returns x, or null where a number is not finite
 */
export function solveSymmetric(
  matrix: Float64Array,
  right: Float64Array,
  ridge: number,
): Float64Array | null {
  const size = right.length;
  const at = (row: number, column: number): number => matrix[row * size + column] as number;
  let trace = 0;
  for (let row = 0; row < size; row++) trace += at(row, row);
  const added = (ridge * trace) / size;
  for (let row = 0; row < size; row++) matrix[row * size + row] = at(row, row) + added;
  const solution = right.slice();
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = at(row, column);
      for (let k = 0; k < column; k++) sum -= at(row, k) * at(column, k);
      if (row === column && !(sum > 0)) return null;
      matrix[row * size + column] = row === column ? Math.sqrt(sum) : sum / at(column, column);
    }
    let sum = solution[row] as number;
    for (let k = 0; k < row; k++) sum -= at(row, k) * (solution[k] as number);
    solution[row] = sum / at(row, row);
  }
  for (let row = size - 1; row >= 0; row--) {
    let sum = solution[row] as number;
    for (let k = row + 1; k < size; k++) sum -= at(k, row) * (solution[k] as number);
    solution[row] = sum / at(row, row);
  }
  return solution.every((value) => Number.isFinite(value)) ? solution : null;
}
