import type { Lane } from '../../experiment/schema.ts';
import { type Matrix, matrixOf, type Shape } from '../layout.ts';
import type { Precision, Real } from './precision.ts';
import { addOuterProducts, addProduct, addRows, addTransposedProduct } from './product.ts';

/** What of a lane its network depends on: a uRNN's permutation follows from the seed. */
export type LaneOfNetwork = Pick<Lane, 'activation' | 'seed'>;

/** The matrices of one layer. */
interface Layer {
  readonly inputs: number;
  /** Where its matrices begin in the parameters. */
  readonly input: number;
  /** Null in a feedforward network. */
  readonly recurrent: number | null;
  readonly bias: number;
}

/**
 * The network of one lane at a time: h_t = f(W_in x_t + W_rec h_{t-1} + b) in every layer, f the ReLU or tanh, y_t = W_out
 * h_t + b_out at the scored steps; and the gradient of a loss of the y_t, by backpropagation through time, which ends at
 * the initial states. A feedforward network is one time step without W_rec.
 */
export interface Network {
  readonly outputs: Float64Array; // [scored steps, batch, outputs]
  readonly gradient: Float64Array; // [parameters]
  /**
   * Runs all time steps; fills `outputs`, with the sequences first in their batch dimension.
   * @param weights [parameters]
   * @param inputs [length, sequences, inputs]
   * @param sequences at most the shape's batch
   * @param initial h_0 of the whole batch, [layers, batch, hidden]; null: zero
   */
  forward(
    weights: Float64Array,
    inputs: Float64Array,
    sequences: number,
    lane: LaneOfNetwork,
    initial: Real | null,
  ): void;
  /**
   * Fills `gradient` after a `forward` of the whole batch, of the same lane.
   * @param weights [parameters], as in `forward`
   * @param inputs [length, batch, inputs], as in `forward`
   * @param outputGradient dL/dy, [scored steps, batch, outputs]
   * @param deltas receives dL/dz of every time step, [layers, length, batch, hidden]; null: they are not kept
   */
  backward(
    weights: Float64Array,
    inputs: Float64Array,
    outputGradient: Float64Array,
    deltas: Float64Array | null,
  ): void;
  /** Copies h of the last `forward` of the whole batch, [layers, length, batch, hidden]. */
  copyHidden(destination: Real): void;
  /** Copies h of the last time step of the last `forward` of the whole batch, [layers, batch, hidden]. */
  copyFinal(destination: Real): void;
}

/**
 * The network in TypeScript. Buffers are made once. States, deltas and outputs are rounded to the precision, sums between
 * them are float64.
 */
export class PlainNetwork implements Network {
  readonly outputs: Float64Array; // [scored steps, batch, outputs]
  readonly gradient: Float64Array; // [parameters]
  /** h, with h_0 in the first time slot. */
  readonly #hidden: Float64Array; // [layers, length + 1, batch, hidden]
  readonly #shape: Shape;
  readonly #single: boolean;
  readonly #layers: readonly Layer[];
  readonly #readout: Matrix;
  readonly #readoutBias: Matrix;
  /** dL/dh_t of each layer, gathered while time runs backwards. */
  readonly #stateGradient: Float64Array; // [layers, batch, hidden]
  readonly #delta: Float64Array; // [batch, hidden]
  #activation: Lane['activation'] = 'relu';

