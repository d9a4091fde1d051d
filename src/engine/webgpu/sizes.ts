import type { Experiment } from '../../experiment/schema.ts';
import type { Task, TaskData } from '../../experiment/tasks/index.ts';
import { type EngineInfo, METRIC_STEPS, ShapeTooLargeError } from '../engine.ts';
import { type Matrix, matrixOf, type Shape, shapeFor } from '../layout.ts';

/** Parameters of a chunk of reduce.wgsl and update.wgsl: CHUNK in shaders/lib/kappa.wgsl. */
const CHUNK = 256;

export const quadsOf = (numbers: number): number => Math.ceil(numbers / 4);

/** A matrix laid out by pack.wgsl: `inner` rows of quads over `outer`. */
interface Packing {
  readonly matrix: Matrix;
  readonly outer: number;
  readonly outerStride: number;
  readonly inner: number;
  readonly innerStride: number;
  /** Packed rows: terms of a sum come in quads too, but a bias is one row. */
  readonly innerPadded: number;
  /** First quad in a lane's packed parameters. */
  readonly packed: number;
}

/** First quads of a layer's packed matrices. */
interface PackedLayer {
  /** W_in, summed over its inputs. */
  readonly input: number;
  /** W_in^T, summed over its outputs; of the first layer there is none. */
  readonly inputBack: number;
  /** Of a feedforward network there is none. */
  readonly recurrent: number;
  readonly recurrentBack: number;
  readonly bias: number;
}

/** All packed matrices of a lane. */
export interface Packings {
  readonly list: readonly Packing[];
  readonly layers: readonly PackedLayer[];
  readonly readout: number;
  readonly readoutBack: number;
  readonly readoutBias: number;
  /** Quads of a lane. */
  readonly quads: number;
}

/** The packed matrices of a lane and where they lie. */
export function packingsOf(shape: Shape): Packings {
  const list: Packing[] = [];
  let quads = 0;
  const add = (matrix: Matrix, transposed: boolean): number => {
    const { rows, columns } = matrix;
    // Forward the sum runs over the columns of the row-major matrix, backward over its rows.
    const packing = transposed
      ? { outer: columns, outerStride: 1, inner: rows, innerStride: columns }
      : { outer: rows, outerStride: columns, inner: columns, innerStride: 1 };
    const isBias = matrix.kind === 'bias' || matrix.kind === 'readoutBias';
    const innerPadded = isBias ? 1 : 4 * quadsOf(packing.inner);
    const packed = quads;
    list.push({ matrix, ...packing, innerPadded, packed });
    quads += quadsOf(packing.outer) * innerPadded;
    return packed;
  };
  const layers = Array.from({ length: shape.layers }, (_, layer) => {
    const input = matrixOf(shape, 'input', layer);
    const recurrent = shape.recurrent ? matrixOf(shape, 'recurrent', layer) : null;
    return {
      input: add(input, false),
      inputBack: layer > 0 ? add(input, true) : 0,
      recurrent: recurrent ? add(recurrent, false) : 0,
      recurrentBack: recurrent ? add(recurrent, true) : 0,
      bias: add(matrixOf(shape, 'bias', layer), false),
    };
  });
  const readout = matrixOf(shape, 'readout', shape.layers);
  return {
    layers,
    readout: add(readout, false),
    readoutBack: add(readout, true),
    readoutBias: add(matrixOf(shape, 'readoutBias', shape.layers), false),
    list,
    quads,
  };
}

/** A run of parameters of one matrix, as reduce.wgsl and update.wgsl take them. */
export interface Chunk {
  readonly first: number;
  readonly count: number;
  readonly matrixIndex: number;
  readonly matrix: Matrix;
}

export function chunksOf(shape: Shape): Chunk[] {
  return shape.matrices.flatMap((matrix, matrixIndex) => {
    const size = matrix.rows * matrix.columns;
    return Array.from({ length: Math.ceil(size / CHUNK) }, (_, index) => ({
      first: matrix.offset + index * CHUNK,
      count: Math.min(CHUNK, size - index * CHUNK),
      matrixIndex,
      matrix,
    }));
  });
}

