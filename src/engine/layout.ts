import type { Experiment, NetworkName } from '../experiment/schema.ts';
import { type Task, type TaskData, taskOf } from '../experiment/tasks/index.ts';

/** One parameter matrix (a bias is a matrix of one column) in the pooled parameters of a lane. */
export interface Matrix {
  /** W_in.l, W_rec.l, b.l, W_out or b_out, l counts from 1; of a uRNN also theta.1, v.1 and h_0.1. */
  readonly name: string;
  readonly kind:
    | 'input'
    | 'recurrent'
    | 'bias'
    | 'readout'
    | 'readoutBias'
    /** Of a uRNN: the phases of D1, D2 and D3, the vectors of both reflections, the state before time 0. */
    | 'phases'
    | 'reflections'
    | 'initial';
  /** Layer, from 0; for the readout the number of layers. */
  readonly layer: number;
  readonly rows: number;
  readonly columns: number;
  /** First element in the pooled parameters, row-major from there. */
  readonly offset: number;
  /** As `inspect` writes it: biases have one dimension. */
  readonly shape: readonly number[];
}

/** All sizes that follow from an experiment whose lanes train one kind of network. */
export interface Shape {
  readonly network: NetworkName;
  readonly inputs: number;
  readonly outputs: number;
  /** Real numbers of a state: for a uRNN twice the experiment's `hidden`, [Re h, Im h]. */
  readonly hidden: number;
  readonly layers: number;
  /** Whether there are recurrent matrices; a feedforward network has one time step and none, a uRNN has their factors. */
  readonly recurrent: boolean;
  /** Time steps. */
  readonly length: number;
  readonly batch: number;
  readonly lanes: number;
  /** First scored step, from 0: the last step, or 0 where every step is scored. */
  readonly scoredFrom: number;
  readonly scoredSteps: number;
  readonly matrices: readonly Matrix[];
  /** Parameters of one lane. */
  readonly parameters: number;
  /** Chunks of rows into which weight gradients are split; depends on length, batch and network only. */
  readonly splits: number;
  /** Batches after which carried states begin anew from zero; null: every batch does. */
  readonly segments: number | null;
}

/**
 * The parameters in their order: per layer W_in, W_rec (where the network is recurrent), b, then W_out, b_out. Of a uRNN
 * with n complex units, whose state is [Re h, Im h]: W_in.1 [2n, inputs], theta.1 [3, n] (the phases of D1, D2, D3), v.1 [2, 2n]
 * (the vectors of R1 and R2, real parts before imaginary ones), b.1 [n] (of the modReLU), h_0.1 [2n], W_out [outputs, 2n], b_out.
 */
export function matricesOf({
  network,
  inputs,
  outputs,
  hidden,
  layers,
  recurrent,
}: Pick<Shape, 'network' | 'inputs' | 'outputs' | 'hidden' | 'layers' | 'recurrent'>): Matrix[] {
  const matrices: Matrix[] = [];
  let offset = 0;
  const add = (name: string, kind: Matrix['kind'], layer: number, rows: number, columns: number): void => {
    const vector = kind === 'bias' || kind === 'readoutBias' || kind === 'initial';
    matrices.push({ name, kind, layer, rows, columns, offset, shape: vector ? [rows] : [rows, columns] });
    offset += rows * columns;
  };
  if (network === 'urnn') {
    add('W_in.1', 'input', 0, hidden, inputs);
    add('theta.1', 'phases', 0, 3, hidden / 2);
    add('v.1', 'reflections', 0, 2, hidden);
    add('b.1', 'bias', 0, hidden / 2, 1);
    add('h_0.1', 'initial', 0, hidden, 1);
    add('W_out', 'readout', 1, outputs, hidden);
    add('b_out', 'readoutBias', 1, outputs, 1);
    return matrices;
  }
  for (let layer = 0; layer < layers; layer++) {
    add(`W_in.${layer + 1}`, 'input', layer, hidden, layer === 0 ? inputs : hidden);
    if (recurrent) add(`W_rec.${layer + 1}`, 'recurrent', layer, hidden, hidden);
    add(`b.${layer + 1}`, 'bias', layer, hidden, 1);
  }
  add('W_out', 'readout', layers, outputs, hidden);
  add('b_out', 'readoutBias', layers, outputs, 1);
  return matrices;
}

/** Rows (time step, sequence) of one chunk of a weight gradient, and the most chunks. */
const ROWS_PER_SPLIT = 256;
const MAX_SPLITS = 64;
/** Partial sums of all chunks of a lane, at most: large networks have work enough without many chunks. */
const MAX_PARTIALS = 2 ** 20;

