/**
 * destination[r, o] += sum over i of weights[o, i] source[r, i]: what a layer receives.
 * @param destination [rows, outer] from `destinationAt`
 * @param source [rows, inner] from `sourceAt`
 * @param weights [outer, inner] from `weightsAt`
 */
export function addProduct(
  destination: Float64Array,
  destinationAt: number,
  rows: number,
  outer: number,
  source: Float64Array,
  sourceAt: number,
  inner: number,
  weights: Float64Array,
  weightsAt: number,
): void {
  // biome-ignore format: one operand a line
  addStrided(
    destination, destinationAt, rows, outer, inner,
    source, sourceAt, inner, 1,
    weights, weightsAt, inner, 1,
  );
}

/**
 * destination[r, i] += sum over o of weights[o, i] delta[r, o]: what a layer sends back.
 * @param destination [rows, inner] from `destinationAt`
 * @param delta [rows, outer] from `deltaAt`
 * @param weights [outer, inner] from `weightsAt`
 */
export function addTransposedProduct(
  destination: Float64Array,
  destinationAt: number,
  rows: number,
  inner: number,
  delta: Float64Array,
  deltaAt: number,
  outer: number,
  weights: Float64Array,
  weightsAt: number,
): void {
  // biome-ignore format: one operand a line
  addStrided(
    destination, destinationAt, rows, inner, outer,
    delta, deltaAt, outer, 1,
    weights, weightsAt, 1, inner,
  );
}

/**
 * destination[o, i] += sum over r of delta[r, o] source[r, i]: the gradient of the weights between them.
 * @param destination [outer, inner] from `destinationAt`
 * @param delta [rows, outer] from `deltaAt`
 * @param source [rows, inner] from `sourceAt`
 */
export function addOuterProducts(
  destination: Float64Array,
  destinationAt: number,
  rows: number,
  outer: number,
  inner: number,
  delta: Float64Array,
  deltaAt: number,
  source: Float64Array,
  sourceAt: number,
): void {
  // biome-ignore format: one operand a line
  addStrided(
    destination, destinationAt, outer, inner, rows,
    delta, deltaAt, 1, outer,
    source, sourceAt, 1, inner,
  );
}

/**
 * Every matrix product of the engine: destination[r, c] += sum over k of a[r, k] b[c, k], both operands read with
 * strides of their own, so that forward pass, backward pass and weight gradients are one loop. Four rows by two columns
 * are in registers at a time, so that each number read serves several products. Every sum starts at what the
 * destination holds and runs in the order of k, whatever the sizes: no blocking shows in the bits.
 *
 * @param destination [rows, columns], row-major from `destinationAt`
 * @param a element (r, k) at `aAt + r * aRow + k * aTerm`
 * @param b element (c, k) at `bAt + c * bColumn + k * bTerm`
 */
function addStrided(
  destination: Float64Array,
  destinationAt: number,
  rows: number,
  columns: number,
  terms: number,
  a: Float64Array,
  aAt: number,
  aRow: number,
  aTerm: number,
  b: Float64Array,
  bAt: number,
  bColumn: number,
  bTerm: number,
): void {
  if (rows === 1 && columns > 1) {
    // One row would fill a quarter of the tile: a matrix times a vector goes the other way round.
    addStrided(destination, destinationAt, columns, 1, terms, b, bAt, bColumn, bTerm, a, aAt, aRow, aTerm);
    return;
  }
  for (let c0 = 0; c0 < columns; c0 += 2) {
    // Rows and columns past the end repeat the last one: they store the same sum twice.
    const c1 = c0 + 1 < columns ? c0 + 1 : c0;
    const b0 = bAt + c0 * bColumn;
    const b1 = bAt + c1 * bColumn;
    for (let r0 = 0; r0 < rows; r0 += 4) {
      const r1 = r0 + 1 < rows ? r0 + 1 : r0;
      const r2 = r0 + 2 < rows ? r0 + 2 : r0;
      const r3 = r0 + 3 < rows ? r0 + 3 : r0;
      const a0 = aAt + r0 * aRow;
      const a1 = aAt + r1 * aRow;
      const a2 = aAt + r2 * aRow;
      const a3 = aAt + r3 * aRow;
      const d0 = destinationAt + r0 * columns;
      const d1 = destinationAt + r1 * columns;
      const d2 = destinationAt + r2 * columns;
      const d3 = destinationAt + r3 * columns;
      let sum00 = destination[d0 + c0] as number;
      let sum01 = destination[d0 + c1] as number;
      let sum10 = destination[d1 + c0] as number;
      let sum11 = destination[d1 + c1] as number;
      let sum20 = destination[d2 + c0] as number;
      let sum21 = destination[d2 + c1] as number;
      let sum30 = destination[d3 + c0] as number;
      let sum31 = destination[d3 + c1] as number;
      for (let k = 0, aK = 0, bK = 0; k < terms; k++, aK += aTerm, bK += bTerm) {
        const y0 = b[b0 + bK] as number;
        const y1 = b[b1 + bK] as number;
        const x0 = a[a0 + aK] as number;
        sum00 += x0 * y0;
        sum01 += x0 * y1;
        const x1 = a[a1 + aK] as number;
        sum10 += x1 * y0;
        sum11 += x1 * y1;
        const x2 = a[a2 + aK] as number;
        sum20 += x2 * y0;
        sum21 += x2 * y1;
        const x3 = a[a3 + aK] as number;
        sum30 += x3 * y0;
        sum31 += x3 * y1;
      }
      destination[d0 + c0] = sum00;
      destination[d0 + c1] = sum01;
      destination[d1 + c0] = sum10;
      destination[d1 + c1] = sum11;
      destination[d2 + c0] = sum20;
      destination[d2 + c1] = sum21;
      destination[d3 + c0] = sum30;
      destination[d3 + c1] = sum31;
    }
  }
}

/**
 * destination[c] += sum over r of source[r, c].
 * @param destination [columns] from `destinationAt`
 * @param source [rows, columns] from `sourceAt`
 */
export function addRows(
  destination: Float64Array,
  destinationAt: number,
  columns: number,
  source: Float64Array,
  sourceAt: number,
  rows: number,
): void {
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const at = destinationAt + c;
      destination[at] = (destination[at] as number) + (source[sourceAt + r * columns + c] as number);
    }
  }
}