/** Even exponents of a lane: of each matrix, then of each row of each layer's kappa2. */
export const exponentsOf = ({ matrices, layers, hidden, recurrent }: Shape): number =>
  matrices.length + (recurrent ? layers * hidden : 0);

/** Rows of a block of a weight-gradient sum: BLOCK in shaders/gradient.wgsl. */
const GRADIENT_BLOCK = 256;

/** Blocks of rows of each chunk of a weight-gradient sum. */
export const gradientBlocksOf = (rows: number, splits: number): number =>
  Math.ceil(Math.ceil(rows / splits) / GRADIENT_BLOCK);

/** Rows of a workgroup of the readout: as many as leave it 4 KiB of outputs, for more is slow to set to zero. */
export const readoutRowsOf = ({ outputs }: Shape): number =>
  [16, 8].find((rows) => rows * quadsOf(outputs) <= 256) ?? 4;

/** How work is dealt to workgroups and their invocations. */
export interface Tiling {
  /** Sequences of a workgroup of a recurrence: see shaders/lib/recurrence.wgsl, for the next three as well. */
  readonly tile: Tile;
  /** Parts into which the sum of a time step is cut. */
  readonly slices: number;
  readonly sliceQuads: number;
  /** Whether an invocation keeps its weights in registers. */
  readonly kept: boolean;
  /** Quads of outputs of an invocation; four only with a tile of one. */
  readonly quads: 1 | 4;
  /** Of 64 invocations that share a sum over rows or time steps: see shaders/lib/groups.wgsl. */
  readonly groups: number;
}

/** What of a tiling the adapter decides. */
export interface TilingChoice {
  /** Whether a time step's sum is cut into slices. */
  readonly sliced: boolean;
  readonly groups: number;
  /**
   * As is right for the batch where it is undefined. Wide is a tile of one sequence, of which an invocation has four quads
   * of outputs; four sequences where weights are not kept.
   */
  readonly tile?: Tile | 'wide' | undefined;
  /** Of a workgroup; as many as default limits allow where it is not given. */
  readonly mostInvocations?: number;
}

const TILES = [1, 2, 4] as const;
export type Tile = (typeof TILES)[number];

/** Invocations of a workgroup under WebGPU's default limits. */
export const MOST_INVOCATIONS = 256;
/** Groups on a GPU, as many as a workgroup has invocations for. */
export const GROUPS = 4;

/** Most slices: joining them costs time too. */
const MOST_SLICES = 8;
/** Invocations of four warps, one for each scheduler of a GPU's core: a fifth would take turns with one of them. */
const FOUR_WARPS = 128;
/** Quads of all slices together, four sequences of which lie in the 16 KiB of workgroup memory that every adapter has. */
const SLICED_QUADS = 176;
/** Most quads of hidden units whose weights an invocation keeps, four vectors of four each: shaders/lib/recurrence.wgsl. */
const MOST_KEPT = 8;

/**
 * Most workgroups of a recurrence, of all lanes, that are made by smaller tiles: a core each of a large GPU. A small GPU
 * runs some of them one after another, which costs it little: a sequence of a tile of one takes some 105 instructions of
 * each warp for a time step, of a tile of four 90.
 */
const FILLING_WORKGROUPS = 128;

/**
 * The tiling for a shape. As many slices as four warps hold; more where the weights are only then few enough to be kept,
 * or are not kept at all; one where there is no sum. The smallest tile that does not make more workgroups than a large GPU
 * has cores, for the fewer sequences a workgroup has, the sooner a time step ends; but four where weights are not kept: then
 * each sequence of a tile saves reading them. No sum depends on the tile, so that it may depend on the number of lanes.
 */
