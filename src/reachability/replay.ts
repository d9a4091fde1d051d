import { PlainNetwork } from '../engine/cpu/network.ts';
import type { Precision } from '../engine/cpu/precision.ts';
import type { Subject } from './question.ts';
import { boundOn } from './reach.ts';

/** What the engine answers at a point of the box, and what that means for the property. */
export interface Replay {
  /** The free numbers, rounded to float32 as every input is. */
  readonly point: Float64Array; // [free]
  readonly outputs: Float64Array; // [outputs]
  /** The value of each bound minus the limit. */
  readonly excesses: Float64Array; // [bounds]
}

/**
 * Runs the training engine's own forward pass at a point of the box.
 * @param point [free]
 * @param precision what the network computes in
 */
export function replay(
  { shape, parameters, question }: Subject,
  point: ArrayLike<number>,
  precision: Precision,
): Replay {
  const { inputs, property } = question;
  const { free, constant, linear } = inputs;
  const rounded = Float64Array.from({ length: free }, (_, axis) => Math.fround(point[axis] as number));
  const sequence = Float64Array.from(constant, (value, at) => {
    let sum = value;
    for (let axis = 0; axis < free; axis++)
      sum += (linear[at * free + axis] as number) * (rounded[axis] as number);
    return precision === 'float32' ? Math.fround(sum) : sum;
  });
  const network = new PlainNetwork(shape, precision);
  network.forward(Float64Array.from(parameters), sequence, 1, 'relu', null);
  const outputs = network.outputs.slice();
  const width = free + 1;
  // A constant map has the outputs at the point.
  const maps = new Float64Array(outputs.length * width);
  for (const [output, value] of outputs.entries()) maps[output * width + free] = value;
  const excesses = Float64Array.from(property.bounds, (bound) => {
    const form = boundOn(bound, maps, 0);
    let value = form[free] as number;
    for (let axis = 0; axis < free; axis++) value += (form[axis] as number) * (rounded[axis] as number);
    return value - property.limit;
  });
  return { point: rounded, outputs, excesses };
}
