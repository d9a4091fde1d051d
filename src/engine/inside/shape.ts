import type { Experiment } from '../../experiment/schema.ts';
import { type Task, taskOf } from '../../experiment/tasks/index.ts';
import { type Shape, shapeFor } from '../layout.ts';

/**
 * The sizes of an experiment, whose lanes train one kind of network, without the task's data: inputs and outputs follow from how many numbers a snapshot of a
 * step has. `segments` is null, because a snapshot has its initial states itself.
 * @param inputNumbers numbers in the inputs of its batch
 * @param parameters numbers in the parameters of one lane
 * @param task the experiment's own where it is not given
 * @throws Error where these are not of the experiment
 */
export function shapeOfSnapshot(
  experiment: Experiment,
  inputNumbers: number,
  parameters: number,
  task: Task = taskOf(experiment),
): Shape {
  const { hidden, layers, batch, lanes } = experiment;
  const inputs = inputNumbers / (task.steps(experiment) * batch);
  const unitary = lanes[0]?.network === 'urnn';
  const recurrent = task.feedforward ? 0 : layers * hidden * hidden;
  const below = unitary
    ? hidden * (2 * inputs + 10)
    : hidden * (inputs + 1) + (layers - 1) * hidden * (hidden + 1) + recurrent;
  const outputs = (parameters - below) / ((unitary ? 2 * hidden : hidden) + 1);
  if (!Number.isInteger(inputs) || !Number.isInteger(outputs) || outputs < 1) {
    throw new Error('The snapshot is of another experiment.');
  }
  return shapeFor({ ...task, sizes: () => ({ inputs, outputs }), segments: () => null }, experiment);
}
