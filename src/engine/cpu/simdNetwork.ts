import { type Matrix, matrixOf, type Shape } from '../layout.ts';
import { type Kernels, MemoryPlan, paddedColumns, startKernels } from './kernels.ts';
import type { LaneOfNetwork, Network } from './network.ts';
import type { Real } from './precision.ts';

/** Rows (time step, sequence) whose part of a weight gradient is summed at a time: what fits in a cache. */
const ROWS_PER_SUM = 64;

/** A matrix of parameters in the kernels' memory, its rows padded. A bias is a matrix of one column. */
interface Packed {
  readonly matrix: Matrix;
  /** Columns of `transposed` and `gradient`. */
  readonly width: number;
  /** What forward products read. */
  readonly transposed: number; // [columns, width]
  readonly gradient: number; // [columns, width]
  /** What backward products read; null where nothing is sent back through the matrix. */
  readonly straight: number | null; // [rows, padded columns]
}

interface Layer {
  readonly input: Packed;
  /** Null in a feedforward network. */
  readonly recurrent: Packed | null;
  readonly bias: Packed;
}

/** Rows of numbers in the kernels' memory: element (r, k) at `at + r * row + k * term`. */
interface Rows {
  readonly at: number;
  readonly row: number;
  readonly term: number;
}

/**
 * The network in float32 on WebAssembly SIMD: what `PlainNetwork` computes, with sums in float32 and in another order.
 * The order of a sum depends on length, batch and hidden only. Units are the vectors' dimension; rows of units
 * are padded with units of weight 0, whose states and deltas stay 0.
 */
export class SimdNetwork implements Network {
  readonly outputs: Float64Array; // [scored steps, batch, outputs]
  readonly gradient: Float64Array; // [parameters]
  readonly #shape: Shape;
  readonly #kernels: Kernels;
  readonly #memory: Float32Array;
  /** Units of a row in memory. */
  readonly #width: number;
  readonly #layers: readonly Layer[];
  readonly #readout: Packed;
  readonly #readoutBias: Packed;
  readonly #all: readonly Packed[];
  /** Where the gradients of all matrices begin and end. */
  readonly #gradients: readonly [number, number];
  readonly #inputs: number; // [length, batch, inputs]
  /** h, with h_0 in the first time slot. */
  readonly #states: number; // [layers, length + 1, batch, width]
  readonly #deltas: number; // [layers, length, batch, width]
  readonly #outputs: number; // [scored steps, batch, readout width]
  readonly #outputGradient: number; // [scored steps, batch, readout width]
  /** The source of a bias: as many rows as needed of one 1. */
  readonly #one: Rows;
  #activation: LaneOfNetwork['activation'] = 'relu';

