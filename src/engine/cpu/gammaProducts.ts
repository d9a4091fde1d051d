import type { Shape } from '../layout.ts';
import { type Kernels, MemoryPlan, paddedColumns, startKernels } from './kernels.ts';
import { addOuterProducts, addProduct, addTransposedProduct } from './product.ts';

/**
 * The products of the path quantities, all between rows of hidden units, [rows, hidden] from the index given with each
 * array. `matrix` is the offset of a squared matrix [hidden, hidden] in the pooled parameters: a recurrent one, or the input
 * of a layer above the first.
 */
export interface GammaProducts {
  /** Takes the squared weights, [parameters]; they stand until the next call. */
  load(squares: Float64Array): void;
  /** destination[r, j] = sum over k of A[j, k] source[r, k]. */
  forward(
    destination: Float64Array,
    destinationAt: number,
    rows: number,
    source: Float64Array,
    sourceAt: number,
    matrix: number,
  ): void;
  /** destination[r, k] = sum over j of A[j, k] source[r, j]. */
  backward(
    destination: Float64Array,
    destinationAt: number,
    rows: number,
    source: Float64Array,
    sourceAt: number,
    matrix: number,
  ): void;
  /** destination[j, k] = sum over rows of heads[r, j] tails[r, k]; the destination is [hidden, hidden] from 0. */
  outer(
    destination: Float64Array,
    rows: number,
    heads: Float64Array,
    tails: Float64Array,
    tailsAt: number,
  ): void;
}

/** The products in TypeScript. */
export class PlainGammaProducts implements GammaProducts {
  readonly #hidden: number;
  #squares: Float64Array = new Float64Array(0);

  constructor({ hidden }: Pick<Shape, 'hidden'>) {
    this.#hidden = hidden;
  }

  load(squares: Float64Array): void {
    this.#squares = squares;
  }

