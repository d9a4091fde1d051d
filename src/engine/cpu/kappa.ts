import type { ScaledArray } from '../engine.ts';
import { type Matrix, matrixOf, type Shape } from '../layout.ts';
import { powerOfTwo, ZERO_EXPONENT } from '../powersOfTwo.ts';
import { exponentOfLargest, type Gamma, type GammaRows, normalise } from './gamma.ts';
import { newReal, type Precision, type Real } from './precision.ts';

/** Entries below this share of their matrix's largest count as zero: float32's normal range, in both precisions. */
const SMALLEST_SHARE = powerOfTwo(-126);

/** kappa of all parameters of a lane: mantissas, and one exponent per matrix (ZERO_EXPONENT: it is zero). */
export interface Kappa {
  readonly data: Real; // [parameters]
  readonly log2: Int32Array; // [matrices]
}

/**
 * kappa = kappa1 + kappa2, half the second derivative of the path regulariser with respect to each parameter, from the
 * gamma of the units (Neyshabur, Wu, Salakhutdinov, Srebro, NIPS 2016). kappa1 counts the paths through each use of a
 * parameter, kappa2 the paths that use it twice.
 */
export class PathKappa {
  readonly first: Kappa;
  /** Of the recurrent matrices; zero elsewhere, because a path crosses every other edge at most once. */
  readonly second: Kappa;
  /** kappa1 + kappa2, after `add`. */
  readonly total: Kappa;
  readonly #shape: Shape;
  readonly #gamma: Gamma;
  /** v rows on the way into a sum over time. */
  readonly #rows: Float64Array; // [length, hidden]
  /** kappa of one matrix before it is stored. */
  readonly #sum: Float64Array; // [largest matrix]
  readonly #walks: Float64Array; // [hidden, hidden]
  readonly #walksBefore: Float64Array; // [hidden, hidden]
  readonly #walksLog2: Int32Array; // [hidden]
  readonly #sumLog2: Int32Array; // [hidden]

  constructor(shape: Shape, precision: Precision, gamma: Gamma) {
    const { length, hidden, parameters, matrices } = shape;
    const newKappa = (): Kappa => ({
      data: newReal(precision, parameters),
      log2: new Int32Array(matrices.length).fill(ZERO_EXPONENT),
    });
    this.first = newKappa();
    this.second = newKappa();
    this.total = newKappa();
    this.#shape = shape;
    this.#gamma = gamma;
    this.#rows = new Float64Array(length * hidden);
    this.#sum = new Float64Array(Math.max(...matrices.map(({ rows, columns }) => rows * columns)));
    this.#walks = new Float64Array(hidden * hidden);
    this.#walksBefore = new Float64Array(hidden * hidden);
    this.#walksLog2 = new Int32Array(hidden);
    this.#sumLog2 = new Int32Array(hidden);
  }

