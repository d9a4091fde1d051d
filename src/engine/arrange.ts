import type { Lane } from '../experiment/schema.ts';
import { type Checkpoint, carriedStates } from './engine.ts';
import { laneOf, unbalanceFactors } from './initialise.ts';
import { type LaneSpan, laneSpans, type Shape } from './layout.ts';
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
 * @param shapes of each lane of the checkpoint's experiment
 * @throws Error where a lane is picked that is not there, or a uRNN's units are to be rescaled
 */
export function arrangeLanes(
  checkpoint: Checkpoint,
  shapes: readonly Shape[],
  picks: readonly LanePick[],
): Checkpoint {
  const { experiment } = checkpoint;
  const lanes = picks.map(({ lane, exponents }) => {
    const settings = laneOf(experiment, lane);
    const shape = shapes[lane] as Shape;
    return { lane, shape, settings, scale: exponents && scalesOf(shape, exponents) };
  });
  const gather = (
    pooled: Numbers,
    sizeOf: (shape: Shape) => number,
    factorOf: (scale: Scales, index: number, settings: Lane) => number,
  ): Numbers => {
    const spans = laneSpans(shapes.map(sizeOf));
    const length = lanes.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    const gathered = pooled instanceof Float64Array ? new Float64Array(length) : new Float32Array(length);
    let to = 0;
    for (const { lane, settings, scale } of lanes) {
      const { first, end } = spans[lane] as LaneSpan;
      for (let index = 0; index < end - first; index++, to++) {
        const value = pooled[first + index] as number;
        gathered[to] = scale ? value * factorOf(scale, index, settings) : value;
      }
    }
    return gathered;
  };
  return {
    ...checkpoint,
    experiment: { ...experiment, lanes: lanes.map(({ settings }) => settings) },
    parameters: gather(checkpoint.parameters, parametersOf, ({ weight }, index) => weight(index)),
    velocity: gather(checkpoint.velocity, parametersOf, ({ weight }, index, { optimizer }) =>
      // Adam's is a mean of gradients, every other one's a sum of steps.
      optimizer === 'adam' ? 1 / weight(index) : weight(index),
    ),
    squares: gather(
      checkpoint.squares,
      parametersOf,
      ({ weight }, index) => 1 / (weight(index) * weight(index)),
    ),
    carried: gather(checkpoint.carried, carriedStates, ({ state }, index) => state(index)),
    stoppedAt: Uint32Array.from(lanes, ({ lane }) => checkpoint.stoppedAt[lane] as number),
  };
}

/** The powers of two by which each weight and each hidden unit is multiplied. */
interface Scales {
  weight(index: number): number;
  /** @param index [layers, batch, hidden] */
  state(index: number): number;
}

// Of one lane.
const parametersOf = ({ parameters }: Shape): number => parameters;

function scalesOf(shape: Shape, exponents: Int8Array): Scales {
  if (shape.network === 'urnn') throw new Error('The units of a uRNN cannot be rescaled.');
  const { batch, hidden } = shape;
  const factors = unbalanceFactors(shape, Int32Array.from(exponents));
  return {
    weight: (index) => factors[index] as number,
    state: (index) =>
      powerOfTwo(exponents[Math.floor(index / (batch * hidden)) * hidden + (index % hidden)] as number),
  };
}
