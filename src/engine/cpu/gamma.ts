import type { ScaledArray } from '../engine.ts';
import { matrixOf, type Shape } from '../layout.ts';
import { exponentOf, powerOfTwo, ZERO_EXPONENT } from '../powersOfTwo.ts';
import type { GammaProducts } from './gammaProducts.ts';
import { newReal, type Precision } from './precision.ts';
import { addRows } from './product.ts';

/**
 * u = gamma_in^2 or v = gamma_out^2 of every unit at every time step: mantissas with the largest of a row in [1, 2), and
 * one exponent per row (ZERO_EXPONENT: the row is zero).
 */
export interface GammaRows {
  readonly data: Float64Array; // [layers, length, hidden]
  readonly log2: Int32Array; // [layers, length]
}

/** A vector that enters a row, with its exponent. */
interface Term {
  readonly data: Float64Array;
  at: number;
  log2: number;
}

/**
 * The path quantities of the units of one lane at a time: the network run forwards and backwards with squared weights,
 * ones for inputs and no ReLU, A = W*W, B = b*b (Neyshabur, Wu, Salakhutdinov, Srebro, "Path-Normalized Optimization of
 * Recurrent Neural Networks with ReLU Activations", NIPS 2016). A bias is an edge from an input that is always 1.
 *
 * They grow like rho(A)^length. Every row is divided by a power of two, so that nothing overflows and a rescaled network
 * has the same mantissa bits.
 */
export class Gamma {
  readonly squares: Float64Array; // [parameters]
  readonly in: GammaRows;
  readonly out: GammaRows;
  readonly products: GammaProducts;
  readonly #shape: Shape;
  /** What a unit receives at every time step whatever came before: B, and A_in 1 in the first layer. */
  readonly #constants: Float64Array; // [hidden]
  /** A_out^T 1. */
  readonly #readout: Float64Array; // [hidden]
  readonly #fromLayer: Float64Array; // [length, hidden]
  readonly #fromTime: Float64Array; // [hidden]

  constructor(shape: Shape, products: GammaProducts) {
    const { layers, length, hidden, parameters } = shape;
    const newRows = (): GammaRows => ({
      data: new Float64Array(layers * length * hidden),
      log2: new Int32Array(layers * length),
    });
    this.squares = new Float64Array(parameters);
    this.in = newRows();
    this.out = newRows();
    this.products = products;
    this.#shape = shape;
    this.#constants = new Float64Array(hidden);
    this.#readout = new Float64Array(hidden);
    this.#fromLayer = new Float64Array(length * hidden);
    this.#fromTime = new Float64Array(hidden);
  }