export function tilingOf(
  { hidden, recurrent, batch, lanes }: Shape,
  { sliced: sliceable, groups, tile, mostInvocations = MOST_INVOCATIONS }: TilingChoice,
): Tiling {
  const quads = quadsOf(hidden);
  const sliced = sliceable && recurrent;
  const sliceOf = (invocations: number): number =>
    Math.ceil(quads / Math.max(1, Math.min(MOST_SLICES, quads, Math.floor(invocations / quads))));
  const isKept = (sliceQuads: number): boolean => sliceQuads <= MOST_KEPT;
  const ofFourWarps = sliceOf(FOUR_WARPS);
  const sliceQuads = !sliced
    ? quads
    : isKept(ofFourWarps)
      ? ofFourWarps
      : sliceOf(Math.min(SLICED_QUADS, mostInvocations));
  const slices = Math.ceil(quads / sliceQuads);
  const kept = sliced && isKept(sliceQuads);
  const filling = kept
    ? TILES.find((each) => Math.ceil(batch / each) * lanes <= FILLING_WORKGROUPS)
    : undefined;
  // Each quad of outputs has an invocation of its own to end a time step of the path row.
  const wide = tile === 'wide' && kept && slices * Math.ceil(quads / 4) >= quads;
  return {
    tile: tile === 'wide' ? (wide ? 1 : 4) : (tile ?? filling ?? 4),
    quads: wide ? 4 : 1,
    slices,
    sliceQuads,
    kept,
    groups: Math.min(groups, Math.floor(mostInvocations / 64)),
  };
}

/** What of an adapter a tiling depends on. */
export interface Adapter {
  readonly info: EngineInfo;
  /** Invocations that a workgroup may have: 256, or 128 in compatibility mode. */
  readonly mostInvocations: number;
}

/**
 * The tiling that is faster on an adapter. What groups do at once, an emulated GPU does one after another, and takes four times as long.
 * With slices SwiftShader takes twice as long, lavapipe a sixth less, and another tenth less with wide tiles.
 * @param choice what is decided already
 */
export const tilingFor = (
  shape: Shape,
  { info: { software, name }, mostInvocations }: Adapter,
  choice: Partial<TilingChoice> | undefined,
): Tiling =>
  tilingOf(shape, {
    sliced: !/swiftshader/i.test(name),
    ...(software ? { groups: 1, tile: 'wide' } : { groups: GROUPS }),
    mostInvocations,
    ...choice,
  });

/** Complex units of a uRNN; 0 for other networks. */
export const unitsOf = ({ network, hidden }: Shape): number => (network === 'urnn' ? hidden / 2 : 0);

/** Invocations of a workgroup of a uRNN's recurrences: as many as GPUs run in step, if more than one pair is in it. */
const UNITARY_INVOCATIONS = 32;

/** Pairs of vectors of such a workgroup, each of which a quarter of the units' number of invocations have. */
export const pairsOf = (shape: Shape): number =>
  Math.max(1, Math.min(8, Math.floor((4 * UNITARY_INVOCATIONS) / Math.max(4, unitsOf(shape)))));

/** Sums of a sequence in shaders/unitaryBackward.wgsl. */
export const unitarySumsOf = (shape: Shape): number => 10 * unitsOf(shape) + 2;

/** Complex numbers of a lane's table: TABLE in shaders/lib/unitary.wgsl. */
export const unitaryTableOf = (shape: Shape): number => 7 * unitsOf(shape) + 2;

/** Quads of one row of gamma: mantissas and the exponent. */
export const gammaQuads = (shape: Shape): number => quadsOf(shape.hidden) + 1;

/** Largest number of states of a lane's layer that a batch of held-out sequences may take more than training. */
const HELD_OUT_STATES = 2 ** 20;
const HELD_OUT_BATCH = 128;

/**
 * Sequences that the buffers hold: held-out ones go in larger batches than small training batches, of a size that does not
 * depend on the lanes; but where states are carried, in batches of training's size.
 */
export function capacityOf(shape: Shape): number {
  if (shape.segments !== null) return shape.batch;
  const affordable = Math.floor(HELD_OUT_STATES / (shape.length * shape.hidden));
  return Math.max(shape.batch, Math.min(HELD_OUT_BATCH, affordable));
}

