import { initialParametersFor } from '../engine/initialise.ts';
import { matricesOf, type Shape, shapeOf } from '../engine/layout.ts';
import { randomWords, STREAM, uniformFromWord } from '../experiment/philox.ts';
import { defaultLane, type Experiment } from '../experiment/schema.ts';
import { type Batch, type TaskData, taskOf } from '../experiment/tasks/index.ts';
import { type AffineInputs, MOST_STEPS, QuestionError } from './network.ts';
import type { Settings } from './settings.ts';

/** An affine function of the outputs y and the free numbers x that must stay at most `limit`. */
export interface Bound {
  readonly outputs: Float64Array; // [outputs]
  readonly free: Float64Array; // [free]
  readonly constant: number;
}

/** What is asked: whether all bounds hold for every choice of the free numbers. */
export interface Property {
  readonly bounds: readonly Bound[];
  readonly limit: number;
  /** Whether the second bound is minus the first: the first is then a number with a sign. */
  readonly signed: boolean;
  /** What the bounds are about, in words. */
  readonly name: 'error' | 'output' | 'lead of another digit';
}

/** Everything that the proof is about but the weights. */
export interface Question {
  readonly inputs: AffineInputs;
  readonly property: Property;
  /** The free numbers in words, one each. */
  readonly axes: readonly string[]; // [free]
  /** The property in words, and what is fixed. */
  readonly claim: string;
  readonly fixed: string;
}

/** Whether the room can ask something of an experiment's networks; the reason where it cannot. */
export function obstacleOf(experiment: Experiment): string | null {
  const task = taskOf(experiment);
  const steps = task.steps(experiment);
  if (experiment.task !== 'adding' && task.display.inputs.kind !== 'image') {
    return `The room looks at answers after the last step, of adding, mnist-rows or mnist-flat: the task here is ${experiment.task}.`;
  }
  return steps > MOST_STEPS
    ? `Sequences have ${steps} steps here: the room takes up to ${MOST_STEPS}, as adding up to that length, mnist-rows and mnist-flat have.`
    : null;
}

/** The sequence of the held-out set with that number, from 1. */
function heldOut(experiment: Experiment, data: TaskData | null, number: number): Batch {
  const task = taskOf(experiment);
  const available = task.heldOutSequences(experiment, data);
  if (number > available) {
    throw new QuestionError(`There is no held-out sequence ${number}: the set has ${available}.`);
  }
  const { seed, length, terms } = experiment;
  return task.makeBatch({
    seed,
    stream: STREAM.heldOut,
    step: 0,
    batch: 1,
    firstSequence: number - 1,
    length,
    terms,
    data,
  });
}

/**
 * The question that the settings ask of the networks of an experiment.
 * @param data the task's, loaded; null for generated tasks
 * @throws QuestionError saying what does not fit, and what would
 */
export function questionOf(experiment: Experiment, data: TaskData | null, settings: Settings): Question {
  const obstacle = obstacleOf(experiment);
  if (obstacle !== null) throw new QuestionError(obstacle);
  return experiment.task === 'adding'
    ? addingQuestion(experiment, settings)
    : imageQuestion(experiment, data, settings);
}

/** The steps whose values are free, from 1; 0 in the settings stands for a quarter and three quarters of the length. */
export function freeSteps(
  { length }: Pick<Experiment, 'length'>,
  { first, second, third }: Settings,
): number[] {
  const chosen = [first || Math.max(1, Math.round(length / 4)), second || Math.round((3 * length) / 4)];
  return third > 0 ? [...chosen, third] : chosen;
}

function addingQuestion(experiment: Experiment, settings: Settings): Question {
  const { length, terms, seed } = experiment;
  const { sequence, limit } = settings;
  const steps = freeSteps(experiment, settings);
  for (const [index, step] of steps.entries()) {
    const name = ['first', 'second', 'third'][index];
    if (step > length) throw new QuestionError(`${name} is step ${step}: sequences have ${length} steps.`);
    if (steps.indexOf(step) !== index) {
      throw new QuestionError(`${name} is step ${step}, which is free already: choose another one.`);
    }
  }
  const { inputs: values } = heldOut(experiment, null, sequence); // [length, 1, 2]
  const own = Array.from({ length }, (_, t) => t + 1).filter((step) => values[2 * step - 1] === 1);
  // The free steps are the first marked ones; a task of more terms keeps the sequence's other markers.
  const marked = [...steps.slice(0, terms), ...own.slice(steps.length)].slice(0, terms);
  const twice = marked.find((step, index) => marked.indexOf(step) !== index);
  if (twice !== undefined) {
    throw new QuestionError(
      `Step ${twice} is marked in held-out sequence ${sequence} already: choose another step or sequence.`,
    );
  }
  const free = steps.length;
  const constant = new Float64Array(length * 2);
  const linear = new Float64Array(length * 2 * free);
  const sums = new Float64Array(free);
  let known = 0;
  for (let t = 0; t < length; t++) {
    const axis = steps.indexOf(t + 1);
    const value = values[2 * t] as number;
    const isMarked = marked.includes(t + 1);
    if (axis >= 0) linear[2 * t * free + axis] = 1;
    else constant[2 * t] = value;
    constant[2 * t + 1] = isMarked ? 1 : 0;
    if (isMarked && axis >= 0) sums[axis] = 1;
    if (isMarked && axis < 0) known += value;
  }
  const sum = marked.map((step) => `v${step}`).join(' + ');
  return {
    inputs: { free, constant, linear },
    property: {
      bounds: [
        { outputs: Float64Array.of(1), free: sums.map((share) => -share), constant: -known },
        { outputs: Float64Array.of(-1), free: sums, constant: known },
      ],
      limit,
      signed: true,
      name: 'error',
    },
    axes: steps.map((step) => `value at step ${step}`),
    claim: `|answer − (${sum})| ≤ ${limit}`,
    fixed: `Steps ${steps.join(', ')} are free, ${marked.length === 2 && free === 2 ? 'and marked' : `and steps ${marked.join(', ')} marked`}; all other values are those of held-out sequence ${sequence}, seed ${seed}.`,
  };
}

