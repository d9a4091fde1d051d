import type { Experiment } from '../../experiment/schema.ts';
import { carriedStates } from '../engine.ts';
import { initialParametersFor, unitaryPermutation } from '../initialise.ts';
import type { Shape } from '../layout.ts';
import { LANE_BYTES, LANES_BYTES } from './device.ts';
import { chunksOf, type Packings, quadsOf, unitsOf } from './sizes.ts';

// What the engine writes into buffers: layouts that shaders/ declares.

const OPTIMIZER_CODES = { sgd: 0, path: 1, path2: 2, adagrad: 3, rmsprop: 4, adam: 5 } as const;
const ACTIVATION_CODES = { relu: 0, tanh: 1 } as const;

/** In place of the logarithm of 0. */
const LOWEST_LOGARITHM = -1000;

/** The settings of all lanes: LaneSettings in shaders/lib/dispatch.wgsl. */
export function laneSettingsOf({ lanes }: Experiment): ArrayBuffer {
  const settings = new DataView(new ArrayBuffer(LANES_BYTES));
  for (const [index, lane] of lanes.entries()) {
    const { rate, momentum, clip, dualclip, decay } = lane;
    const at = index * LANE_BYTES;
    const setFloats = (offset: number, values: readonly number[]): void => {
      for (const [i, value] of values.entries()) settings.setFloat32(at + offset + 4 * i, value, true);
    };
    settings.setUint32(at, OPTIMIZER_CODES[lane.optimizer], true);
    setFloats(4, [rate, momentum, clip, dualclip]);
    settings.setUint32(at + 20, ACTIVATION_CODES[lane.activation], true);
    const logarithms = [momentum, decay].map((value) => Math.max(LOWEST_LOGARITHM, Math.log(value)));
    setFloats(24, [decay, 1 - decay, 1 - momentum, ...logarithms]);
  }
  return settings.buffer;
}

/** Parameters, velocity and squares at the start: [3, lane, parameters]. */
export function startOf(experiment: Experiment, shape: Shape): ArrayBuffer {
  const start = new Float32Array(3 * shape.lanes * shape.parameters);
  for (const [index, lane] of experiment.lanes.entries()) {
    start.set(initialParametersFor(shape, lane), index * shape.parameters);
  }
  return start.buffer;
}

/** exp(-2 pi i m / units) for every m: [units, 2]. */
export const twiddlesOf = (shape: Shape): ArrayBuffer => {
  const units = unitsOf(shape);
  const angles = Array.from({ length: units }, (_, m) => (-2 * Math.PI * m) / units);
  return Float32Array.from(angles.flatMap((angle) => [Math.cos(angle), Math.sin(angle)])).buffer;
};

/** The permutation of every lane's uRNN: [lane, units]. */
export const permutationsOf = ({ lanes }: Experiment, shape: Shape): ArrayBuffer =>
  Uint32Array.from(lanes.flatMap(({ seed }) => [...unitaryPermutation(unitsOf(shape), seed)])).buffer;

/** The jobs of shaders/pack.wgsl. */
export const jobsOf = ({ list }: Packings): ArrayBuffer =>
  Uint32Array.from(
    list.flatMap((job) => [
      job.matrix.offset,
      job.outer,
      job.outerStride,
      job.inner,
      job.innerStride,
      job.packed,
      job.innerPadded,
      0,
    ]),
  ).buffer;

/** The chunks of parameters: Chunk in shaders/lib/kappa.wgsl. */
export const chunkTableOf = (shape: Shape): ArrayBuffer =>
  Uint32Array.from(
    chunksOf(shape).flatMap(({ first, count, matrix, matrixIndex }) => [
      first,
      count,
      matrixIndex,
      matrix.kind === 'recurrent' ? matrix.columns : 0,
      matrix.offset,
      matrix.layer,
      0,
      0,
    ]),
  ).buffer;

/** Words of state before, and of, each lane: shaders/lib/state.wgsl. */
const STATE_HEADER = 4;
const STATE_WORDS = 4;

/** What a run carries besides its parameters, after that many steps: shaders/lib/state.wgsl. */
export function runStateOf(step: number, stoppedAt: Uint32Array): Uint32Array<ArrayBuffer> {
  const state = new Uint32Array(STATE_HEADER + STATE_WORDS * stoppedAt.length);
  state[0] = step;
  for (const [lane, stopped] of stoppedAt.entries()) state[STATE_HEADER + STATE_WORDS * lane] = stopped;
  return state;
}

/** The step at which each lane stopped, out of such a state. */
export const stoppedAtOf = (state: ArrayLike<number>, lanes: number): Uint32Array =>
  Uint32Array.from({ length: lanes }, (_, lane) => state[STATE_HEADER + STATE_WORDS * lane] as number);

/**
 * Rows padded with zeros to whole quads.
 * @param numbers [rows, width]
 * @returns [rows, padded width]
 */
export function padRows(numbers: Float32Array | Float64Array, width: number): Float32Array<ArrayBuffer> {
  const stride = 4 * quadsOf(width);
  const rows = numbers.length / width;
  const padded = new Float32Array(rows * stride);
  for (let row = 0; row < rows; row++) {
    padded.set(numbers.subarray(row * width, (row + 1) * width), row * stride);
  }
  return padded;
}

/**
 * The reverse of `padRows`, of the first rows.
 * @returns [rows, width]
 */
export function unpadRows(padded: Float32Array, width: number, rows: number): Float32Array {
  const stride = 4 * quadsOf(width);
  const numbers = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    numbers.set(padded.subarray(row * stride, row * stride + width), row * width);
  }
  return numbers;
}

/** The carried states, [lanes, layers, batch, hidden], out of their buffer; empty where none are carried. */
export const unpadStates = (shape: Shape, padded: Float32Array): Float32Array =>
  unpadRows(padded, shape.hidden, carriedStates(shape) / shape.hidden);