/** Bytes of every buffer that grows with the shape, but for the task's data. */
export function bufferBytes(shape: Shape) {
  const { lanes, layers, length, parameters, scoredSteps, splits } = shape;
  const capacity = capacityOf(shape);
  const hiddenQuads = quadsOf(shape.hidden);
  const states = lanes * (length + 1) * capacity * hiddenQuads * 16;
  const units = unitsOf(shape);
  const paths = units === 0 ? 1 : 0;
  return {
    parameters: 3 * lanes * parameters * 4, // [3, lane, parameters]: parameters, velocity, squares
    packed: lanes * packingsOf(shape).quads * 16, // [lane, packed quads]
    inputs: length * capacity * quadsOf(shape.inputs) * 16, // [length, batch, input quads]
    targets: scoredSteps * capacity * shape.outputs * 4, // [scored, batch, outputs] or [scored, batch]
    carried: shape.segments === null ? 0 : lanes * layers * shape.batch * hiddenQuads * 16, // [lane, layer, batch, quads]
    hidden: states, // of one layer: [lane, 1 + length, batch, hidden quads]
    deltas: states, // of one layer: [lane, length + 1, batch, hidden quads]
    outputs: lanes * scoredSteps * capacity * quadsOf(shape.outputs) * 16, // [lane, scored, batch, output quads]
    rowResults: lanes * scoredSteps * capacity * 8, // [lane, scored, batch, 2]
    gamma: paths * lanes * layers * (length + 1) * gammaQuads(shape) * 16, // [lane, layer, length + 1, quads]
    partials: splits * lanes * parameters * 4, // [split, lane, parameters]
    gradient: lanes * parameters * 4, // [lane, parameters]
    kappa1: paths * lanes * parameters * 4, // [lane, parameters]
    kappa2: shape.recurrent ? lanes * layers * shape.hidden * 2 * gammaQuads(shape) * 16 : 0, // [lane, layer, hidden, 2, quads]
    exponents: lanes * exponentsOf(shape) * 4, // [lane, exponents]
    sums: lanes * chunksOf(shape).length * 2 * 16, // [lane, chunk, 2, 4]
    ring: METRIC_STEPS * lanes * 8 * 4, // [step, lane, 8]
    linear: units > 0 ? states : 0, // [lane, length + 1, batch, hidden quads]
    rotated: units > 0 ? states : 0, // [lane, length + 1, batch, hidden quads]
    tables: units > 0 ? lanes * unitaryTableOf(shape) * 8 : 0, // [lane, table, 2]
    unitarySums: units > 0 ? lanes * shape.batch * unitarySumsOf(shape) * 4 : 0, // [lane, batch, sums]
  };
}

/** What a device can hold in one buffer, in bytes. */
export type BufferLimits = Pick<GPUSupportedLimits, 'maxBufferSize' | 'maxStorageBufferBindingSize'>;

const fits = (task: Task, experiment: Experiment, data: TaskData | null, limit: number): boolean =>
  Math.max(...Object.values(bufferBytes(shapeFor(task, experiment, data)))) <= limit;

/**
 * Refuses a shape that the device cannot hold, before anything is made for it.
 * @throws ShapeTooLargeError which says what fits
 */
export function checkSize(
  task: Task,
  experiment: Experiment,
  data: TaskData | null,
  limits: BufferLimits,
): void {
  const limit = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
  if (fits(task, experiment, data, limit)) return;
  const bytes = Math.max(...Object.values(bufferBytes(shapeFor(task, experiment, data))));
  const { batch, lanes, length, hidden, layers } = experiment;
  const largestBatch = largest(batch, (value) => fits(task, { ...experiment, batch: value }, data, limit));
  const largestLanes = largest(lanes.length, (value) =>
    fits(task, { ...experiment, lanes: lanes.slice(0, value) }, data, limit),
  );
  const remedies = [
    ...(largestBatch > 0 ? [`batch ${largestBatch}`] : []),
    ...(largestLanes > 0 ? [`${largestLanes} ${largestLanes === 1 ? 'lane' : 'lanes'}`] : []),
  ];
  throw new ShapeTooLargeError(
    `This shape (length ${length}, hidden ${hidden}, layers ${layers}, batch ${batch}, lanes ${lanes.length}) needs a ` +
      `buffer of ${megabytes(bytes)}, and this adapter holds at most ${megabytes(limit)} in one. With all else the same, ` +
      `the largest that fits is ${remedies.length > 0 ? remedies.join(', or ') : 'a shorter length or fewer hidden units'}.`,
  );
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20).toLocaleString('en')} MiB`;

/** The largest whole number below `end` for which the test holds, as it does for all smaller ones; 0 if for none. */
function largest(end: number, holds: (value: number) => boolean): number {
  let low = 0;
  let high = end;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return low;
}
