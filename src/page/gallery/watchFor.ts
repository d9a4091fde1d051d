import { type Experiment, isPathOptimizer } from '../../experiment/schema.ts';
import { taskOf } from '../../experiment/tasks/index.ts';

/** What makes a lane what it is, but for the rescaling of its start. */
const kindOf = ({ unbalance, ...rest }: Experiment['lanes'][number]): string => JSON.stringify(rest);

/** What to watch for in an experiment that is no preset, in a sentence or two. */
export function watchFor(experiment: Experiment): string {
  const { lanes } = experiment;
  const task = taskOf(experiment);
  const { label, kind } = task.measure(experiment);
  const goal =
    kind === 'bits'
      ? 'how many bits each guess of a letter takes, and what the lanes write'
      : `the share of ${label}`;
  if (lanes.length === 1) {
    return `First the loss comes to the dashed baseline, the best guess that ignores the input. Watch whether it gets below, and then ${goal}.`;
  }
  const twins = lanes.some((lane, index) =>
    lanes.some(
      (other, at) =>
        at > index &&
        isPathOptimizer(lane.optimizer) &&
        lane.clip === 0 &&
        lane.unbalance !== other.unbalance &&
        kindOf(lane) === kindOf(other),
    ),
  );
  const invariance = twins
    ? ' Path-SGD lanes that differ only in their unbalance lie on each other, to the last bit.'
    : '';
  return `Which of the ${lanes.length} lanes is the first below the dashed baseline, the best guess that ignores the input; then ${goal}.${invariance}`;
}
