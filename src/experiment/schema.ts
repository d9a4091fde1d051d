import * as v from 'valibot';
import { isInRange } from './numbers.ts';
import { defaultRate, MEASURED_MOMENTUM, measuredRate } from './rates.ts';
import { DATA_CHOICES, TASK_NAMES, type TaskName, taskOf } from './tasks/index.ts';

/** An allowed range of numbers; the ends belong to it unless `exclusiveMin` is set. */
export interface Range {
  readonly min: number;
  readonly max: number;
  readonly integer?: boolean;
  readonly exclusiveMin?: boolean;
}

/** The allowed range of every number of an experiment and of its lanes: one table for schema, links and controls. */
export const RANGES = {
  length: { min: 1, max: 1000, integer: true },
  terms: { min: 2, max: 5, integer: true },
  /** Of networks of real units: the kernels keep a whole state in workgroup memory. See `hiddenRange`. */
  hidden: { min: 4, max: 256, integer: true },
  layers: { min: 1, max: 3, integer: true },
  batch: { min: 1, max: 256, integer: true },
  seed: { min: 0, max: 0xffffffff, integer: true },
  rate: { min: 0, max: 100, exclusiveMin: true },
  momentum: { min: 0, max: 0.999 },
  decay: { min: 0, max: 0.99999 },
  clip: { min: 0, max: 1e6 },
  dualclip: { min: 0, max: 1e6 },
  unbalance: { min: 0, max: 10, integer: true },
} as const satisfies Record<string, Range>;

export const MAX_LANES = 16;

export const OPTIMIZERS = ['sgd', 'path', 'path2', 'adagrad', 'rmsprop', 'adam'] as const;
export type OptimizerName = (typeof OPTIMIZERS)[number];

export const INITIALISATIONS = ['nprnn', 'identity', 'orthogonal', 'gaussian', 'uniform', 'irnn'] as const;
/** Every start that a lane can have; `unitary` is the one of the unitary evolution network, which has no other. */
export const STARTS = [...INITIALISATIONS, 'unitary'] as const;
export type InitialisationName = (typeof STARTS)[number];

export const ACTIVATIONS = ['relu', 'tanh'] as const;

/**
 * What a lane trains: a recurrent network of real units; the unitary evolution network, whose `hidden` units are complex
 * (Arjovsky, Shah, Bengio, "Unitary Evolution Recurrent Neural Networks", ICML 2016); or a feedforward network.
 */
export const NETWORKS = ['relu', 'urnn', 'feedforward'] as const;
export type NetworkName = (typeof NETWORKS)[number];

/** Complex hidden units of a uRNN, a power of two. */
const UNITARY_HIDDEN: Range = { min: 8, max: 512, integer: true };

/** Whether an optimizer divides by the path quantity kappa. */
export const isPathOptimizer = (optimizer: OptimizerName): boolean =>
  optimizer === 'path' || optimizer === 'path2';

/** Whether an optimizer has a decaying mean of squared gradients. */
export const hasDecay = (optimizer: OptimizerName): boolean =>
  optimizer === 'rmsprop' || optimizer === 'adam';

/** How a range reads in a message: "a whole number from 4 to 1000". */
export function describeRange(range: Range): string {
  const kind = range.integer ? 'a whole number' : 'a number';
  return range.exclusiveMin
    ? `${kind} above ${range.min}, at most ${range.max}`
    : `${kind} from ${range.min} to ${range.max}`;
}

function numberIn(key: keyof typeof RANGES, range: Range = RANGES[key]) {
  return v.pipe(
    v.number(),
    v.check(
      (value) => isInRange(value, range),
      ({ input }) => `${key} is ${input}: it must be ${describeRange(range)}`,
    ),
    // Links know no -0: adding 0 turns it into 0.
    v.transform((value) => value + 0),
  );
}

export const laneSchema = v.pipe(
  v.strictObject({
    optimizer: v.picklist(OPTIMIZERS),
    rate: numberIn('rate'),
    init: v.picklist(STARTS),
    /** Of the finished step; for adam the decay of the mean of gradients (beta1). */
    momentum: numberIn('momentum'),
    /** Of the mean of squared gradients: rmsprop, and adam (beta2). Always 0 for the others, which have none. */
    decay: numberIn('decay'),
    /** Largest norm of the gradient; 0 = off. */
    clip: numberIn('clip'),
    /** Largest dual norm of a path step; 0 = off. Always 0 for the others, which have none. */
    dualclip: numberIn('dualclip'),
    unbalance: numberIn('unbalance'),
    activation: v.picklist(ACTIVATIONS),
    network: v.picklist(NETWORKS),
    seed: numberIn('seed'),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const lane = dataset.value;
    for (const { setting, reason } of misfitsOf(lane)) {
      addIssue({ message: `${setting} is ${lane[setting]}, but ${reason}` });
    }
  }),
);

