import { unitaryPermutation } from '../initialise.ts';
import { matrixOf, type Shape } from '../layout.ts';
import { modRelu, modReluBackward } from './modRelu.ts';
import type { LaneOfNetwork, Network } from './network.ts';
import { newReal, type Precision, type Real } from './precision.ts';
import { addOuterProducts, addProduct, addRows, addTransposedProduct } from './product.ts';
import { type Complex, newComplex, UnitaryMatrix } from './unitary.ts';

/**
 * The unitary evolution network (Arjovsky, Shah, Bengio, ICML 2016): z_t = W h_{t-1} + W_in x_t, h_t = modReLU(z_t), y_t =
 * W_out [Re h_t, Im h_t] + b_out, with a learned h_0 where no states are carried; and its gradient. States are real vectors
 * [Re h, Im h] to everyone else. Buffers are made once. States are rounded to the precision, sums between them are float64.
 */
export class UnitaryNetwork implements Network {
  readonly outputs: Float64Array; // [scored steps, batch, outputs]
  readonly gradient: Float64Array; // [parameters]
  readonly #shape: Shape;
  readonly #units: number;
  readonly #single: boolean;
  readonly #matrix: UnitaryMatrix;
  /** h_t, without h_0. */
  readonly #hidden: Float64Array; // [length, batch, hidden]
  /** z_t, real parts before imaginary ones. */
  readonly #linear: Real; // [length, hidden, batch]
  /** W h_{t-1}, likewise. */
  readonly #turned: Real; // [length, hidden, batch]
  /** h_t, while time runs forwards. */
  readonly #state: Complex; // [units, batch]
  /** z_t, while time runs backwards, and dL/dz_t. */
  readonly #input: Complex; // [units, batch]
  readonly #delta: Complex; // [units, batch]
  /** W h_{t-1} beside dL/dz_t. */
  readonly #pairs: Complex; // [units, 2 batch]
  readonly #rows: Float64Array; // [batch, hidden]
  readonly #stateGradient: Float64Array; // [batch, hidden]
  #carriesOn = false;
  /** Of the last lane. */
  #seed: number | null = null;

  constructor(shape: Shape, precision: Precision) {
    const { length, batch, hidden, outputs, scoredSteps } = shape;
    const units = hidden / 2;
    this.#shape = shape;
    this.#units = units;
    this.#single = precision === 'float32';
    this.#matrix = new UnitaryMatrix(units, 2 * batch);
    this.#hidden = new Float64Array(length * batch * hidden);
    this.#linear = newReal(precision, length * hidden * batch);
    this.#turned = newReal(precision, length * hidden * batch);
    this.#state = newComplex(units * batch);
    this.#input = newComplex(units * batch);
    this.#delta = newComplex(units * batch);
    this.#pairs = newComplex(2 * units * batch);
    this.#rows = new Float64Array(batch * hidden);
    this.#stateGradient = new Float64Array(batch * hidden);
    this.outputs = new Float64Array(scoredSteps * batch * outputs);
    this.gradient = new Float64Array(shape.parameters);
  }