  /** Fills `first` from both gammas: the sum, over the uses of an edge, of u at its tail times v at its head. */
  computeFirst(): void {
    const { layers, recurrent, length, hidden, inputs, outputs, scoredFrom, scoredSteps } = this.#shape;
    const { in: gammaIn, out: gammaOut } = this.#gamma;
    const sum = this.#sum;
    for (let layer = 0; layer < layers; layer++) {
      const row = layer * length;
      const overTime = this.#sumOverTime(gammaOut, row, length);
      this.#store(this.first, matrixOf(this.#shape, 'bias', layer), overTime);
      const input = matrixOf(this.#shape, 'input', layer);
      if (layer === 0) {
        // Every input is 1. From the last row on, because the sums stand where the matrix begins.
        for (let j = hidden - 1; j >= 0; j--) sum.fill(sum[j] as number, j * inputs, (j + 1) * inputs);
        this.#store(this.first, input, overTime);
      } else {
        this.#store(this.first, input, this.#outerOverTime(row, row - length, length));
      }
      if (recurrent) {
        const matrix = matrixOf(this.#shape, 'recurrent', layer);
        this.#store(this.first, matrix, this.#outerOverTime(row + 1, row, length - 1));
      }
    }
    const scored = this.#sumOverTime(gammaIn, (layers - 1) * length + scoredFrom, scoredSteps);
    for (let o = 1; o < outputs; o++) sum.copyWithin(o * hidden, 0, hidden);
    this.#store(this.first, matrixOf(this.#shape, 'readout', layers), scored);
    sum.fill(scoredSteps, 0, outputs);
    this.#store(this.first, matrixOf(this.#shape, 'readoutBias', layers), 0);
  }

  /**
   * Fills `second` from both gammas. A path uses the edge k -> j at step t, walks from j back to k in m steps, and uses it
   * again; with G_t[k, j] = sum over m of (A^m)[k, j] v_{t+1+m}[j], which obeys G_t = diag(v_{t+1}) + A G_{t+1}, times count
   * from 0:
   *
   *     kappa2[j, k] = 4 A[j, k] sum for t = 1 .. T-2 of u_{t-1}[k] G_t[k, j]
   *
   * A column of G has an exponent of its own; it is a row here.
   */
  computeSecond(): void {
    const { layers, length, hidden } = this.#shape;
    if (!this.#shape.recurrent) return;
    const { in: gammaIn, out: gammaOut, products, squares } = this.#gamma;
    const sum = this.#sum;
    const sumLog2 = this.#sumLog2;
    const walksLog2 = this.#walksLog2;
    for (let layer = 0; layer < layers; layer++) {
      const recurrent = matrixOf(this.#shape, 'recurrent', layer);
      let walks = this.#walks;
      let before = this.#walksBefore;
      walks.fill(0);
      walksLog2.fill(ZERO_EXPONENT);
      sum.fill(0);
      sumLog2.fill(ZERO_EXPONENT);
      for (let t = length - 2; t >= 1; t--) {
        [walks, before] = [before, walks];
        products.forward(walks, 0, hidden, before, 0, recurrent.offset);
        const inRow = layer * length + t - 1;
        const outRow = layer * length + t + 1;
        const inLog2 = gammaIn.log2[inRow] as number;
        const outLog2 = gammaOut.log2[outRow] as number;
        for (let j = 0; j < hidden; j++) {
          const at = j * hidden;
          let reference = Math.max(walksLog2[j] as number, outLog2);
          scale(walks, at, hidden, (walksLog2[j] as number) - reference);
          const arriving = (gammaOut.data[outRow * hidden + j] as number) * powerOfTwo(outLog2 - reference);
          walks[at + j] = (walks[at + j] as number) + arriving;
          const exponent = normalise(walks, at, hidden);
          walksLog2[j] = exponent === ZERO_EXPONENT ? ZERO_EXPONENT : reference + exponent;
          if (exponent === ZERO_EXPONENT || inLog2 === ZERO_EXPONENT) continue;
          const log2 = (walksLog2[j] as number) + inLog2;
          reference = Math.max(sumLog2[j] as number, log2);
          scale(sum, at, hidden, (sumLog2[j] as number) - reference);
          sumLog2[j] = reference;
          const factor = powerOfTwo(log2 - reference);
          for (let k = 0; k < hidden; k++) {
            const mass = (gammaIn.data[inRow * hidden + k] as number) * (walks[at + k] as number);
            sum[at + k] = (sum[at + k] as number) + mass * factor;
          }
        }
      }
      const reference = Math.max(...sumLog2);
      for (let j = 0; j < hidden; j++) {
        const factor = 4 * powerOfTwo((sumLog2[j] as number) - reference);
        for (let k = 0; k < hidden; k++) {
          const at = j * hidden + k;
          sum[at] = (sum[at] as number) * (squares[recurrent.offset + at] as number) * factor;
        }
      }
      this.#store(this.second, recurrent, reference);
    }
  }

  /** Fills `total` from `first` and `second`. */
  add(): void {
    const sum = this.#sum;
    this.total.data.set(this.first.data);
    this.total.log2.set(this.first.log2);
    if (!this.#shape.recurrent) return;
    for (let layer = 0; layer < this.#shape.layers; layer++) {
      const matrix = matrixOf(this.#shape, 'recurrent', layer);
      const index = this.#shape.matrices.indexOf(matrix);
      const firstLog2 = this.first.log2[index] as number;
      const secondLog2 = this.second.log2[index] as number;
      const reference = Math.max(firstLog2, secondLog2);
      const firstFactor = powerOfTwo(firstLog2 - reference);
      const secondFactor = powerOfTwo(secondLog2 - reference);
      for (let i = 0; i < matrix.rows * matrix.columns; i++) {
        sum[i] =
          (this.first.data[matrix.offset + i] as number) * firstFactor +
          (this.second.data[matrix.offset + i] as number) * secondFactor;
      }
      this.#store(this.total, matrix, reference);
    }
  }

  /** `#sum` [hidden] = the sum of rows of gamma; returns its exponent. */
  #sumOverTime(gamma: GammaRows, row: number, steps: number): number {
    const { hidden } = this.#shape;
    const { data } = gamma;
    const sum = this.#sum;
    let reference = ZERO_EXPONENT;
    for (let t = 0; t < steps; t++) reference = Math.max(reference, gamma.log2[row + t] as number);
    sum.fill(0, 0, hidden);
    for (let t = 0; t < steps; t++) {
      const factor = powerOfTwo((gamma.log2[row + t] as number) - reference);
      const at = (row + t) * hidden;
      for (let j = 0; j < hidden; j++) {
        sum[j] = (sum[j] as number) + factor * (data[at + j] as number);
      }
    }
    return reference;
  }

  /** `#sum` [hidden, hidden] = the sum over time of v of one row times u of the other; returns its exponent. */
  #outerOverTime(outRow: number, inRow: number, steps: number): number {
    const { hidden } = this.#shape;
    const { in: gammaIn, out: gammaOut, products } = this.#gamma;
    const rows = this.#rows;
    const log2 = (t: number): number =>
      (gammaOut.log2[outRow + t] as number) + (gammaIn.log2[inRow + t] as number);
    let reference = 2 * ZERO_EXPONENT;
    for (let t = 0; t < steps; t++) reference = Math.max(reference, log2(t));
    for (let t = 0; t < steps; t++) {
      const factor = powerOfTwo(log2(t) - reference);
      for (let j = 0; j < hidden; j++) {
        rows[t * hidden + j] = factor * (gammaOut.data[(outRow + t) * hidden + j] as number);
      }
    }
    products.outer(this.#sum, steps, rows, gammaIn.data, inRow * hidden);
    return reference;
  }

  /** Stores `#sum` * 2^log2, which stays, as the kappa of a matrix. */
  #store(kappa: Kappa, matrix: Matrix, log2: number): void {
    const index = this.#shape.matrices.indexOf(matrix);
    const count = matrix.rows * matrix.columns;
    const sum = this.#sum;
    const { data } = kappa;
    const exponent = exponentOfLargest(sum, 0, count);
    const factor = exponent === ZERO_EXPONENT ? 0 : powerOfTwo(-exponent);
    kappa.log2[index] = exponent === ZERO_EXPONENT ? ZERO_EXPONENT : log2 + exponent;
    for (let i = 0; i < count; i++) {
      const value = factor * (sum[i] as number);
      data[matrix.offset + i] = value < SMALLEST_SHARE ? 0 : value;
    }
  }
}

/** kappa as an engine's result, by matrix. */
export const snapshotKappa = (kappa: Kappa, matrices: readonly Matrix[]): ScaledArray[] =>
  matrices.map(({ offset, rows, columns }, index) => {
    const log2 = kappa.log2[index] as number;
    const data = kappa.data.slice(offset, offset + rows * columns);
    return { data, log2: log2 === ZERO_EXPONENT ? 0 : log2 };
  });

/** values *= 2^log2. */
function scale(values: Float64Array, at: number, count: number, log2: number): void {
  if (log2 === 0) return;
  const factor = powerOfTwo(log2);
  for (let i = at; i < at + count; i++) values[i] = (values[i] as number) * factor;
}