  /** @throws RangeError where there is no memory for the states */
  constructor(shape: Shape, module: WebAssembly.Module) {
    const { layers, length, batch, hidden, inputs, outputs, scoredSteps, parameters, matrices } = shape;
    const plan = new MemoryPlan();
    const width = paddedColumns(hidden);
    const gradientsFrom = plan.length;
    const gradients = matrices.map(({ rows, columns }) => plan.take(columns * paddedColumns(rows)));
    this.#gradients = [gradientsFrom, plan.length];
    this.#all = matrices.map((matrix, index): Packed => {
      const { kind, layer, rows, columns } = matrix;
      const sendsBack = kind === 'recurrent' || kind === 'readout' || (kind === 'input' && layer > 0);
      return {
        matrix,
        width: paddedColumns(rows),
        transposed: plan.take(columns * paddedColumns(rows)),
        gradient: gradients[index] as number,
        straight: sendsBack ? plan.take(rows * paddedColumns(columns)) : null,
      };
    });
    const packedOf = (kind: Matrix['kind'], layer: number): Packed =>
      this.#all[matrices.indexOf(matrixOf(shape, kind, layer))] as Packed;
    this.#layers = Array.from({ length: layers }, (_, layer) => ({
      input: packedOf('input', layer),
      recurrent: shape.recurrent ? packedOf('recurrent', layer) : null,
      bias: packedOf('bias', layer),
    }));
    this.#readout = packedOf('readout', layers);
    this.#readoutBias = packedOf('readoutBias', layers);
    const scored = scoredSteps * batch * this.#readout.width;
    this.#inputs = plan.take(length * batch * inputs);
    this.#states = plan.take(layers * (length + 1) * batch * width);
    this.#deltas = plan.take(layers * length * batch * width);
    this.#outputs = plan.take(scored);
    this.#outputGradient = plan.take(scored);
    this.#one = { at: plan.take(1), row: 0, term: 0 };
    const { kernels, buffer } = startKernels(module, 4 * plan.length);
    this.#kernels = kernels;
    this.#memory = new Float32Array(buffer);
    this.#memory[this.#one.at] = 1;
    this.#width = width;
    this.#shape = shape;
    this.outputs = new Float64Array(scoredSteps * batch * outputs);
    this.gradient = new Float64Array(parameters);
  }

  forward(
    weights: Float64Array,
    inputs: Float64Array,
    sequences: number,
    lane: LaneOfNetwork,
    initial: Real | null,
  ): void {
    const { layers, length, batch, inputs: inputWidth, outputs, scoredFrom } = this.#shape;
    const memory = this.#memory;
    const { width: readoutWidth } = this.#readout;
    for (const packed of this.#all) this.#packTransposed(packed, weights);
    memory.set(inputs.subarray(0, length * sequences * inputWidth), this.#inputs);
    this.#activation = lane.activation;
    for (const [l, layer] of this.#layers.entries()) {
      this.#loadInitial(l, initial);
      for (let t = 0; t < length; t++) {
        const own = this.#statesAt(l, t);
        memory.fill(0, own.at, own.at + sequences * this.#width);
        this.#receive(own, sequences, this.#one, layer.bias);
        this.#receive(own, sequences, this.#inputsAt(l, t, sequences), layer.input);
        if (layer.recurrent) this.#receive(own, sequences, this.#statesAt(l, t - 1), layer.recurrent);
        this.#activate(own.at, sequences * this.#width);
      }
    }
    for (let t = scoredFrom; t < length; t++) {
      const first = (t - scoredFrom) * batch;
      const own: Rows = { at: this.#outputs + first * readoutWidth, row: readoutWidth, term: 1 };
      memory.fill(0, own.at, own.at + sequences * readoutWidth);
      this.#receive(own, sequences, this.#one, this.#readoutBias);
      this.#receive(own, sequences, this.#statesAt(layers - 1, t), this.#readout);
      for (let b = 0; b < sequences; b++) {
        const from = own.at + b * readoutWidth;
        this.outputs.set(memory.subarray(from, from + outputs), (first + b) * outputs);
      }
    }
  }

  backward(
    weights: Float64Array,
    inputs: Float64Array,
    outputGradient: Float64Array,
    deltas: Float64Array | null,
  ): void {
    const { layers, length, batch, scoredFrom, scoredSteps } = this.#shape;
    const memory = this.#memory;
    const rows = length * batch;
    const units = batch * this.#width;
    for (const packed of this.#all) this.#packStraight(packed, weights);
    memory.set(inputs, this.#inputs);
    memory.fill(0, ...this.#gradients);
    memory.fill(0, this.#deltas, this.#deltas + layers * length * units);
    this.#loadOutputGradient(outputGradient);
    const scored: Rows = { at: this.#outputGradient, row: this.#readout.width, term: 1 };
    const top = layers - 1;
    const scoredRows = scoredSteps * batch;
    this.#sendBack(this.#deltasAt(top, scoredFrom), scoredRows, scored, this.#readout);
    this.#addGradient(this.#readout, this.#statesAt(top, scoredFrom), scored, scoredRows);
    this.#addGradient(this.#readoutBias, this.#one, scored, scoredRows);
    for (let l = top; l >= 0; l--) {
      const layer = this.#layers[l] as Layer;
      for (let t = length - 1; t >= 0; t--) {
        const own = this.#deltasAt(l, t);
        this.#derive(own.at, this.#statesAt(l, t).at, units);
        if (t > 0 && layer.recurrent) this.#sendBack(this.#deltasAt(l, t - 1), batch, own, layer.recurrent);
      }
      const all = this.#deltasAt(l, 0);
      if (l > 0) this.#sendBack(this.#deltasAt(l - 1, 0), rows, all, layer.input);
      this.#addGradient(layer.input, this.#inputsAt(l, 0, batch), all, rows);
      if (layer.recurrent) this.#addGradient(layer.recurrent, this.#statesAt(l, -1), all, rows);
      this.#addGradient(layer.bias, this.#one, all, rows);
    }
    for (const packed of this.#all) this.#unpackGradient(packed);
    if (deltas) this.#copyUnits(deltas, (l) => this.#deltasAt(l, 0));
  }

  copyHidden(destination: Real): void {
    this.#copyUnits(destination, (l) => this.#statesAt(l, 0));
  }

  copyFinal(destination: Real): void {
    const { layers, length, batch, hidden } = this.#shape;
    for (let l = 0; l < layers; l++) {
      const { at, row } = this.#statesAt(l, length - 1);
      for (let b = 0; b < batch; b++) {
        const start = at + b * row;
        destination.set(this.#memory.subarray(start, start + hidden), (l * batch + b) * hidden);
      }
    }
  }

  #loadInitial(layer: number, initial: Real | null): void {
    const { batch, hidden } = this.#shape;
    const { at, row } = this.#statesAt(layer, -1);
    this.#memory.fill(0, at, at + batch * row);
    if (!initial) return;
    for (let b = 0; b < batch; b++) {
      const first = (layer * batch + b) * hidden;
      this.#memory.set(initial.subarray(first, first + hidden), at + b * row);
    }
  }

  /** h = f(z) in place. Only the ReLU is worth a kernel of its own: tanh stands beside it for comparison. */
  #activate(z: number, count: number): void {
    if (this.#activation === 'relu') {
      this.#kernels.rectify(4 * z, count);
      return;
    }
    const memory = this.#memory;
    for (let i = z; i < z + count; i++) memory[i] = Math.tanh(memory[i] as number);
  }

  /** delta = dL/dh f'(z) in place of dL/dh. */
  #derive(delta: number, state: number, count: number): void {
    if (this.#activation === 'relu') {
      this.#kernels.mask(4 * delta, 4 * state, count);
      return;
    }
    const memory = this.#memory;
    for (let i = 0; i < count; i++) {
      const h = memory[state + i] as number;
      memory[delta + i] = (memory[delta + i] as number) * (1 - h * h);
    }
  }

  /** destination[r, o] += sum over i of source[r, i] W[o, i]. */
  #receive(destination: Rows, rows: number, source: Rows, { matrix, width, transposed }: Packed): void {
    this.#addProduct(rows, width, matrix.columns, source, transposed, width, destination.at, destination.row);
  }

  /** destination[r, i] += sum over o of delta[r, o] W[o, i]. */
  #sendBack(destination: Rows, rows: number, delta: Rows, { matrix, straight }: Packed): void {
    const width = paddedColumns(matrix.columns);
    const from = straight as number;
    this.#addProduct(rows, width, matrix.rows, delta, from, width, destination.at, destination.row);
  }

  /** gradient[i, o] += sum over rows of source[r, i] delta[r, o]. */
  #addGradient({ matrix, width, gradient }: Packed, source: Rows, delta: Rows, rows: number): void {
    for (let first = 0; first < rows; first += ROWS_PER_SUM) {
      const terms = Math.min(ROWS_PER_SUM, rows - first);
      const a: Rows = { at: source.at + first * source.row, row: source.term, term: source.row };
      const b = delta.at + first * delta.row;
      this.#addProduct(matrix.columns, width, terms, a, b, delta.row, gradient, width);
    }
  }

  /** The kernel, with positions and strides in numbers. */
  #addProduct(
    rows: number,
    columns: number,
    terms: number,
    a: Rows,
    b: number,
    bTerm: number,
    c: number,
    cRow: number,
  ): void {
    // biome-ignore format: one operand a line
    this.#kernels.addProduct32(
      rows, columns, terms,
      4 * a.at, 4 * a.row, 4 * a.term,
      4 * b, 4 * bTerm,
      4 * c, 4 * cRow,
    );
  }

  #packTransposed({ matrix, width, transposed }: Packed, weights: Float64Array): void {
    const { offset, rows, columns } = matrix;
    for (let i = 0; i < columns; i++) {
      const at = transposed + i * width;
      for (let o = 0; o < rows; o++) this.#memory[at + o] = weights[offset + o * columns + i] as number;
    }
  }

  #packStraight({ matrix, straight }: Packed, weights: Float64Array): void {
    if (straight === null) return;
    const { offset, rows, columns } = matrix;
    const width = paddedColumns(columns);
    for (let o = 0; o < rows; o++) {
      const from = offset + o * columns;
      this.#memory.set(weights.subarray(from, from + columns), straight + o * width);
    }
  }

  #unpackGradient({ matrix, width, gradient }: Packed): void {
    const { offset, rows, columns } = matrix;
    for (let i = 0; i < columns; i++) {
      const at = gradient + i * width;
      for (let o = 0; o < rows; o++) this.gradient[offset + o * columns + i] = this.#memory[at + o] as number;
    }
  }

  #loadOutputGradient(outputGradient: Float64Array): void {
    const { batch, outputs, scoredSteps } = this.#shape;
    for (let r = 0; r < scoredSteps * batch; r++) {
      const row = outputGradient.subarray(r * outputs, (r + 1) * outputs);
      this.#memory.set(row, this.#outputGradient + r * this.#readout.width);
    }
  }

  /** Copies rows of units of every layer, without their padding, to [layers, length, batch, hidden]. */
  #copyUnits(destination: Real, rowsOf: (layer: number) => Rows): void {
    const { layers, length, batch, hidden } = this.#shape;
    for (let l = 0; l < layers; l++) {
      const { at, row } = rowsOf(l);
      for (let r = 0; r < length * batch; r++) {
        const from = at + r * row;
        destination.set(this.#memory.subarray(from, from + hidden), (l * length * batch + r) * hidden);
      }
    }
  }

  /** What a layer receives from below at time t, from 0. */
  #inputsAt(layer: number, t: number, sequences: number): Rows {
    if (layer > 0) return this.#statesAt(layer - 1, t);
    const { inputs } = this.#shape;
    return { at: this.#inputs + t * sequences * inputs, row: inputs, term: 1 };
  }

  /** h_t of a layer, t from 0; at t = -1 stands the initial state. */
  #statesAt(layer: number, t: number): Rows {
    const { length, batch } = this.#shape;
    const slot = layer * (length + 1) + t + 1;
    return { at: this.#states + slot * batch * this.#width, row: this.#width, term: 1 };
  }

  /** dL/dz_t of a layer, t from 0; dL/dh_t before its units are masked. */
  #deltasAt(layer: number, t: number): Rows {
    const { length, batch } = this.#shape;
    return {
      at: this.#deltas + (layer * length + t) * batch * this.#width,
      row: this.#width,
      term: 1,
    };
  }
}
