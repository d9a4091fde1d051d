import { STREAM } from '../experiment/philox.ts';
import type { Experiment } from '../experiment/schema.ts';
import { type Batch, type TaskData, taskOf } from '../experiment/tasks/index.ts';
import { networkFor } from './cpu/networks.ts';
import { type LaneSpan, laneShapes, parameterSpans, type Shape } from './layout.ts';

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
 * @param parameters of all lanes, see `parameterSpans`
 */
export function predictHeldOut(
  experiment: Experiment,
  data: TaskData | null,
  parameters: Float32Array | Float64Array,
): Examples {
  const task = taskOf(experiment);
  // The streams of a text are as many as fit it: no more than the batch has.
  const batch = task.segments(experiment, data) === null ? EXAMPLES : Math.min(EXAMPLES, experiment.batch);
  const shapes = laneShapes({ ...experiment, batch }, data);
  const spans = parameterSpans(shapes);
  const { seed, length, terms } = experiment;
  const request = { seed, stream: STREAM.heldOut, step: 0, batch, firstSequence: 0, length, terms, data };
  const examples = task.makeBatch(request);
  const inputs = Float64Array.from(examples.inputs);
  const outputs = experiment.lanes.map((lane, index) => {
    const { first, end } = spans[index] as LaneSpan;
    const network = networkFor(shapes[index] as Shape, 'float64');
    network.forward(Float64Array.from(parameters.subarray(first, end)), inputs, batch, lane, null);
    return network.outputs;
  });
  return { batch: examples, outputs };
}
