import {
  defaultExperiment,
  defaultLane,
  defaultLanes,
  defaultRate,
  type Experiment,
  isPathOptimizer,
  type Lane,
  MAX_LANES,
  type OptimizerName,
} from '../experiment/schema.ts';
import { TASKS, type TaskName } from '../experiment/tasks/index.ts';

const sameLane = (left: Lane, right: Lane): boolean =>
  (Object.keys(left) as (keyof Lane)[]).every((key) => left[key] === right[key]);

/** Whether a visitor has left the lanes as a fresh experiment has them. */
const hasDefaultLanes = ({ lanes, length, seed }: Experiment): boolean => {
  const defaults = defaultLanes(length, seed);
  return (
    lanes.length === defaults.length && lanes.every((lane, index) => sameLane(lane, defaults[index] as Lane))
  );
};

/** The experiment at another length; rates that were the default for the old length become the new one's. */
export function withLength(experiment: Experiment, length: number): Experiment {
  const lanes = hasDefaultLanes(experiment)
    ? defaultLanes(length, experiment.seed)
    : experiment.lanes.map((lane) =>
        lane.rate === defaultRate(lane.optimizer, experiment.length)
          ? { ...lane, rate: defaultRate(lane.optimizer, length) }
          : lane,
      );
  return { ...experiment, length, lanes };
}

/** The experiment on another task; a task with a length of its own brings it, any other starts at its default. */
export function withTask(experiment: Experiment, task: TaskName): Experiment {
  const kept = TASKS[task].steps(experiment.length);
  const wasFixed = TASKS[experiment.task].lengthRange === null;
  const length = wasFixed && TASKS[task].lengthRange !== null ? defaultExperiment(task).length : kept;
  return { ...withLength(experiment, length), task, data: 'small' };
}

/** The experiment with another seed; lanes that had the experiment's seed follow it. */
export function withSeed(experiment: Experiment, seed: number): Experiment {
  const lanes = experiment.lanes.map((lane) => (lane.seed === experiment.seed ? { ...lane, seed } : lane));
  return { ...experiment, seed, lanes };
}

/** The experiment with one lane's settings changed. */
export function withLane(experiment: Experiment, index: number, change: Partial<Lane>): Experiment {
  const lanes = experiment.lanes.map((lane, at) => (at === index ? { ...lane, ...change } : lane));
  return { ...experiment, lanes };
}

/**
 * The experiment with one lane's optimizer changed: its clips become the new optimizer's defaults between SGD and the
 * path optimizers, because the one measures the gradient and the other the path step; its rate only where it was the
 * default one.
 */
export function withOptimizer(experiment: Experiment, index: number, optimizer: OptimizerName): Experiment {
  const lane = experiment.lanes[index];
  if (!lane) return experiment;
  const { rate, clip, dualclip } = defaultLane(optimizer, experiment.length, experiment.seed);
  const otherKind = isPathOptimizer(optimizer) !== isPathOptimizer(lane.optimizer);
  // A fresh experiment's SGD lane has a rate of its own, which is no choice of the visitor's either.
  const hadDefaultRate =
    lane.rate === defaultRate(lane.optimizer, experiment.length) ||
    defaultLanes(experiment.length, experiment.seed).some(
      (fresh) => fresh.optimizer === lane.optimizer && fresh.rate === lane.rate,
    );
  return withLane(experiment, index, {
    optimizer,
    ...(otherKind ? { clip, dualclip } : {}),
    ...(hadDefaultRate ? { rate } : {}),
  });
}

/** The experiment with one lane more: a default one, or a copy put right behind the lane of that index. */
export function withAddedLane(experiment: Experiment, copyOf?: number): Experiment {
  const { lanes, length, seed } = experiment;
  if (lanes.length >= MAX_LANES) return experiment;
  const copied = copyOf === undefined ? undefined : lanes[copyOf];
  if (copyOf === undefined || !copied) {
    return { ...experiment, lanes: [...lanes, defaultLane('path', length, seed)] };
  }
  return { ...experiment, lanes: lanes.toSpliced(copyOf + 1, 0, { ...copied }) };
}

/** The experiment without the lane of that index; the last lane stays. */
export function withoutLane(experiment: Experiment, index: number): Experiment {
  if (experiment.lanes.length === 1) return experiment;
  return { ...experiment, lanes: experiment.lanes.toSpliced(index, 1) };
}
