import { STREAM } from '../experiment/philox.ts';
import type { Experiment } from '../experiment/schema.ts';
import { type Batch, type TaskData, taskOf } from '../experiment/tasks/index.ts';
import { PlainNetwork } from './cpu/network.ts';
import { shapeOf } from './layout.ts';

/** Held-out sequences that are shown one by one, at most. */
export const EXAMPLES = 8;

/** The first held-out sequences and what every lane answers. */
export interface Examples {
  readonly batch: Batch;
  /** The raw readout of each lane: logits where the loss is a cross-entropy. */
  readonly outputs: readonly Float64Array[]; // [lane] of [scored steps, sequences, outputs]
}

/**
 * What networks answer to the first held-out sequences, read from states of zero. Computes in float64.
 * @param data the task's, loaded; null for generated tasks
 * @param parameters [lanes, parameters]
 */
export function predictHeldOut(
  experiment: Experiment,
  data: TaskData | null,
  parameters: Float32Array | Float64Array,
): Examples {
  const task = taskOf(experiment);
  // The streams of a text are as many as fit it: no more than the batch has.
  const batch = task.segments(experiment, data) === null ? EXAMPLES : Math.min(EXAMPLES, experiment.batch);
  const shape = shapeOf({ ...experiment, batch }, data);
  const { seed, length, terms } = experiment;
  const request = { seed, stream: STREAM.heldOut, step: 0, batch, firstSequence: 0, length, terms, data };
  const examples = task.makeBatch(request);
  const inputs = Float64Array.from(examples.inputs);
  const network = new PlainNetwork(shape, 'float64');
  const outputs = experiment.lanes.map(({ activation }, lane) => {
    const first = lane * shape.parameters;
    const weights = Float64Array.from(parameters.subarray(first, first + shape.parameters));
    network.forward(weights, inputs, batch, activation, null);
    return network.outputs.slice();
  });
  return { batch: examples, outputs };
}