  forward(
    destination: Float64Array,
    destinationAt: number,
    rows: number,
    source: Float64Array,
    sourceAt: number,
    matrix: number,
  ): void {
    const n = this.#hidden;
    destination.fill(0, destinationAt, destinationAt + rows * n);
    addProduct(destination, destinationAt, rows, n, source, sourceAt, n, this.#squares, matrix);
  }

  backward(
    destination: Float64Array,
    destinationAt: number,
    rows: number,
    source: Float64Array,
    sourceAt: number,
    matrix: number,
  ): void {
    const n = this.#hidden;
    destination.fill(0, destinationAt, destinationAt + rows * n);
    addTransposedProduct(destination, destinationAt, rows, n, source, sourceAt, n, this.#squares, matrix);
  }

  outer(
    destination: Float64Array,
    rows: number,
    heads: Float64Array,
    tails: Float64Array,
    tailsAt: number,
  ): void {
    const n = this.#hidden;
    destination.fill(0, 0, n * n);
    addOuterProducts(destination, 0, rows, n, n, heads, 0, tails, tailsAt);
  }
}

/**
 * The products on WebAssembly SIMD, in float64 and with the sums of `PlainGammaProducts`, bit by bit: the path quantities keep
 * the range of float64, and cost a few per cent of a step.
 */
export class SimdGammaProducts implements GammaProducts {
  readonly #hidden: number;
  readonly #width: number;
  readonly #kernels: Kernels;
  readonly #memory: Float64Array;
  /** Matrices by their offset in the parameters, as read forwards and backwards. */
  readonly #matrices: ReadonlyMap<number, { readonly transposed: number; readonly straight: number }>;
  readonly #a: number; // [rows, hidden]
  readonly #b: number; // [rows, hidden] and what the last row's vectors read beyond
  readonly #c: number; // [rows, width]

  /** @throws RangeError where there is no memory for it */
  constructor(shape: Shape, module: WebAssembly.Module) {
    const { hidden, length, matrices } = shape;
    const plan = new MemoryPlan();
    this.#hidden = hidden;
    this.#width = paddedColumns(hidden);
    const rows = Math.max(length, hidden);
    this.#matrices = new Map(
      matrices
        .filter(({ kind, layer }) => kind === 'recurrent' || (kind === 'input' && layer > 0))
        .map(({ offset }) => {
          const size = hidden * this.#width;
          return [offset, { transposed: plan.take(size), straight: plan.take(size) }];
        }),
    );
    this.#a = plan.take(rows * hidden);
    this.#b = plan.take(rows * hidden + this.#width);
    this.#c = plan.take(rows * this.#width);
    const { kernels, buffer } = startKernels(module, 8 * plan.length);
    this.#kernels = kernels;
    this.#memory = new Float64Array(buffer);
  }

  load(squares: Float64Array): void {
    const n = this.#hidden;
    const memory = this.#memory;
    for (const [offset, { transposed, straight }] of this.#matrices) {
      for (let j = 0; j < n; j++) {
        memory.set(squares.subarray(offset + j * n, offset + (j + 1) * n), straight + j * this.#width);
      }
      for (let k = 0; k < n; k++) {
        const at = transposed + k * this.#width;
        for (let j = 0; j < n; j++) memory[at + j] = squares[offset + j * n + k] as number;
      }
    }
  }

  forward(
    destination: Float64Array,
    destinationAt: number,
    rows: number,
    source: Float64Array,
    sourceAt: number,
    matrix: number,
  ): void {
    const { transposed } = this.#matrixAt(matrix);
    this.#pass(destination, destinationAt, rows, source, sourceAt, transposed);
  }

  backward(
    destination: Float64Array,
    destinationAt: number,
    rows: number,
    source: Float64Array,
    sourceAt: number,
    matrix: number,
  ): void {
    const { straight } = this.#matrixAt(matrix);
    this.#pass(destination, destinationAt, rows, source, sourceAt, straight);
  }

  outer(
    destination: Float64Array,
    rows: number,
    heads: Float64Array,
    tails: Float64Array,
    tailsAt: number,
  ): void {
    const n = this.#hidden;
    const memory = this.#memory;
    memory.set(heads.subarray(0, rows * n), this.#a);
    memory.set(tails.subarray(tailsAt, tailsAt + rows * n), this.#b);
    this.#addProduct(n, rows, 1, n, this.#b, n);
    this.#copyRows(destination, 0, n);
  }

  #matrixAt(offset: number): { readonly transposed: number; readonly straight: number } {
    const matrix = this.#matrices.get(offset);
    if (!matrix) throw new Error(`There is no matrix between hidden units at parameter ${offset}.`);
    return matrix;
  }

  #pass(
    destination: Float64Array,
    destinationAt: number,
    rows: number,
    source: Float64Array,
    sourceAt: number,
    matrix: number,
  ): void {
    const n = this.#hidden;
    const memory = this.#memory;
    const a = this.#a;
    // One row at a time most often: a loop is faster than a view of its own.
    for (let i = 0; i < rows * n; i++) memory[a + i] = source[sourceAt + i] as number;
    this.#addProduct(rows, n, n, 1, matrix, this.#width);
    this.#copyRows(destination, destinationAt, rows);
  }

  /** c = a b, [rows, width], from strides in numbers. */
  #addProduct(rows: number, terms: number, aRow: number, aTerm: number, b: number, bTerm: number): void {
    this.#memory.fill(0, this.#c, this.#c + rows * this.#width);
    // biome-ignore format: one operand a line
    this.#kernels.addProduct64(
      rows, this.#width, terms,
      8 * this.#a, 8 * aRow, 8 * aTerm,
      8 * b, 8 * bTerm,
      8 * this.#c, 8 * this.#width,
    );
  }

  /** Copies rows of c without their padding. */
  #copyRows(destination: Float64Array, destinationAt: number, rows: number): void {
    const n = this.#hidden;
    const memory = this.#memory;
    for (let r = 0; r < rows; r++) {
      const from = this.#c + r * this.#width;
      const to = destinationAt + r * n;
      for (let i = 0; i < n; i++) destination[to + i] = memory[from + i] as number;
    }
  }
}
