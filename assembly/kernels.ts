/**
 * The hot loops of the CPU engine in AssemblyScript, compiled to WebAssembly with SIMD by `npm run build-kernels`. There
 * is one matrix product; forward pass, backward pass and weight gradients are calls of it with other strides. No
 * memory is allocated here: the caller lays its arrays out and passes addresses and strides in bytes.
 *
 * A vector holds 16 bytes: 4 numbers of f32, 2 of f64.
 */

const VECTOR: usize = 16;

/**
 * c[r, j] += sum over k of a[r, k] b[k, j]. Every sum starts at 0, runs in the order of k and is added to c once, so that
 * neither the blocking nor the number of rows shows in the bits.
 * @param columns a multiple of two vectors
 * @param a element (r, k) at `a + r * aRow + k * aTerm`
 * @param b element (k, j) at `b + k * bTerm + j * sizeof<T>()`
 * @param c element (r, j) at `c + r * cRow + j * sizeof<T>()`
 */
function addProduct<T>(
  rows: i32,
  columns: i32,
  terms: i32,
  a: usize,
  aRow: usize,
  aTerm: usize,
  b: usize,
  bTerm: usize,
  c: usize,
  cRow: usize,
): void {
  const end = b + (columns as usize) * sizeof<T>();
  const fours = rows >> 2;
  let bAt = b;
  let cColumn = c;
  // The columns of a tile stay in the cache while all rows pass.
  for (; bAt < end; bAt += 2 * VECTOR, cColumn += 2 * VECTOR) {
    let aAt = a;
    let cAt = cColumn;
    for (let i = fours; i > 0; i--, aAt += 4 * aRow, cAt += 4 * cRow) {
      addFourRows<T>(terms, aAt, aRow, aTerm, bAt, bTerm, cAt, cRow);
    }
  }
  a += ((fours << 2) as usize) * aRow;
  c += ((fours << 2) as usize) * cRow;
  for (let i = rows & 3; i > 0; i--, a += aRow, c += cRow) {
    bAt = b;
    cColumn = c;
    for (; bAt + 4 * VECTOR <= end; bAt += 4 * VECTOR, cColumn += 4 * VECTOR) {
      addRow<T>(terms, a, aTerm, bAt, bTerm, cColumn);
    }
    if (bAt < end) addHalfRow<T>(terms, a, aTerm, bAt, bTerm, cColumn);
  }
}

/** Four rows by two vectors: eight sums in registers, so that every number that is loaded serves several products. */
function addFourRows<T>(
  terms: i32,
  a0: usize,
  aRow: usize,
  aTerm: usize,
  b: usize,
  bTerm: usize,
  c0: usize,
  cRow: usize,
): void {
  let a1 = a0 + aRow;
  let a2 = a1 + aRow;
  let a3 = a2 + aRow;
  let sum00 = v128.splat<T>(0 as T);
  let sum01 = v128.splat<T>(0 as T);
  let sum10 = v128.splat<T>(0 as T);
  let sum11 = v128.splat<T>(0 as T);
  let sum20 = v128.splat<T>(0 as T);
  let sum21 = v128.splat<T>(0 as T);
  let sum30 = v128.splat<T>(0 as T);
  let sum31 = v128.splat<T>(0 as T);
  for (let k = terms; k > 0; k--) {
    const y0 = v128.load(b);
    const y1 = v128.load(b, VECTOR);
    const x0 = v128.load_splat<T>(a0);
    sum00 = v128.add<T>(sum00, v128.mul<T>(x0, y0));
    sum01 = v128.add<T>(sum01, v128.mul<T>(x0, y1));
    const x1 = v128.load_splat<T>(a1);
    sum10 = v128.add<T>(sum10, v128.mul<T>(x1, y0));
    sum11 = v128.add<T>(sum11, v128.mul<T>(x1, y1));
    const x2 = v128.load_splat<T>(a2);
    sum20 = v128.add<T>(sum20, v128.mul<T>(x2, y0));
    sum21 = v128.add<T>(sum21, v128.mul<T>(x2, y1));
    const x3 = v128.load_splat<T>(a3);
    sum30 = v128.add<T>(sum30, v128.mul<T>(x3, y0));
    sum31 = v128.add<T>(sum31, v128.mul<T>(x3, y1));
    a0 += aTerm;
    a1 += aTerm;
    a2 += aTerm;
    a3 += aTerm;
    b += bTerm;
  }
  const c1 = c0 + cRow;
  const c2 = c1 + cRow;
  const c3 = c2 + cRow;
  addTo<T>(c0, sum00);
  addTo<T>(c0 + VECTOR, sum01);
  addTo<T>(c1, sum10);
  addTo<T>(c1 + VECTOR, sum11);
  addTo<T>(c2, sum20);
  addTo<T>(c2 + VECTOR, sum21);
  addTo<T>(c3, sum30);
  addTo<T>(c3 + VECTOR, sum31);
}

