import type { Experiment } from '../experiment/schema.ts';
import { type Task, type TaskData, taskOf } from '../experiment/tasks/index.ts';

/** One parameter matrix (a bias is a matrix of one column) in the pooled parameters of a lane. */
export interface Matrix {
  /** W_in.l, W_rec.l, b.l, W_out or b_out; l counts from 1. */
  readonly name: string;
  readonly kind: 'input' | 'recurrent' | 'bias' | 'readout' | 'readoutBias';
  /** Layer, from 0; for the readout the number of layers. */
  readonly layer: number;
  readonly rows: number;
  readonly columns: number;
  /** First element in the pooled parameters, row-major from there. */
  readonly offset: number;
  /** As `inspect` writes it: biases have one dimension. */
  readonly shape: readonly number[];
}

/** All sizes that follow from an experiment. */
export interface Shape {
  readonly inputs: number;
  readonly outputs: number;
  readonly hidden: number;
  readonly layers: number;
  /** Whether there are recurrent matrices; a feedforward network has one time step and none. */
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
 * The parameters in their order: per layer W_in, W_rec (where the network is recurrent), b, then W_out, b_out.
 */
export function matricesOf({
  inputs,
  outputs,
  hidden,
  layers,
  recurrent,
}: Pick<Shape, 'inputs' | 'outputs' | 'hidden' | 'layers' | 'recurrent'>): Matrix[] {
  const matrices: Matrix[] = [];
  let offset = 0;
  const add = (name: string, kind: Matrix['kind'], layer: number, rows: number, columns: number): void => {
    const bias = kind === 'bias' || kind === 'readoutBias';
    matrices.push({ name, kind, layer, rows, columns, offset, shape: bias ? [rows] : [rows, columns] });
    offset += rows * columns;
  };
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
 * The sizes of an experiment.
 * @param data the task's, loaded; null for generated tasks
 */
export const shapeOf = (experiment: Experiment, data: TaskData | null = null): Shape =>
  shapeFor(taskOf(experiment), experiment, data);

/** The sizes of an experiment on the given task, whatever the experiment's own. */
export function shapeFor(task: Task, experiment: Experiment, data: TaskData | null = null): Shape {
  const { hidden, layers, batch } = experiment;
  const { inputs, outputs } = task.sizes(data);
  const recurrent = !task.feedforward;
  const length = task.steps(experiment);
  const scoredFrom = task.readout === 'last' ? length - 1 : 0;
  const matrices = matricesOf({ inputs, outputs, hidden, layers, recurrent });
  const parameters = matrices.reduce((sum, matrix) => sum + matrix.rows * matrix.columns, 0);
  return {
    inputs,
    outputs,
    hidden,
    layers,
    recurrent,
    length,
    batch,
    lanes: experiment.lanes.length,
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