/** An image moves towards two others, by up to a share of the way each: the answer is to stay what the image shows. */
function imageQuestion(experiment: Experiment, data: TaskData | null, settings: Settings): Question {
  const numbers = [settings.image, settings.towards, settings.also];
  const twice = numbers.find((number, index) => numbers.indexOf(number) !== index);
  if (twice !== undefined) {
    throw new QuestionError(`Image ${twice} is chosen twice: image, towards and also must be three images.`);
  }
  const [start, ...ends] = numbers.map((number) => heldOut(experiment, data, number)) as [Batch, ...Batch[]];
  const free = ends.length;
  const constant = Float64Array.from(start.inputs);
  const linear = new Float64Array(constant.length * free);
  for (const [axis, { inputs }] of ends.entries()) {
    for (const [at, value] of inputs.entries()) {
      linear[at * free + axis] = settings.share * (value - (constant[at] as number));
    }
  }
  const outputs = 10;
  const label = start.targets[0] as number;
  const bounds = Array.from({ length: outputs }, (_, digit) => digit)
    .filter((digit) => digit !== label)
    .map(
      (digit): Bound => ({
        outputs: Float64Array.from({ length: outputs }, (_, at) =>
          at === digit ? 1 : at === label ? -1 : 0,
        ),
        free: new Float64Array(free),
        constant: 0,
      }),
    );
  return {
    inputs: { free, constant, linear },
    property: { bounds, limit: 0, signed: false, name: 'lead of another digit' },
    axes: ends.map(
      ({ targets }, axis) =>
        `from 0 to ${settings.share} of the way to image ${numbers[axis + 1]} (a ${targets[0]})`,
    ),
    claim: `the answer stays ${label}`,
    fixed: `The square starts at held-out image ${settings.image} (a ${label}) and goes ${settings.share} of the way towards images ${settings.towards} and ${settings.also}, along each way or both at once.`,
  };
}

/** A network and what is asked of it. */
export interface Subject {
  readonly shape: Shape;
  readonly parameters: Float32Array | Float64Array; // [parameters]
  readonly question: Question;
}

/** Inputs of the random network: the square from -1 to 1. */
const RANDOM_SIDE = 2;

/**
 * A network without any training, as in the example of Xiang, Tran, Johnson (arXiv:1712.08163): random weights and biases,
 * two inputs (or three) from -1 to 1, one output.
 */
export function randomSubject({ depth, units, seed, inputs, limit }: Settings): Subject {
  const sizes = {
    network: 'relu' as const,
    inputs,
    outputs: 1,
    hidden: units,
    layers: depth,
    recurrent: false,
  };
  const matrices = matricesOf(sizes);
  const parameterCount = matrices.reduce((sum, { rows, columns }) => sum + rows * columns, 0);
  const shape: Shape = {
    ...sizes,
    length: 1,
    batch: 1,
    lanes: 1,
    scoredFrom: 0,
    scoredSteps: 1,
    matrices,
    parameters: parameterCount,
    splits: 1,
    segments: null,
  };
  const lane = defaultLane('sgd', { task: 'mnist-flat', length: 1, seed });
  const parameters = initialParametersFor(shape, lane);
  const words = new Uint32Array(4);
  for (const { kind, offset, rows } of matrices) {
    if (kind !== 'bias') continue;
    for (let at = offset; at < offset + rows; at++) {
      randomWords(seed, STREAM.sampling, 0, at, words);
      parameters[at] = uniformFromWord(words[0] as number) - 0.5;
    }
  }
  const linear = new Float64Array(inputs * inputs);
  for (let axis = 0; axis < inputs; axis++) linear[axis * inputs + axis] = RANDOM_SIDE;
  const bound = (sign: number): Bound => ({
    outputs: Float64Array.of(sign),
    free: new Float64Array(inputs),
    constant: 0,
  });
  return {
    shape,
    parameters,
    question: {
      inputs: { free: inputs, constant: new Float64Array(inputs).fill(-RANDOM_SIDE / 2), linear },
      property: { bounds: [bound(1), bound(-1)], limit, signed: true, name: 'output' },
      axes: Array.from({ length: inputs }, (_, axis) => `input ${axis + 1}, from −1 to 1`),
      claim: `|output| ≤ ${limit}`,
      fixed: `A network of ${depth} × ${units} units whose weights and biases are random, seed ${seed}.`,
    },
  };
}

/** One lane's network at its parameters, and what the settings ask of it. */
export function laneSubject(
  experiment: Experiment,
  data: TaskData | null,
  parameters: Float32Array | Float64Array,
  settings: Settings,
): Subject {
  const lane = experiment.lanes[settings.lane - 1];
  if (!lane) {
    throw new QuestionError(
      `There is no lane ${settings.lane}: the experiment has ${experiment.lanes.length}.`,
    );
  }
  if (lane.network === 'urnn') {
    throw new QuestionError(
      `Lane ${settings.lane} is a uRNN, which is not linear in pieces: only ReLU networks are made of linear regions. Choose another lane.`,
    );
  }
  if (lane.activation !== 'relu') {
    throw new QuestionError(
      `Lane ${settings.lane} has ${lane.activation} units: only ReLU networks are made of linear regions. Choose another lane.`,
    );
  }
  const question = questionOf(experiment, data, settings);
  const shape = shapeOf({ ...experiment, batch: 1, lanes: [lane] }, data);
  return { shape, parameters, question };
}
