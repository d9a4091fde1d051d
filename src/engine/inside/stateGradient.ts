import type { Experiment } from '../../experiment/schema.ts';
import { type Batch, type Task, taskOf } from '../../experiment/tasks/index.ts';
import { Scorer } from '../cpu/score.ts';
import type { LaneSnapshot } from '../engine.ts';
import { type Matrix, matrixOf, type Shape } from '../layout.ts';
import { unitaryMatrixOf } from './unitaryMatrix.ts';

/** Norms of dL/dh_t of some time steps. */
export interface StateGradient {
  /** Time steps from 0, ascending, the first and the last among them. */
  readonly times: readonly number[];
  /** Mean over the sequences of the norm of dL/dh_t over the units. */
  readonly norms: Float64Array; // [layers, times]
  /** Sequences of the batch over which the mean goes. */
  readonly sequences: number;
}

/** Time steps of one answer, of a longer sequence. */
const MOST_TIMES = 100;
const FEWEST_TIMES = 24;
/** Sequences for which time steps are left out, rather than fewer of them. */
const FEW_SEQUENCES = 4;

/**
 * How the loss depends on the state at each time: dL/dh_t = W_rec^T dL/dz_{t+1}, W* dL/dz_{t+1} for a uRNN, and from above
 * W_in^T dL/dz_t of the next layer, or W_out^T dL/dy_t at a scored step. It shrinks or grows towards the start of a sequence where gradients vanish or
 * explode (Pascanu, Mikolov, Bengio, ICML 2013).
 * @param experiment with this lane alone, or others of its network
 * @param shape of the snapshot, see `shapeOfSnapshot`
 * @param operations multiplications that it may about take: where all would take more, fewer time steps and sequences are
 *   looked at
 * @returns null where the snapshot has no states
 */
export function stateGradient(
  experiment: Experiment,
  shape: Shape,
  batch: Batch,
  lane: LaneSnapshot,
  operations = Number.POSITIVE_INFINITY,
  task: Task = taskOf(experiment),
): StateGradient | null {
  const { states } = lane;
  const [settings] = experiment.lanes;
  if (states === null || !settings) return null;
  const { layers, length, hidden, batch: all, scoredFrom, outputs } = shape;
  const unitary = shape.network === 'urnn' ? unitaryMatrixOf(shape, settings, lane.before) : null;
  // As many for a uRNN as for a network of real units, so that both are looked at at the same times.
  const { hidden: units } = experiment;
  const matrices = (shape.recurrent || unitary ? layers : 0) + layers - 1;
  const perStep = units * (matrices * units + outputs);
  const wanted = Math.floor(operations / (perStep * FEW_SEQUENCES));
  const times = spread(length, Math.max(FEWEST_TIMES, Math.min(MOST_TIMES, wanted)));
  const sequences = Math.max(1, Math.min(all, Math.floor(operations / (perStep * times.length))));
  const outputGradient = lossGradient(experiment, task, shape, batch, lane, times, sequences);
  const norms = new Float64Array(layers * times.length);
  const sum = new Float64Array(hidden);
  const row = (layer: number, t: number, b: number): number => ((layer * length + t) * all + b) * hidden;
  for (let layer = 0; layer < layers; layer++) {
    const above = layer + 1 < layers ? matrixOf(shape, 'input', layer + 1) : null;
    const recurrent = shape.recurrent ? matrixOf(shape, 'recurrent', layer) : null;
    const readout = matrixOf(shape, 'readout', layers);
    for (const [index, t] of times.entries()) {
      let total = 0;
      for (let b = 0; b < sequences; b++) {
        sum.fill(0);
        if (t + 1 < length) {
          const next = row(layer, t + 1, b);
          if (recurrent) addTransposed(sum, lane.before, recurrent, states.deltas, next);
          if (unitary) sum.set(unitary.inverse(states.deltas.subarray(next, next + hidden)));
        }
        if (above) addTransposed(sum, lane.before, above, states.deltas, row(layer + 1, t, b));
        else if (t >= scoredFrom) {
          addTransposed(sum, lane.before, readout, outputGradient, ((t - scoredFrom) * all + b) * outputs);
        }
        let squares = 0;
        for (const value of sum) squares += value * value;
        total += Math.sqrt(squares);
      }
      norms[layer * times.length + index] = total / sequences;
    }
  }
  return { times, norms, sequences };
}

/** dL/dy, [scored steps, batch, outputs], from the states of the last layer: right at the given times, of the first sequences. */
function lossGradient(
  experiment: Experiment,
  task: Task,
  shape: Shape,
  { targets }: Batch,
  { before, states }: LaneSnapshot,
  times: readonly number[],
  sequences: number,
): Float64Array {
  const { layers, length, hidden, batch, outputs: width, scoredFrom, scoredSteps } = shape;
  const readout = matrixOf(shape, 'readout', layers).offset;
  const bias = matrixOf(shape, 'readoutBias', layers).offset;
  const outputs = new Float64Array(scoredSteps * batch * width);
  const hiddenStates = states?.hidden ?? new Float64Array(0);
  for (const t of times.filter((time) => time >= scoredFrom)) {
    for (let b = 0; b < sequences; b++) {
      const top = (((layers - 1) * length + t) * batch + b) * hidden;
      const at = ((t - scoredFrom) * batch + b) * width;
      for (let o = 0; o < width; o++) {
        let sum = before[bias + o] as number;
        for (let k = 0; k < hidden; k++) {
          sum += (before[readout + o * hidden + k] as number) * (hiddenStates[top + k] as number);
        }
        outputs[at + o] = sum;
      }
    }
  }
  const gradient = new Float64Array(outputs.length);
  new Scorer(task, shape, task.measure(experiment), 'float64').score(outputs, targets, batch, gradient);
  return gradient;
}

/** sum += W^T x for the row x of `values` that begins at `from`. */
function addTransposed(
  sum: Float64Array,
  weights: Float32Array | Float64Array,
  { offset, rows, columns }: Matrix,
  values: Float32Array | Float64Array,
  from: number,
): void {
  for (let row = 0; row < rows; row++) {
    const x = values[from + row] as number;
    // Of a unit that is off, for one.
    if (x === 0) continue;
    const at = offset + row * columns;
    for (let k = 0; k < columns; k++) sum[k] = (sum[k] as number) + x * (weights[at + k] as number);
  }
}

/** At most `count` (two or more) whole numbers from 0 to `length` - 1, evenly spread, both ends among them. */
function spread(length: number, count: number): number[] {
  if (length <= count) return Array.from({ length }, (_, t) => t);
  return Array.from({ length: count }, (_, index) => Math.round((index * (length - 1)) / (count - 1)));
}
