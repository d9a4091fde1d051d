import type { Experiment } from '../../experiment/schema.ts';
import { type Task, taskOf } from '../../experiment/tasks/index.ts';
import type { StepSnapshot } from '../engine.ts';
import { type Shape, shapeFor } from '../layout.ts';

/**
 * The sizes of the experiment that a snapshot is of, without the task's data: inputs and outputs follow from the numbers in it.
 * `segments` is null, because a snapshot has its initial states itself.
 * @param task the experiment's own where it is not given
 * @throws Error where the snapshot is of another experiment
 */
export function shapeOfSnapshot(
  experiment: Experiment,
  snapshot: StepSnapshot,
  task: Task = taskOf(experiment),
): Shape {
  const { hidden, layers, batch } = experiment;
  const inputs = snapshot.batch.inputs.length / (task.steps(experiment) * batch);
  const parameters = snapshot.lanes[0]?.before.length ?? 0;
  const recurrent = task.feedforward ? 0 : layers * hidden * hidden;
  const below = hidden * (inputs + 1) + (layers - 1) * hidden * (hidden + 1) + recurrent;
  const outputs = (parameters - below) / (hidden + 1);
  if (!Number.isInteger(inputs) || !Number.isInteger(outputs) || outputs < 1) {
    throw new Error('The snapshot is of another experiment.');
  }
  return shapeFor({ ...task, sizes: () => ({ inputs, outputs }), segments: () => null }, experiment);
}
