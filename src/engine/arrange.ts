import type { Lane } from '../experiment/schema.ts';
import { type Checkpoint, carriedStates } from './engine.ts';
import { laneOf, unbalanceFactors } from './initialise.ts';
import type { Shape } from './layout.ts';
import { powerOfTwo } from './powersOfTwo.ts';

/** A lane of a run as it goes on: as it is, or with its hidden units rescaled. */
export interface LanePick {
  /** Its number in the run so far. */
  readonly lane: number;
  /** Unit j of layer l computes 2^exponents[l, j] times what it did; null: as it is. */
  readonly exponents: Int8Array | null; // [layers, hidden]
}

type Numbers = Float32Array | Float64Array;

/**
 * A checkpoint with some lanes of another, in the order of `picks`, so that a run can go on with a lane more or fewer. A
 * rescaled lane computes the same function to the last bit, and has the momentum, and the means of gradients and of
 * their squares, that it would have had its past been rescaled too: steps scale like weights, gradients the other way
 * round ("Path-Normalized Optimization of Recurrent Neural Networks with ReLU Activations", NIPS 2016, section 3).
 * @param shape the one of the checkpoint's experiment
 * @throws Error where a lane is picked that is not there
 */
export function arrangeLanes(checkpoint: Checkpoint, shape: Shape, picks: readonly LanePick[]): Checkpoint {
  const { experiment } = checkpoint;
  const { batch, hidden } = shape;
  const lanes = picks.map(({ lane, exponents }) => ({
    lane,
    settings: laneOf(experiment, lane),
    scale: exponents && scalesOf(shape, exponents),
  }));
  const states = carriedStates(shape) / shape.lanes;
  const gather = (
    pooled: Numbers,
    size: number,
    factorOf: (scale: Scales, index: number, settings: Lane) => number,
  ): Numbers => {
    const length = lanes.length * size;
    const gathered = pooled instanceof Float64Array ? new Float64Array(length) : new Float32Array(length);
    for (const [to, { lane, settings, scale }] of lanes.entries()) {
      for (let index = 0; index < size; index++) {
        const value = pooled[lane * size + index] as number;
        gathered[to * size + index] = scale ? value * factorOf(scale, index, settings) : value;
      }
    }
    return gathered;
  };
  return {
    ...checkpoint,
    experiment: { ...experiment, lanes: lanes.map(({ settings }) => settings) },
    parameters: gather(checkpoint.parameters, shape.parameters, ({ weight }, index) => weight(index)),
    velocity: gather(checkpoint.velocity, shape.parameters, ({ weight }, index, { optimizer }) =>
      // Adam's is a mean of gradients, every other one's a sum of steps.
      optimizer === 'adam' ? 1 / weight(index) : weight(index),
    ),
    squares: gather(
      checkpoint.squares,
      shape.parameters,
      ({ weight }, index) => 1 / (weight(index) * weight(index)),
    ),
    carried: gather(checkpoint.carried, states, ({ unit }, index) =>
      unit(Math.floor(index / (batch * hidden)) * hidden + (index % hidden)),
    ),
    stoppedAt: Uint32Array.from(lanes, ({ lane }) => checkpoint.stoppedAt[lane] as number),
  };
}

/** The powers of two by which each weight and each hidden unit is multiplied. */
interface Scales {
  weight(index: number): number;
  /** @param index [layers, hidden] */
  unit(index: number): number;
}

function scalesOf(shape: Shape, exponents: Int8Array): Scales {
  const factors = unbalanceFactors(shape, Int32Array.from(exponents));
  return {
    weight: (index) => factors[index] as number,
    unit: (index) => powerOfTwo(exponents[index] as number),
  };
}
