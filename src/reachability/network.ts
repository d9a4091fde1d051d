import type { LaneOfNetwork } from '../engine/cpu/network.ts';
import { matrixOf, type Shape } from '../engine/layout.ts';

/** Sizes for which regions are found within seconds; larger networks have too many. */
export const MOST_HIDDEN = 64;
export const MOST_STEPS = 50;

/** The question cannot be asked of this network: the message says why, and what can be. */
export class QuestionError extends Error {
  override readonly name = 'QuestionError';
}

/** One layer's weights, row-major, as real numbers: every float32 is one. */
interface Layer {
  readonly inputs: number;
  readonly input: Float64Array; // [hidden, inputs]
  /** Null in a feedforward network. */
  readonly recurrent: Float64Array | null; // [hidden, hidden]
  readonly bias: Float64Array; // [hidden]
}

/** A ReLU network that is read after its last time step. */
export interface ReluNetwork {
  readonly hidden: number;
  /** Time steps; 1 in a feedforward network. */
  readonly length: number;
  readonly layers: readonly Layer[];
  readonly outputs: number;
  readonly readout: Float64Array; // [outputs, hidden]
  readonly readoutBias: Float64Array; // [outputs]
}

/** The inputs of all time steps as affine functions of a few free numbers, each from 0 to 1. */
export interface AffineInputs {
  /** How many numbers are free. */
  readonly free: number;
  /** With the free numbers at 0. */
  readonly constant: Float64Array; // [length, inputs]
  readonly linear: Float64Array; // [length, inputs, free]
}

/** What the plain network of the CPU engine has to know of a lane whose units are ReLUs. */
export const RELU_LANE: LaneOfNetwork = { activation: 'relu', seed: 0 };

/**
 * The network of one lane's parameters.
 * @param parameters [parameters], in the order of `matricesOf`
 * @throws QuestionError where it is too large, is read at every step, or has a weight that is not finite
 */
export function networkOf(shape: Shape, parameters: ArrayLike<number>): ReluNetwork {
  const { hidden, layers, length, outputs, recurrent, scoredSteps } = shape;
  if (hidden > MOST_HIDDEN || length > MOST_STEPS) {
    throw new QuestionError(
      `The network has ${hidden} hidden units and ${length} steps: its regions can be found for at most ${MOST_HIDDEN} units and ${MOST_STEPS} steps. Set up a smaller one.`,
    );
  }
  if (scoredSteps !== 1) {
    throw new QuestionError(
      'The network answers at every step: only an answer after the last step is looked at.',
    );
  }
  const weights = (kind: Parameters<typeof matrixOf>[1], layer: number): Float64Array => {
    const { offset, rows, columns } = matrixOf(shape, kind, layer);
    return Float64Array.from({ length: rows * columns }, (_, index) => {
      const value = parameters[offset + index] as number;
      if (!Number.isFinite(value)) {
        throw new QuestionError('A weight of the network is not finite: there is nothing to prove about it.');
      }
      return value;
    });
  };
  return {
    hidden,
    length,
    layers: Array.from({ length: layers }, (_, layer) => ({
      inputs: matrixOf(shape, 'input', layer).columns,
      input: weights('input', layer),
      recurrent: recurrent ? weights('recurrent', layer) : null,
      bias: weights('bias', layer),
    })),
    outputs,
    readout: weights('readout', layers),
    readoutBias: weights('readoutBias', layers),
  };
}