  /**
   * Fills `squares` and `in`: u^l_t = A_in u^{l-1}_t + A_rec u^l_{t-1} + B, with u^0_t = 1 and u^l_0 = 0.
   * @param weights [parameters]
   */
  forward(weights: Float64Array): void {
    const { layers, length, hidden, inputs, outputs } = this.#shape;
    const { products, squares } = this;
    for (let i = 0; i < squares.length; i++) squares[i] = (weights[i] as number) ** 2;
    products.load(squares);
    this.#readout.fill(0);
    addRows(this.#readout, 0, hidden, squares, matrixOf(this.#shape, 'readout', layers).offset, outputs);
    const fromLayer: Term = { data: this.#fromLayer, at: 0, log2: ZERO_EXPONENT };
    const fromTime: Term = { data: this.#fromTime, at: 0, log2: ZERO_EXPONENT };
    const constants: Term = { data: this.#constants, at: 0, log2: 0 };
    for (let layer = 0; layer < layers; layer++) {
      const input = matrixOf(this.#shape, 'input', layer).offset;
      const recurrent = this.#recurrentOf(layer);
      const bias = matrixOf(this.#shape, 'bias', layer).offset;
      const first = layer * length;
      for (let j = 0; j < hidden; j++) {
        let sum = squares[bias + j] as number;
        if (layer === 0) for (let k = 0; k < inputs; k++) sum += squares[input + j * inputs + k] as number;
        this.#constants[j] = sum;
      }
      constants.log2 = exponentOfLargest(this.#constants, 0, hidden) === ZERO_EXPONENT ? ZERO_EXPONENT : 0;
      if (layer > 0) {
        const below = (first - length) * hidden;
        products.forward(this.#fromLayer, 0, length, this.in.data, below, input);
      }
      for (let t = 0; t < length; t++) {
        const row = first + t;
        fromLayer.at = t * hidden;
        fromLayer.log2 = layer > 0 ? (this.in.log2[row - length] as number) : ZERO_EXPONENT;
        fromTime.log2 = ZERO_EXPONENT;
        if (t > 0 && recurrent !== null) {
          products.forward(this.#fromTime, 0, 1, this.in.data, (row - 1) * hidden, recurrent);
          fromTime.log2 = this.in.log2[row - 1] as number;
        }
        joinRow(this.in, row, hidden, fromLayer, fromTime, constants);
      }
    }
  }

  /**
   * Fills `out` after `forward`: v_t = A_in^T v_t of the layer above (A_out^T 1 at scored steps in the last layer) + A_rec^T
   * v_{t+1}, with v_{T+1} = 0.
   */
  backward(): void {
    const { layers, length, hidden, scoredFrom } = this.#shape;
    const { products } = this;
    const fromLayer: Term = { data: this.#fromLayer, at: 0, log2: ZERO_EXPONENT };
    const fromTime: Term = { data: this.#fromTime, at: 0, log2: ZERO_EXPONENT };
    const readout: Term = { data: this.#readout, at: 0, log2: ZERO_EXPONENT };
    const readoutLog2 = exponentOfLargest(this.#readout, 0, hidden) === ZERO_EXPONENT ? ZERO_EXPONENT : 0;
    for (let layer = layers - 1; layer >= 0; layer--) {
      const top = layer === layers - 1;
      const recurrent = this.#recurrentOf(layer);
      const first = layer * length;
      if (!top) {
        const above = (first + length) * hidden;
        const input = matrixOf(this.#shape, 'input', layer + 1).offset;
        products.backward(this.#fromLayer, 0, length, this.out.data, above, input);
      }
      for (let t = length - 1; t >= 0; t--) {
        const row = first + t;
        fromLayer.at = t * hidden;
        fromLayer.log2 = top ? ZERO_EXPONENT : (this.out.log2[row + length] as number);
        readout.log2 = top && t >= scoredFrom ? readoutLog2 : ZERO_EXPONENT;
        fromTime.log2 = ZERO_EXPONENT;
        if (t + 1 < length && recurrent !== null) {
          products.backward(this.#fromTime, 0, 1, this.out.data, (row + 1) * hidden, recurrent);
          fromTime.log2 = this.out.log2[row + 1] as number;
        }
        joinRow(this.out, row, hidden, fromLayer, fromTime, readout);
      }
    }
  }

  /** Where the recurrent matrix of a layer begins; null in a feedforward network. */
  #recurrentOf(layer: number): number | null {
    return this.#shape.recurrent ? matrixOf(this.#shape, 'recurrent', layer).offset : null;
  }

  /** log2 of gamma, the root of the path regulariser, after `forward`; -Infinity where no path is left. */
  pathNormLog2(): number {
    const { layers, length, hidden, outputs, scoredFrom, scoredSteps } = this.#shape;
    const bias = matrixOf(this.#shape, 'readoutBias', layers).offset;
    let constant = 0;
    for (let o = 0; o < outputs; o++) constant += scoredSteps * (this.squares[bias + o] as number);
    const first = (layers - 1) * length;
    let reference = constant === 0 ? ZERO_EXPONENT : 0;
    for (let t = scoredFrom; t < length; t++)
      reference = Math.max(reference, this.in.log2[first + t] as number);
    let sum = constant === 0 ? 0 : constant * powerOfTwo(-reference);
    for (let t = scoredFrom; t < length; t++) {
      const at = (first + t) * hidden;
      let mass = 0;
      for (let k = 0; k < hidden; k++)
        mass += (this.#readout[k] as number) * (this.in.data[at + k] as number);
      sum += mass * powerOfTwo((this.in.log2[first + t] as number) - reference);
    }
    return sum === 0 ? Number.NEGATIVE_INFINITY : (Math.log2(sum) + reference) / 2;
  }
}

/** The rows as an engine's result. */
export function snapshotRows(rows: GammaRows, precision: Precision): ScaledArray {
  const data = newReal(precision, rows.data.length);
  data.set(rows.data);
  return { data, log2: rows.log2.map((log2) => (log2 === ZERO_EXPONENT ? 0 : log2)) };
}

/** The exponent of the largest of non-negative numbers. */
export function exponentOfLargest(values: Float64Array, at: number, count: number): number {
  let largest = 0;
  for (let i = at; i < at + count; i++) {
    const value = values[i] as number;
    if (value > largest) largest = value;
  }
  return exponentOf(largest);
}

/**
 * Divides non-negative numbers, in place, by the power of two that brings the largest into [1, 2).
 * @returns its exponent; ZERO_EXPONENT where all are zero
 */
export function normalise(values: Float64Array, at: number, count: number): number {
  const exponent = exponentOfLargest(values, at, count);
  const factor = exponent === ZERO_EXPONENT ? 0 : powerOfTwo(-exponent);
  for (let i = at; i < at + count; i++) values[i] = (values[i] as number) * factor;
  return exponent;
}

/** Makes a row the sum of three terms, at the largest of their exponents, then normalised. */
function joinRow(rows: GammaRows, row: number, hidden: number, a: Term, b: Term, c: Term): void {
  const { data, log2 } = rows;
  const reference = Math.max(a.log2, b.log2, c.log2);
  const aFactor = powerOfTwo(a.log2 - reference);
  const bFactor = powerOfTwo(b.log2 - reference);
  const cFactor = powerOfTwo(c.log2 - reference);
  const at = row * hidden;
  const { data: aData, at: aAt } = a;
  const { data: bData, at: bAt } = b;
  const { data: cData, at: cAt } = c;
  for (let j = 0; j < hidden; j++) {
    data[at + j] =
      aFactor * (aData[aAt + j] as number) +
      bFactor * (bData[bAt + j] as number) +
      cFactor * (cData[cAt + j] as number);
  }
  const exponent = normalise(data, at, hidden);
  log2[row] = exponent === ZERO_EXPONENT ? ZERO_EXPONENT : reference + exponent;
}
