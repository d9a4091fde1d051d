import { hasProposedRate, proposedRate } from '../experiment/proposals.ts';
import {
  defaultLane,
  defaultLanes,
  defaultLength,
  type Experiment,
  isPathOptimizer,
  type Lane,
  type LaneContext,
  MAX_LANES,
  misfitsOf,
  type NetworkName,
  networksOf,
  type OptimizerName,
  sizeMisfits,
} from '../experiment/schema.ts';
import { TASKS, type TaskName } from '../experiment/tasks/index.ts';

const sameLane = (left: Lane, right: Lane): boolean =>
  (Object.keys(left) as (keyof Lane)[]).every((key) => left[key] === right[key]);

/** Whether a visitor has left the lanes as a fresh experiment has them. */
const hasDefaultLanes = (experiment: Experiment): boolean => {
  const { lanes } = experiment;
  const defaults = defaultLanes(experiment);
  return (
    lanes.length === defaults.length && lanes.every((lane, index) => sameLane(lane, defaults[index] as Lane))
  );
};

/** The lane with every setting that does not apply beside its others at the value that says nothing. */
function fitting(lane: Lane): Lane {
  const neutral = misfitsOf(lane).map(({ setting, neutral }) => [setting, neutral]);
  return { ...lane, ...Object.fromEntries(neutral) };
}

/** The experiment with sizes that the networks of its lanes can have. */
function sized(experiment: Experiment): Experiment {
  const nearest = sizeMisfits(experiment).map(({ key, nearest }) => [key, nearest]);
  return { ...experiment, ...Object.fromEntries(nearest) };
}

/**
 * The lane after an edit, with the rate that is proposed for what it is now where it had the one proposed before: what
 * the visitor chose stays.
 */
const following = (before: Lane, from: LaneContext, after: Lane, to: LaneContext): Lane =>
  hasProposedRate(before, from) ? { ...after, rate: proposedRate(after, to) } : after;

/**
 * The experiment at another length: rates that were proposed for the old length become those for the new one, and there
 * are no more marked numbers than steps.
 */
export function withLength(experiment: Experiment, length: number): Experiment {
  const context = { ...experiment, length };
  const lanes = hasDefaultLanes(experiment)
    ? defaultLanes(context)
    : experiment.lanes.map((lane) => following(lane, experiment, lane, context));
  const terms = TASKS[experiment.task].hasTerms ? Math.min(experiment.terms, length) : experiment.terms;
  return { ...context, terms, lanes };
}

/**
 * The experiment on another task: a length that the task allows, its first data, and lanes with a network of its kind. A
 * task with a length of its own brings it; after one, any other starts at its default.
 */
export function withTask(experiment: Experiment, task: TaskName): Experiment {
  const { lengthRange, dataChoices } = TASKS[task];
  const wasFixed = TASKS[experiment.task].lengthRange === null;
  const length =
    lengthRange === null || wasFixed
      ? defaultLength(task)
      : Math.min(lengthRange.max, Math.max(lengthRange.min, experiment.length));
  const networks = networksOf(task);
  const { network, init } = defaultLane('sgd', { ...experiment, task });
  const context = { ...experiment, task, length, data: dataChoices[0] ?? 'small', terms: 2 };
  const moved = (lane: Lane): Lane =>
    fitting(networks.includes(lane.network) ? lane : { ...lane, network, init });
  const lanes = hasDefaultLanes(experiment)
    ? defaultLanes(context)
    : experiment.lanes.map((lane) => following(lane, experiment, moved(lane), context));
  return sized({ ...context, lanes });
}

/** The experiment with another seed; lanes that had the experiment's seed follow it. */
export function withSeed(experiment: Experiment, seed: number): Experiment {
  const lanes = experiment.lanes.map((lane) => (lane.seed === experiment.seed ? { ...lane, seed } : lane));
  return { ...experiment, seed, lanes };
}

/**
 * The experiment with one lane's settings changed; those that no longer apply say nothing from then on. A rate that was
 * the proposed one becomes the one proposed for another start.
 */
export function withLane(experiment: Experiment, index: number, change: Partial<Lane>): Experiment {
  const lanes = experiment.lanes.map((lane, at) => {
    if (at !== index) return lane;
    const changed = fitting({ ...lane, ...change });
    return changed.init === lane.init ? changed : following(lane, experiment, changed, experiment);
  });
  return sized({ ...experiment, lanes });
}

/** The optimizer with which a uRNN comes: the one of its authors. */
const UNITARY_OPTIMIZER = 'rmsprop';

/**
 * The experiment with one lane's network changed: it begins with that network's defaults, and a uRNN without a path optimizer.
 * Sizes that the networks of the lanes cannot have become the nearest ones that they can.
 */
export function withNetwork(experiment: Experiment, index: number, network: NetworkName): Experiment {
  const lane = experiment.lanes[index];
  if (!lane || lane.network === network) return experiment;
  const refused = network === 'urnn' && isPathOptimizer(lane.optimizer);
  const optimizer = refused ? UNITARY_OPTIMIZER : lane.optimizer;
  const fresh = { ...defaultLane(optimizer, experiment, network), seed: lane.seed };
  const changed = { ...fresh, rate: proposedRate(fresh, experiment) };
  return sized({ ...experiment, lanes: experiment.lanes.with(index, changed) });
}

/**
 * The experiment with one lane's optimizer changed. Its clips become the new optimizer's defaults between the path
 * optimizers and the others, because those measure the path step and these the gradient; its momentum and decay only
 * where they were the default ones, its rate where it was the proposed one.
 */
export function withOptimizer(experiment: Experiment, index: number, optimizer: OptimizerName): Experiment {
  const lane = experiment.lanes[index];
  if (!lane) return experiment;
  const before = defaultLane(lane.optimizer, experiment, lane.network);
  const { momentum, decay, clip, dualclip } = defaultLane(optimizer, experiment, lane.network);
  const otherKind = isPathOptimizer(optimizer) !== isPathOptimizer(lane.optimizer);
  const changed = fitting({
    ...lane,
    optimizer,
    ...(otherKind ? { clip, dualclip } : {}),
    ...(lane.momentum === before.momentum ? { momentum } : {}),
    ...(lane.decay === before.decay ? { decay } : {}),
  });
  return withLane(experiment, index, following(lane, experiment, changed, experiment));
}

/** The experiment with one lane more: a default one, or a copy put right behind the lane of that index. */
export function withAddedLane(experiment: Experiment, copyOf?: number): Experiment {
  const { lanes } = experiment;
  if (lanes.length >= MAX_LANES) return experiment;
  const copied = copyOf === undefined ? undefined : lanes[copyOf];
  if (copyOf === undefined || !copied) {
    const added = defaultLane('path', experiment);
    return sized({ ...experiment, lanes: [...lanes, { ...added, rate: proposedRate(added, experiment) }] });
  }
  return { ...experiment, lanes: lanes.toSpliced(copyOf + 1, 0, { ...copied }) };
}

/** The experiment without the lane of that index; the last lane stays. */
export function withoutLane(experiment: Experiment, index: number): Experiment {
  if (experiment.lanes.length === 1) return experiment;
  return { ...experiment, lanes: experiment.lanes.toSpliced(index, 1) };
}