/** One row by four vectors: fewer sums than that would wait for one another. */
function addRow<T>(terms: i32, a: usize, aTerm: usize, b: usize, bTerm: usize, c: usize): void {
  let sum0 = v128.splat<T>(0 as T);
  let sum1 = v128.splat<T>(0 as T);
  let sum2 = v128.splat<T>(0 as T);
  let sum3 = v128.splat<T>(0 as T);
  for (let k = terms; k > 0; k--) {
    const x = v128.load_splat<T>(a);
    sum0 = v128.add<T>(sum0, v128.mul<T>(x, v128.load(b)));
    sum1 = v128.add<T>(sum1, v128.mul<T>(x, v128.load(b, VECTOR)));
    sum2 = v128.add<T>(sum2, v128.mul<T>(x, v128.load(b, 2 * VECTOR)));
    sum3 = v128.add<T>(sum3, v128.mul<T>(x, v128.load(b, 3 * VECTOR)));
    a += aTerm;
    b += bTerm;
  }
  addTo<T>(c, sum0);
  addTo<T>(c + VECTOR, sum1);
  addTo<T>(c + 2 * VECTOR, sum2);
  addTo<T>(c + 3 * VECTOR, sum3);
}

/** One row by the last two vectors of f32 columns. */
function addHalfRow<T>(terms: i32, a: usize, aTerm: usize, b: usize, bTerm: usize, c: usize): void {
  let sum0 = v128.splat<T>(0 as T);
  let sum1 = v128.splat<T>(0 as T);
  for (let k = terms; k > 0; k--) {
    const x = v128.load_splat<T>(a);
    sum0 = v128.add<T>(sum0, v128.mul<T>(x, v128.load(b)));
    sum1 = v128.add<T>(sum1, v128.mul<T>(x, v128.load(b, VECTOR)));
    a += aTerm;
    b += bTerm;
  }
  addTo<T>(c, sum0);
  addTo<T>(c + VECTOR, sum1);
}

function addTo<T>(address: usize, value: v128): void {
  v128.store(address, v128.add<T>(v128.load(address), value));
}

/** `addProduct` on f32. */
export function addProduct32(
  rows: i32,
  columns: i32,
  terms: i32,
  a: usize,
  aRow: usize,
  aTerm: usize,
  b: usize,
  bTerm: usize,
  c: usize,
  cRow: usize,
): void {
  addProduct<f32>(rows, columns, terms, a, aRow, aTerm, b, bTerm, c, cRow);
}

/** `addProduct` on f64. */
export function addProduct64(
  rows: i32,
  columns: i32,
  terms: i32,
  a: usize,
  aRow: usize,
  aTerm: usize,
  b: usize,
  bTerm: usize,
  c: usize,
  cRow: usize,
): void {
  addProduct<f64>(rows, columns, terms, a, aRow, aTerm, b, bTerm, c, cRow);
}

/**
 * z = [z]_+ in place; what is not a number passes, so that the loss shows it.
 * @param z [count] of f32
 * @param count a multiple of 4
 */
export function rectify(z: usize, count: i32): void {
  const zero = f32x4.splat(0);
  for (const end = z + ((count as usize) << 2); z < end; z += VECTOR) {
    v128.store(z, f32x4.pmax(v128.load(z), zero));
  }
}

/**
 * delta = 0 in place where the unit is off.
 * @param delta [count] of f32
 * @param state [count] of f32, the unit's output
 * @param count a multiple of 4
 */
export function mask(delta: usize, state: usize, count: i32): void {
  const zero = f32x4.splat(0);
  for (const end = delta + ((count as usize) << 2); delta < end; delta += VECTOR, state += VECTOR) {
    v128.store(delta, v128.and(v128.load(delta), f32x4.gt(v128.load(state), zero)));
  }
}