/** A setting of a lane that does not apply beside its others. */
export interface Misfit {
  readonly setting: 'dualclip' | 'decay' | 'activation' | 'unbalance' | 'init' | 'network';
  /** "does not apply to sgd: ..." */
  readonly reason: string;
  /** The value at which the setting says nothing. */
  readonly neutral: string | number;
}

/**
 * The settings of a lane that do not apply to its optimizer, activation or network, each with the reason. With all of them at
 * their neutral values the lane is one that the schema accepts.
 */
export function misfitsOf(lane: {
  readonly optimizer: OptimizerName;
  readonly dualclip: number;
  readonly decay: number;
  readonly unbalance: number;
  readonly activation: (typeof ACTIVATIONS)[number];
  readonly network: NetworkName;
  readonly init: InitialisationName;
}): Misfit[] {
  const { optimizer, init } = lane;
  const misfits: Misfit[] = [];
  let { network } = lane;
  if (network === 'urnn' && isPathOptimizer(optimizer)) {
    const reason = `does not apply to ${optimizer}: the path geometry is that of ReLU units, and a uRNN has none`;
    misfits.push({ setting: 'network', reason, neutral: 'relu' });
    network = 'relu';
  }
  if (lane.dualclip !== 0 && !isPathOptimizer(optimizer)) {
    const reason = `does not apply to ${optimizer}: only path and path2 have a dual norm`;
    misfits.push({ setting: 'dualclip', reason, neutral: 0 });
  }
  if (lane.decay !== 0 && !hasDecay(optimizer)) {
    const reason = `does not apply to ${optimizer}: only rmsprop and adam keep a decaying mean of squared gradients`;
    misfits.push({ setting: 'decay', reason, neutral: 0 });
  }
  if (lane.activation === 'tanh' && isPathOptimizer(optimizer)) {
    const reason = `does not apply to ${optimizer}: the path geometry is that of ReLU, whose units can be rescaled`;
    misfits.push({ setting: 'activation', reason, neutral: 'relu' });
  } else if (lane.activation === 'tanh' && lane.unbalance !== 0) {
    const reason =
      'does not apply to activation tanh: only ReLU units can be rescaled without changing the function';
    misfits.push({ setting: 'unbalance', reason, neutral: 0 });
  }
  if (network === 'urnn') {
    misfits.push(...unitaryMisfits(lane));
  } else if (init === 'unitary') {
    const reason = 'applies to network urnn only: it starts the factors of a unitary matrix';
    misfits.push({ setting: 'init', reason, neutral: defaultInit(network) });
  } else if (network === 'feedforward' && !FEEDFORWARD_INITIALISATIONS.includes(init)) {
    const reason = `does not apply to network feedforward: it starts recurrent weights, of which there are none`;
    misfits.push({ setting: 'init', reason, neutral: defaultInit(network) });
  }
  return misfits;
}

/** What does not apply to a unitary evolution network, which has a start and an activation of its own. */
function unitaryMisfits({
  init,
  unbalance,
  activation,
}: {
  readonly init: InitialisationName;
  readonly unbalance: number;
  readonly activation: (typeof ACTIVATIONS)[number];
}): Misfit[] {
  const misfits: Misfit[] = [];
  if (init !== 'unitary') {
    const reason =
      'does not apply to network urnn: its recurrent matrix is unitary and has a start of its own';
    misfits.push({ setting: 'init', reason, neutral: 'unitary' });
  }
  if (activation !== 'relu') {
    const reason =
      'does not apply to network urnn: its activation is the modReLU, the ReLU of complex numbers';
    misfits.push({ setting: 'activation', reason, neutral: 'relu' });
  }
  if (unbalance !== 0) {
    const reason =
      'does not apply to network urnn: its units cannot be rescaled without changing the function';
    misfits.push({ setting: 'unbalance', reason, neutral: 0 });
  }
  return misfits;
}

/** Initialisations that say something of a network without recurrent weights. */
const FEEDFORWARD_INITIALISATIONS: readonly InitialisationName[] = ['gaussian', 'uniform'];

/** The networks that a task takes, the default first: one step leaves nothing to recur. */
export const networksOf = (task: TaskName): readonly [NetworkName, ...NetworkName[]] =>
  taskOf({ task }).feedforward ? ['feedforward'] : ['relu', 'urnn'];

/** The network of a lane that names none. */
export const networkOf = (task: TaskName): NetworkName => networksOf(task)[0];