  constructor(shape: Shape, precision: Precision) {
    const { layers, length, batch, hidden, outputs, scoredSteps } = shape;
    this.#shape = shape;
    this.#single = precision === 'float32';
    this.#layers = Array.from({ length: layers }, (_, layer) => {
      const { columns, offset } = matrixOf(shape, 'input', layer);
      const recurrent = shape.recurrent ? matrixOf(shape, 'recurrent', layer).offset : null;
      return { inputs: columns, input: offset, recurrent, bias: matrixOf(shape, 'bias', layer).offset };
    });
    this.#readout = matrixOf(shape, 'readout', layers);
    this.#readoutBias = matrixOf(shape, 'readoutBias', layers);
    this.#hidden = new Float64Array(layers * (length + 1) * batch * hidden);
    this.outputs = new Float64Array(scoredSteps * batch * outputs);
    this.gradient = new Float64Array(shape.parameters);
    this.#stateGradient = new Float64Array(layers * batch * hidden);
    this.#delta = new Float64Array(batch * hidden);
  }

  forward(
    weights: Float64Array,
    inputs: Float64Array,
    sequences: number,
    lane: LaneOfNetwork,
    initial: Real | null,
  ): void {
    const { length, batch, hidden, inputs: width, scoredFrom } = this.#shape;
    const states = this.#hidden;
    const single = this.#single;
    const units = batch * hidden;
    const { activation } = lane;
    this.#activation = activation;
    for (let l = 0; l < this.#layers.length; l++) {
      const at = this.#stateAt(l, -1);
      if (initial) states.set(initial.subarray(l * units, (l + 1) * units), at);
      else states.fill(0, at, at + units);
    }
    for (let t = 0; t < length; t++) {
      let source = inputs;
      let sourceAt = t * sequences * width;
      for (let l = 0; l < this.#layers.length; l++) {
        const layer = this.#layers[l] as Layer;
        const at = this.#stateAt(l, t);
        const before = at - batch * hidden;
        repeatRow(states, at, sequences, hidden, weights, layer.bias);
        addProduct(states, at, sequences, hidden, source, sourceAt, layer.inputs, weights, layer.input);
        if (layer.recurrent !== null) {
          addProduct(states, at, sequences, hidden, states, before, hidden, weights, layer.recurrent);
        }
        const end = at + sequences * hidden;
        for (let i = at; i < end; i++) {
          const z = states[i] as number;
          // What is not a number passes both, so that the loss shows it.
          const h = activation === 'tanh' ? Math.tanh(z) : Math.max(z, 0);
          states[i] = single ? Math.fround(h) : h;
        }
        source = states;
        sourceAt = at;
      }
      if (t >= scoredFrom) this.#read(weights, t, sequences);
    }
  }

  /** y_t of one scored step. */
  #read(weights: Float64Array, t: number, sequences: number): void {
    const { batch, hidden, layers, outputs: width, scoredFrom } = this.#shape;
    const outputs = this.outputs;
    const at = (t - scoredFrom) * batch * width;
    const top = this.#stateAt(layers - 1, t);
    repeatRow(outputs, at, sequences, width, weights, this.#readoutBias.offset);
    addProduct(outputs, at, sequences, width, this.#hidden, top, hidden, weights, this.#readout.offset);
    if (!this.#single) return;
    for (let i = at; i < at + sequences * width; i++) outputs[i] = Math.fround(outputs[i] as number);
  }

  backward(
    weights: Float64Array,
    inputs: Float64Array,
    outputGradient: Float64Array,
    deltas: Float64Array | null,
  ): void {
    const { length, batch, hidden, layers, inputs: width, scoredFrom } = this.#shape;
    const { gradient } = this;
    const states = this.#hidden;
    const stateGradient = this.#stateGradient;
    const delta = deltas ?? this.#delta;
    const single = this.#single;
    const tanh = this.#activation === 'tanh';
    const units = batch * hidden;
    gradient.fill(0);
    stateGradient.fill(0);
    for (let t = length - 1; t >= 0; t--) {
      if (t >= scoredFrom) this.#readBackward(weights, t, outputGradient);
      for (let l = layers - 1; l >= 0; l--) {
        const layer = this.#layers[l] as Layer;
        const at = this.#stateAt(l, t);
        const deltaAt = deltas ? (l * length + t) * units : 0;
        const own = l * units;
        for (let i = 0; i < units; i++) {
          const h = states[at + i] as number;
          const g = stateGradient[own + i] as number;
          const value = tanh ? g * (1 - h * h) : h > 0 ? g : 0;
          delta[deltaAt + i] = single ? Math.fround(value) : value;
          stateGradient[own + i] = 0;
        }
        const source = l === 0 ? inputs : states;
        const sourceAt = l === 0 ? t * batch * width : this.#stateAt(l - 1, t);
        addOuterProducts(
          gradient,
          layer.input,
          batch,
          hidden,
          layer.inputs,
          delta,
          deltaAt,
          source,
          sourceAt,
        );
        addRows(gradient, layer.bias, hidden, delta, deltaAt, batch);
        const { recurrent } = layer;
        if (recurrent !== null) {
          const before = at - units;
          addOuterProducts(gradient, recurrent, batch, hidden, hidden, delta, deltaAt, states, before);
          addTransposedProduct(stateGradient, own, batch, hidden, delta, deltaAt, hidden, weights, recurrent);
        }
        if (l === 0) continue;
        const below = own - units;
        addTransposedProduct(
          stateGradient,
          below,
          batch,
          hidden,
          delta,
          deltaAt,
          hidden,
          weights,
          layer.input,
        );
      }
    }
  }

  copyHidden(destination: Real): void {
    const { layers, length, batch, hidden } = this.#shape;
    const size = length * batch * hidden;
    for (let layer = 0; layer < layers; layer++) {
      const at = this.#stateAt(layer, 0);
      destination.set(this.#hidden.subarray(at, at + size), layer * size);
    }
  }

  copyFinal(destination: Real): void {
    const { layers, length, batch, hidden } = this.#shape;
    const size = batch * hidden;
    for (let layer = 0; layer < layers; layer++) {
      const at = this.#stateAt(layer, length - 1);
      destination.set(this.#hidden.subarray(at, at + size), layer * size);
    }
  }

  #readBackward(weights: Float64Array, t: number, outputGradient: Float64Array): void {
    const { batch, hidden, layers, outputs, scoredFrom } = this.#shape;
    const at = (t - scoredFrom) * batch * outputs;
    const top = this.#stateAt(layers - 1, t);
    const own = (layers - 1) * batch * hidden;
    const readout = this.#readout.offset;
    addOuterProducts(this.gradient, readout, batch, outputs, hidden, outputGradient, at, this.#hidden, top);
    addRows(this.gradient, this.#readoutBias.offset, outputs, outputGradient, at, batch);
    addTransposedProduct(
      this.#stateGradient,
      own,
      batch,
      hidden,
      outputGradient,
      at,
      outputs,
      weights,
      readout,
    );
  }

  /** Where h_t of a layer begins, t from 0; at t = -1 stands the initial state. */
  #stateAt(layer: number, t: number): number {
    const { length, batch, hidden } = this.#shape;
    return (layer * (length + 1) + t + 1) * batch * hidden;
  }
}

/** Every row of the destination [rows, columns] becomes the row [columns]. */
function repeatRow(
  destination: Float64Array,
  destinationAt: number,
  rows: number,
  columns: number,
  row: Float64Array,
  rowAt: number,
): void {
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      destination[destinationAt + r * columns + c] = row[rowAt + c] as number;
    }
  }
}
