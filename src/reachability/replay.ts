import { PlainNetwork } from '../engine/cpu/network.ts';
import type { Precision } from '../engine/cpu/precision.ts';
import { matrixOf } from '../engine/layout.ts';
import { boundOn } from './cells.ts';
import { RELU_LANE } from './network.ts';
import type { Subject } from './question.ts';
import type { Settings } from './settings.ts';

/**
 * The two units of the last layer that add most to the first output in the middle of the box, from 0.
 */
function tellingUnits({ shape, parameters, question }: Subject): readonly [number, number] {
  const { hidden, layers } = shape;
  const network = new PlainNetwork(shape, 'float64');
  const weights = Float64Array.from(parameters);
  network.forward(
    weights,
    sequenceAt(question.inputs, new Float64Array(question.inputs.free).fill(0.5)),
    1,
    RELU_LANE,
    null,
  );
  const states = new Float64Array(layers * hidden); // [layers, 1, hidden]
  network.copyFinal(states);
  const { offset } = matrixOf(shape, 'readout', layers);
  const share = (unit: number): number =>
    Math.abs((states[(layers - 1) * hidden + unit] as number) * (weights[offset + unit] as number));
  const order = Array.from({ length: hidden }, (_, unit) => unit).sort((a, b) => share(b) - share(a));
  return [order[0] ?? 0, order[1] ?? 0];
}

/** The two units, from 0, whose images the settings ask for. */
export function shownUnits(subject: Subject, { unit, other }: Settings): readonly [number, number] {
  const telling = tellingUnits(subject);
  const last = subject.shape.hidden - 1;
  return [
    unit > 0 ? Math.min(unit - 1, last) : telling[0],
    other > 0 ? Math.min(other - 1, last) : telling[1],
  ];
}

/** The inputs of all steps [length, inputs] at a point of the box. */
function sequenceAt(
  { free, constant, linear }: Subject['question']['inputs'],
  point: Float64Array,
): Float64Array {
  return Float64Array.from(constant, (value, at) => {
    let sum = value;
    for (let axis = 0; axis < free; axis++)
      sum += (linear[at * free + axis] as number) * (point[axis] as number);
    return sum;
  });
}

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
  const { free } = inputs;
  const rounded = Float64Array.from({ length: free }, (_, axis) => Math.fround(point[axis] as number));
  const exact = sequenceAt(inputs, rounded);
  const sequence = precision === 'float32' ? exact.map(Math.fround) : exact;
  const network = new PlainNetwork(shape, precision);
  network.forward(Float64Array.from(parameters), sequence, 1, RELU_LANE, null);
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