/** The start of a lane that names none. */
export function defaultInit(network: NetworkName): InitialisationName {
  if (network === 'urnn') return 'unitary';
  return network === 'feedforward' ? 'gaussian' : 'nprnn';
}

/** A size that does not fit the networks of an experiment's lanes. */
export interface SizeMisfit {
  readonly key: 'hidden' | 'layers';
  /** "hidden is 100: ..." */
  readonly problem: string;
  /** The nearest value that fits. */
  readonly nearest: number;
}

const isPowerOfTwo = (value: number): boolean => Number.isInteger(Math.log2(value));

/**
 * The sizes that do not fit the networks of the lanes: a uRNN has one layer of 8 to 512 units, a power of two for its Fourier
 * transform; networks of real units have up to 256.
 */
export function sizeMisfits({ hidden, layers, lanes }: SizedExperiment): SizeMisfit[] {
  const misfits: SizeMisfit[] = [];
  const unitary = lanes.some(({ network }) => network === 'urnn');
  const real = lanes.some(({ network }) => network !== 'urnn');
  const max = real ? RANGES.hidden.max : UNITARY_HIDDEN.max;
  if (unitary && (!isPowerOfTwo(hidden) || hidden < UNITARY_HIDDEN.min || hidden > max)) {
    const power = 2 ** Math.round(Math.log2(hidden));
    misfits.push({
      key: 'hidden',
      problem:
        `hidden is ${hidden}: beside network urnn it must be a power of two from ${UNITARY_HIDDEN.min} to ${max}, ` +
        `for its Fourier transform${real ? ' and the other lanes' : ''}`,
      nearest: Math.min(max, Math.max(UNITARY_HIDDEN.min, power)),
    });
  } else if (hidden > max) {
    misfits.push({
      key: 'hidden',
      problem: `hidden is ${hidden}: it must be ${describeRange(RANGES.hidden)}; only network urnn takes more`,
      nearest: max,
    });
  }
  if (unitary && layers !== 1) {
    const problem = `layers is ${layers}: network urnn has one layer, as its authors describe it`;
    misfits.push({ key: 'layers', problem, nearest: 1 });
  }
  return misfits;
}

interface SizedExperiment {
  readonly hidden: number;
  readonly layers: number;
  readonly lanes: readonly { readonly network: NetworkName }[];
}

/** The values that `hidden` can have beside a uRNN; null without one, where `hiddenRange` says all. */
export function hiddenPowers(lanes: SizedExperiment['lanes']): number[] | null {
  if (lanes.every(({ network }) => network !== 'urnn')) return null;
  const { min, max } = hiddenRange(lanes);
  return Array.from({ length: Math.log2(max / min) + 1 }, (_, index) => min * 2 ** index);
}

/** The allowed range of `hidden` beside the given lanes; see `hiddenPowers`. */
export const hiddenRange = (lanes: SizedExperiment['lanes']): Range => {
  const min = lanes.some(({ network }) => network === 'urnn') ? UNITARY_HIDDEN.min : RANGES.hidden.min;
  const max = lanes.some(({ network }) => network !== 'urnn') ? RANGES.hidden.max : UNITARY_HIDDEN.max;
  return { min, max, integer: true };
};

const partsSchema = v.strictObject({
  task: v.picklist(TASK_NAMES),
  /** Time steps of a sequence; a task with a length of its own has just that. */
  length: numberIn('length'),
  /** Of an experiment whose lanes are all uRNNs up to the larger end: `sizeMisfits` says the rest. */
  hidden: numberIn('hidden', { ...RANGES.hidden, max: UNITARY_HIDDEN.max }),
  layers: numberIn('layers'),
  batch: numberIn('batch'),
  seed: numberIn('seed'),
  /** Which data; the first of the task's choices, or `small`, where nothing is to be chosen. */
  data: v.picklist(DATA_CHOICES),
  /** Marked numbers of the adding problem. */
  terms: numberIn('terms'),
  lanes: v.pipe(v.array(laneSchema), v.minLength(1), v.maxLength(MAX_LANES)),
});

/**
 * What an experiment may be, wherever it comes from: exactly what a link can say. The parts by themselves first, then what they must be
 * beside each other.
 */
export const experimentSchema = v.pipe(
  partsSchema,
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const problem = taskProblem(dataset.value) ?? sizeMisfits(dataset.value)[0]?.problem;
    if (problem !== undefined) addIssue({ message: problem });
  }),
);

/** One network being trained: initialisation, optimizer and its settings. */
export type Lane = v.InferOutput<typeof laneSchema>;