/**
 * Number of chunks of the weight-gradient sums: fixed by length, batch and network, so that nothing else, least of all
 * the number of lanes, moves a bit.
 */
export const splitsOf = (length: number, batch: number, parameters: number): number =>
  Math.max(
    1,
    Math.min(MAX_SPLITS, Math.ceil((length * batch) / ROWS_PER_SPLIT), Math.floor(MAX_PARTIALS / parameters)),
  );

/**
 * The sizes of an experiment whose lanes all train the same kind of network.
 * @param data the task's, loaded; null for generated tasks
 * @throws Error where they do not
 */
export const shapeOf = (experiment: Experiment, data: TaskData | null = null): Shape =>
  shapeFor(taskOf(experiment), experiment, data);

/**
 * The sizes of each lane of an experiment, of whatever network, with that lane alone.
 * @param data the task's, loaded; null for generated tasks
 */
export const laneShapes = (experiment: Experiment, data: TaskData | null = null): Shape[] =>
  laneShapesFor(taskOf(experiment), experiment, data);

/** `laneShapes` on the given task, whatever the experiment's own. */
export const laneShapesFor = (task: Task, experiment: Experiment, data: TaskData | null = null): Shape[] =>
  experiment.lanes.map((lane) => shapeFor(task, { ...experiment, lanes: [lane] }, data));

/** The sizes of an experiment on the given task, whatever the experiment's own. */
export function shapeFor(task: Task, experiment: Experiment, data: TaskData | null = null): Shape {
  const { layers, batch, lanes } = experiment;
  const network = lanes[0]?.network ?? 'relu';
  if (lanes.some((lane) => lane.network !== network)) {
    throw new Error('The lanes train networks of different kinds: each kind has sizes of its own.');
  }
  const hidden = network === 'urnn' ? 2 * experiment.hidden : experiment.hidden;
  const { inputs, outputs } = task.sizes(data);
  const recurrent = network === 'relu' && !task.feedforward;
  const length = task.steps(experiment);
  const scoredFrom = task.readout === 'last' ? length - 1 : 0;
  const matrices = matricesOf({ network, inputs, outputs, hidden, layers, recurrent });
  const parameters = matrices.reduce((sum, matrix) => sum + matrix.rows * matrix.columns, 0);
  return {
    network,
    inputs,
    outputs,
    hidden,
    layers,
    recurrent,
    length,
    batch,
    lanes: lanes.length,
    scoredFrom,
    scoredSteps: length - scoredFrom,
    matrices,
    parameters,
    splits: splitsOf(length, batch, parameters),
    segments: task.segments(experiment, data),
  };
}

/** The matrix of that kind and layer. */
export function matrixOf(shape: Pick<Shape, 'matrices'>, kind: Matrix['kind'], layer: number): Matrix {
  const matrix = shape.matrices.find((candidate) => candidate.kind === kind && candidate.layer === layer);
  if (!matrix) throw new Error(`There is no ${kind} matrix in layer ${layer}.`);
  return matrix;
}

/** Whether a step, from 1, begins from zero states: always, where none are carried from batch to batch. */
export const beginsAnew = ({ segments }: Pick<Shape, 'segments'>, step: number): boolean =>
  segments === null || (step - 1) % segments === 0;

/**
 * Sequences of a held-out evaluation: at least one, and whole batches where batches continue each other.
 * @param available sequences of the held-out set
 * @param wanted at most so many; undefined: all
 */
export function evaluatedSequences(
  { batch, segments }: Pick<Shape, 'batch' | 'segments'>,
  available: number,
  wanted: number | undefined,
): number {
  const count = Math.max(1, Math.min(wanted ?? available, available));
  return segments === null ? count : Math.max(1, Math.floor(count / batch)) * batch;
}

/** The part of each lane in arrays that hold some numbers of one lane after another. */
export interface LaneSpan {
  readonly first: number;
  readonly end: number;
}

/**
 * Where each lane's part lies in an array of all lanes.
 * @param widths numbers of each lane
 */
export function laneSpans(widths: readonly number[]): LaneSpan[] {
  let end = 0;
  return widths.map((width) => {
    const first = end;
    end += width;
    return { first, end };
  });
}

/** Where each lane's parameters lie in the pooled ones of an experiment, a checkpoint's for one. */
export const parameterSpans = (shapes: readonly Shape[]): LaneSpan[] =>
  laneSpans(shapes.map(({ parameters }) => parameters));