  forward(
    weights: Float64Array,
    inputs: Float64Array,
    sequences: number,
    lane: LaneOfNetwork,
    initial: Real | null,
  ): void {
    const { length, batch, hidden, inputs: width, scoredFrom } = this.#shape;
    const bias = this.#part(weights, 'bias');
    const input = matrixOf(this.#shape, 'input', 0).offset;
    const rows = this.#rows;
    const state = this.#state;
    if (this.#seed !== lane.seed) this.#matrix.permutation.set(unitaryPermutation(this.#units, lane.seed));
    this.#seed = lane.seed;
    this.#load(weights);
    this.#carriesOn = initial !== null;
    if (initial) rows.set(initial);
    else this.#repeat(this.#part(weights, 'initial'), rows, sequences);
    this.#takeColumns(rows, 0, state, sequences);
    for (let t = 0; t < length; t++) {
      this.#matrix.forward(state, sequences);
      this.#keep(this.#turned, t, state);
      const at = t * batch * hidden;
      rows.fill(0);
      addProduct(rows, 0, sequences, hidden, inputs, t * sequences * width, width, weights, input);
      this.#addColumns(rows, state, sequences);
      this.#keep(this.#linear, t, state);
      modRelu(state, bias, sequences);
      this.#putRows(state, this.#hidden, at, sequences);
      if (t >= scoredFrom) this.#read(weights, t, sequences);
    }
  }

  backward(
    weights: Float64Array,
    inputs: Float64Array,
    outputGradient: Float64Array,
    deltas: Float64Array | null,
  ): void {
    const { length, batch, hidden, inputs: width, scoredFrom } = this.#shape;
    const { gradient } = this;
    const units = this.#units;
    const bias = this.#part(weights, 'bias');
    const biasGradient = this.#part(gradient, 'bias');
    const input = matrixOf(this.#shape, 'input', 0).offset;
    const { re, im } = this.#pairs;
    const delta = this.#delta;
    const stateGradient = this.#stateGradient;
    gradient.fill(0);
    stateGradient.fill(0);
    this.#load(weights);
    for (let t = length - 1; t >= 0; t--) {
      if (t >= scoredFrom) this.#readBackward(weights, t, outputGradient);
      this.#takeColumns(stateGradient, 0, delta, batch);
      this.#recall(this.#linear, t, this.#input);
      modReluBackward(this.#input, delta, bias, biasGradient, batch);
      const rows = deltas ?? this.#rows;
      const rowsAt = deltas ? t * batch * hidden : 0;
      this.#putRows(delta, rows, rowsAt, batch);
      addOuterProducts(gradient, input, batch, hidden, width, rows, rowsAt, inputs, t * batch * width);
      this.#recall(this.#turned, t, this.#state);
      for (let j = 0; j < units; j++) {
        for (let b = 0; b < batch; b++) {
          const from = j * batch + b;
          const to = 2 * j * batch + b;
          re[to] = this.#state.re[from] as number;
          im[to] = this.#state.im[from] as number;
          re[to + batch] = delta.re[from] as number;
          im[to + batch] = delta.im[from] as number;
        }
      }
      this.#matrix.backward(this.#pairs, batch);
      for (let b = 0; b < batch; b++) {
        for (let j = 0; j < units; j++) {
          const from = (2 * j + 1) * batch + b;
          stateGradient[b * hidden + j] = re[from] as number;
          stateGradient[b * hidden + units + j] = im[from] as number;
        }
      }
    }
    this.#matrix.addGradient({
      phases: this.#part(gradient, 'phases'),
      reflections: this.#part(gradient, 'reflections'),
    });
    if (this.#carriesOn) return;
    addRows(gradient, matrixOf(this.#shape, 'initial', 0).offset, hidden, stateGradient, 0, batch);
  }

  copyHidden(destination: Real): void {
    destination.set(this.#hidden);
  }

  copyFinal(destination: Real): void {
    const { length, batch, hidden } = this.#shape;
    destination.set(this.#hidden.subarray((length - 1) * batch * hidden));
  }

  #load(weights: Float64Array): void {
    this.#matrix.load({
      phases: this.#part(weights, 'phases'),
      reflections: this.#part(weights, 'reflections'),
    });
  }

  /** The view of a matrix of the layer in pooled numbers. */
  #part(pooled: Float64Array, kind: 'phases' | 'reflections' | 'bias' | 'initial'): Float64Array {
    const { offset, rows, columns } = matrixOf(this.#shape, kind, 0);
    return pooled.subarray(offset, offset + rows * columns);
  }

  #repeat(row: Float64Array, rows: Float64Array, count: number): void {
    for (let r = 0; r < count; r++) rows.set(row, r * row.length);
  }

  /** Rows [Re, Im] become columns. */
  #takeColumns(rows: Float64Array, rowsAt: number, { re, im }: Complex, columns: number): void {
    const units = this.#units;
    for (let c = 0; c < columns; c++) {
      const from = rowsAt + c * 2 * units;
      for (let j = 0; j < units; j++) {
        re[j * columns + c] = rows[from + j] as number;
        im[j * columns + c] = rows[from + units + j] as number;
      }
    }
  }

  /** Adds rows [Re, Im] to columns. */
  #addColumns(rows: Float64Array, { re, im }: Complex, columns: number): void {
    const units = this.#units;
    for (let c = 0; c < columns; c++) {
      const from = c * 2 * units;
      for (let j = 0; j < units; j++) {
        const at = j * columns + c;
        re[at] = (re[at] as number) + (rows[from + j] as number);
        im[at] = (im[at] as number) + (rows[from + units + j] as number);
      }
    }
  }

  /** Columns become rows [Re, Im], rounded, and so do the columns themselves. */
  #putRows({ re, im }: Complex, rows: Float64Array, rowsAt: number, columns: number): void {
    const units = this.#units;
    if (this.#single) {
      for (let i = 0; i < units * columns; i++) {
        re[i] = Math.fround(re[i] as number);
        im[i] = Math.fround(im[i] as number);
      }
    }
    for (let c = 0; c < columns; c++) {
      const to = rowsAt + c * 2 * units;
      for (let j = 0; j < units; j++) {
        rows[to + j] = re[j * columns + c] as number;
        rows[to + units + j] = im[j * columns + c] as number;
      }
    }
  }

  #keep(kept: Real, t: number, { re, im }: Complex): void {
    const size = re.length;
    kept.set(re, 2 * t * size);
    kept.set(im, (2 * t + 1) * size);
  }

  #recall(kept: Real, t: number, { re, im }: Complex): void {
    const size = re.length;
    re.set(kept.subarray(2 * t * size, (2 * t + 1) * size));
    im.set(kept.subarray((2 * t + 1) * size, (2 * t + 2) * size));
  }

  /** y_t of one scored step. */
  #read(weights: Float64Array, t: number, sequences: number): void {
    const { batch, hidden, outputs: width, scoredFrom } = this.#shape;
    const { outputs } = this;
    const at = (t - scoredFrom) * batch * width;
    const bias = matrixOf(this.#shape, 'readoutBias', 1);
    const readout = matrixOf(this.#shape, 'readout', 1).offset;
    for (let b = 0; b < sequences; b++) {
      outputs.set(weights.subarray(bias.offset, bias.offset + width), at + b * width);
    }
    addProduct(outputs, at, sequences, width, this.#hidden, t * batch * hidden, hidden, weights, readout);
    if (!this.#single) return;
    for (let i = at; i < at + sequences * width; i++) outputs[i] = Math.fround(outputs[i] as number);
  }

  #readBackward(weights: Float64Array, t: number, outputGradient: Float64Array): void {
    const { batch, hidden, outputs, scoredFrom } = this.#shape;
    const at = (t - scoredFrom) * batch * outputs;
    const readout = matrixOf(this.#shape, 'readout', 1).offset;
    const states = t * batch * hidden;
    addOuterProducts(
      this.gradient,
      readout,
      batch,
      outputs,
      hidden,
      outputGradient,
      at,
      this.#hidden,
      states,
    );
    addRows(
      this.gradient,
      matrixOf(this.#shape, 'readoutBias', 1).offset,
      outputs,
      outputGradient,
      at,
      batch,
    );
    addTransposedProduct(
      this.#stateGradient,
      0,
      batch,
      hidden,
      outputGradient,
      at,
      outputs,
      weights,
      readout,
    );
  }
}