/** Everything that determines a run. */
export type Experiment = v.InferOutput<typeof partsSchema>;

/** What a lane's defaults depend on. */
export type LaneContext = Pick<Experiment, 'task' | 'length' | 'seed'>;

/**
 * A lane of the given optimizer with every other setting at its default: for rmsprop that of Tieleman and Hinton (2012),
 * for adam that of Kingma and Ba (2015), for adagrad that of Duchi, Hazan and Singer (2011).
 */
export function defaultLane(
  optimizer: OptimizerName,
  context: LaneContext,
  network: NetworkName = networkOf(context.task),
): Lane {
  const path = isPathOptimizer(optimizer);
  return {
    optimizer,
    rate: defaultRate(optimizer, context),
    init: defaultInit(network),
    momentum: optimizer === 'adam' ? 0.9 : 0,
    decay: optimizer === 'adam' ? 0.999 : optimizer === 'rmsprop' ? 0.9 : 0,
    clip: path ? 0 : 1,
    dualclip: path ? 1 : 0,
    unbalance: 0,
    activation: 'relu',
    network,
    seed: context.seed,
  };
}

/** What a fresh experiment compares. */
const FRESH_OPTIMIZERS = ['sgd', 'path'] as const;

/**
 * The lanes of an experiment that names none: SGD beside Path-SGD, each at its best measured rate, both with momentum
 * where that was measured.
 *
 * Adding, length 100, hidden 32, momentum 0.9, seeds 1 to 10, 12,000 steps (scripts/measure-rates.ts, part `fresh`): path
 * at rate 0.001 gets below a smoothed loss of 0.05 after 3,484 steps in the median. SGD takes 7,624 at 0.003 and 7,508 at
 * 0.002, its best of six rates from 0.001 to 0.02, and even at the rate that is best for each seed comes later from all
 * ten. In its first 20 steps path spikes above 1,000 from five of the seeds. Without momentum (part `fresh-plain`) path at
 * 0.01 takes 4,737, SGD at 0.2 9,226, spiking up to 10^24. Shorter sequences part the two less: at length 20 with momentum
 * path takes 366 steps and SGD 556, and after 6,000 they are equal.
 */
export function defaultLanes(context: LaneContext): Lane[] {
  const plain = FRESH_OPTIMIZERS.map((optimizer) => defaultLane(optimizer, context));
  const moving = plain.map((lane) => ({ ...lane, momentum: MEASURED_MOMENTUM }));
  const lanes = moving.every((lane) => measuredRate(lane, context) !== null) ? moving : plain;
  return lanes.map((lane) => ({ ...lane, rate: measuredRate(lane, context) ?? lane.rate }));
}

/** The length of an experiment that names none; the task's number of steps where it has a length of its own. */
export const defaultLength = (task: TaskName): number => taskOf({ task }).defaultLength;

/** The experiment of an empty link for a task; `length` is the task's own where it has one. */
export function defaultExperiment(task: TaskName = 'adding'): Experiment {
  const length = defaultLength(task);
  const seed = 1;
  return {
    task,
    length,
    hidden: 32,
    layers: 1,
    batch: 32,
    seed,
    data: taskOf({ task }).dataChoices[0] ?? 'small',
    terms: 2,
    lanes: defaultLanes({ task, length, seed }),
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
  return result.output;
}

/** What does not fit the experiment's task, or null. */
function taskProblem({ task, length, data, terms, lanes }: Experiment): string | null {
  const { lengthRange, hasTerms, dataChoices } = taskOf({ task });
  if (lengthRange === null && length !== defaultLength(task)) {
    return `length is ${length}: ${task} has ${defaultLength(task)} steps`;
  }
  if (lengthRange !== null && (length < lengthRange.min || length > lengthRange.max)) {
    return `length is ${length}: for ${task} it must be ${describeRange({ ...lengthRange, integer: true })}`;
  }
  if (dataChoices.length === 0 && data !== 'small') {
    return `data is ${data}: ${task} has no data, which leaves it at small`;
  }
  if (dataChoices.length > 0 && !dataChoices.includes(data)) {
    return `data is ${data}: for ${task} it must be one of ${dataChoices.join(', ')}`;
  }
  if (!hasTerms && terms !== 2) return `terms is ${terms}: it applies to adding only and is 2 elsewhere`;
  if (hasTerms && terms > length)
    return `terms is ${terms}: a sequence of ${length} steps has room for at most ${length}`;
  const networks = networksOf(task);
  const other = lanes.find((lane) => !networks.includes(lane.network));
  if (other) return `network is ${other.network}: ${task} takes ${networks.join(' or ')}`;
  return null;
}
