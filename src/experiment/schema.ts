import * as v from 'valibot';
import { TASK_NAMES, TASKS, type TaskName } from './tasks/index.ts';

/** An allowed range of numbers; the ends belong to it unless `exclusiveMin` is set. */
export interface Range {
  readonly min: number;
  readonly max: number;
  readonly integer?: boolean;
  readonly exclusiveMin?: boolean;
}

/** The allowed range of every number of an experiment and of its lanes: one table for schema, links and controls. */
export const RANGES = {
  length: { min: 4, max: 1000, integer: true },
  hidden: { min: 4, max: 256, integer: true },
  layers: { min: 1, max: 3, integer: true },
  batch: { min: 1, max: 256, integer: true },
  seed: { min: 0, max: 0xffffffff, integer: true },
  rate: { min: 0, max: 100, exclusiveMin: true },
  momentum: { min: 0, max: 0.999 },
  clip: { min: 0, max: 1e6 },
  dualclip: { min: 0, max: 1e6 },
  unbalance: { min: 0, max: 10, integer: true },
} as const satisfies Record<string, Range>;

export const MAX_LANES = 16;

export const OPTIMIZERS = ['sgd', 'path', 'path2'] as const;
export type OptimizerName = (typeof OPTIMIZERS)[number];

export const INITIALISATIONS = ['nprnn', 'identity', 'orthogonal', 'gaussian', 'uniform', 'irnn'] as const;
export type InitialisationName = (typeof INITIALISATIONS)[number];

export const ACTIVATIONS = ['relu'] as const;
export const NETWORKS = ['relu'] as const;
export const DATA_SIZES = ['small', 'full'] as const;

/** Whether an optimizer divides by the path quantity kappa. */
export const isPathOptimizer = (optimizer: OptimizerName): boolean => optimizer !== 'sgd';

/** How a range reads in a message: "a whole number from 4 to 1000". */
export function describeRange(range: Range): string {
  const kind = range.integer ? 'a whole number' : 'a number';
  return range.exclusiveMin
    ? `${kind} above ${range.min}, at most ${range.max}`
    : `${kind} from ${range.min} to ${range.max}`;
}

function numberIn(key: keyof typeof RANGES) {
  const range: Range = RANGES[key];
  return v.pipe(
    v.number(),
    v.check(
      (value) =>
        value >= range.min &&
        value <= range.max &&
        !(range.exclusiveMin && value === range.min) &&
        (!range.integer || Number.isInteger(value)),
      ({ input }) => `${key} is ${input}: it must be ${describeRange(range)}`,
    ),
  );
}

export const laneSchema = v.pipe(
  v.strictObject({
    optimizer: v.picklist(OPTIMIZERS),
    rate: numberIn('rate'),
    init: v.picklist(INITIALISATIONS),
    momentum: numberIn('momentum'),
    /** Largest norm of the gradient; 0 = off. */
    clip: numberIn('clip'),
    /** Largest dual norm of a path step; 0 = off. Always 0 for sgd, which has none. */
    dualclip: numberIn('dualclip'),
    unbalance: numberIn('unbalance'),
    activation: v.picklist(ACTIVATIONS),
    network: v.picklist(NETWORKS),
    seed: numberIn('seed'),
  }),
  v.check(
    (lane) => isPathOptimizer(lane.optimizer) || lane.dualclip === 0,
    'dualclip does not apply to sgd: only path and path2 have a dual norm',
  ),
);

export const experimentSchema = v.strictObject({
  task: v.picklist(TASK_NAMES),
  /** Time steps of a sequence; a task with a length of its own has just that. */
  length: numberIn('length'),
  hidden: numberIn('hidden'),
  layers: numberIn('layers'),
  batch: numberIn('batch'),
  seed: numberIn('seed'),
  data: v.picklist(DATA_SIZES),
  lanes: v.pipe(v.array(laneSchema), v.minLength(1), v.maxLength(MAX_LANES)),
});

/** One network being trained: initialisation, optimizer and its settings. */
export type Lane = v.InferOutput<typeof laneSchema>;

/** Everything that determines a run. */
export type Experiment = v.InferOutput<typeof experimentSchema>;

/**
 * The rate that a lane gets where none is given. The path rates fall with the length because kappa ignores how
 * coherent the paths of a long sequence are; measured for np-RNN starts on the adding problem.
 */
export function defaultRate(optimizer: OptimizerName, length: number): number {
  if (!isPathOptimizer(optimizer)) return 0.01;
  if (length <= 20) return 0.03;
  if (length <= 75) return 0.003;
  if (length <= 150) return 0.001;
  return 0.0003;
}

/** A lane of the given optimizer with every other setting at its default. */
export function defaultLane(optimizer: OptimizerName, length: number, seed: number): Lane {
  const path = isPathOptimizer(optimizer);
  return {
    optimizer,
    rate: defaultRate(optimizer, length),
    init: 'nprnn',
    momentum: 0,
    clip: path ? 0 : 1,
    dualclip: path ? 1 : 0,
    unbalance: 0,
    activation: 'relu',
    network: 'relu',
    seed,
  };
}

/**
 * The lanes of an experiment that names none: SGD at its best known rate beside Path-SGD at one whose first steps do not
 * hide the rest. Over ten seeds at length 20, the smoothed loss of SGD got below 0.05 first at rate 0.1 (of 0.05, 0.1,
 * 0.2), in the median after some 1,430 steps; that of path after some 700 at rate 0.03, but with spikes of up to 10^6
 * on the way, and after some 1,110 at 0.01, with spikes below 100.
 */
export function defaultLanes(length: number, seed: number): Lane[] {
  const path = defaultLane('path', length, seed);
  return [
    { ...defaultLane('sgd', length, seed), rate: 0.1 },
    { ...path, rate: Math.min(path.rate, 0.01) },
  ];
}

/** The experiment of an empty link for a task; `length` is the task's own where it has one. */
export function defaultExperiment(task: TaskName = 'adding'): Experiment {
  const length = TASKS[task].steps(20);
  const seed = 1;
  return {
    task,
    length,
    hidden: 32,
    layers: 1,
    batch: 32,
    seed,
    data: 'small',
    lanes: defaultLanes(length, seed),
  };
}

/**
 * Checks plain data against the schema.
 * @throws Error naming the first key that is wrong, what came and what is allowed
 */
export function parseExperiment(input: unknown): Experiment {
  const result = v.safeParse(experimentSchema, input);
  if (!result.success) {
    const [issue] = result.issues;
    const path = v.getDotPath(issue);
    throw new Error(`Not an experiment: ${path ? `${path}: ` : ''}${issue.message}`);
  }
  const { task, length, data } = result.output;
  if (TASKS[task].steps(length) !== length) {
    throw new Error(`Not an experiment: length is ${length}: ${task} has ${TASKS[task].steps(length)} steps`);
  }
  if (TASKS[task].data === null && data !== 'small') {
    throw new Error(`Not an experiment: data is ${data}: ${task} has no data, which leaves it at small`);
  }
  return result.output;
}
