import * as v from 'valibot';
import { assertRestorable, type Checkpoint, type EngineKind, messageOf } from '../../engine/engine.ts';
import { laneShapesFor, type Shape } from '../../engine/layout.ts';
import { experimentSchema, parseExperiment } from '../../experiment/schema.ts';
import { taskOf } from '../../experiment/tasks/index.ts';
import { RunData, type SavedData } from '../page/runData.ts';
import type { Stop } from '../protocol.ts';

export const SAVED_FORMAT = 'path-sgd-playground checkpoint';
export const SAVED_VERSION = 1;

/** A run with all that it needs to go on: plain data and typed arrays. */
export interface SavedRun {
  readonly format: typeof SAVED_FORMAT;
  readonly version: typeof SAVED_VERSION;
  /** Milliseconds since 1970. */
  readonly savedAt: number;
  readonly engine: EngineKind | 'auto';
  /** Whose `experiment` has the run's copies behind its own lanes. */
  readonly checkpoint: Checkpoint;
  readonly data: SavedData;
  readonly stops: readonly Stop[];
  /** The text that it trains on, where it is the visitor's own; null in files, which do not carry it. */
  readonly text: File | null;
}

/** A saved run that cannot be used; the message says why. */
export class UnusableRunError extends Error {
  override readonly name = 'UnusableRunError';
}

const wholeNumber = v.pipe(v.number(), v.integer(), v.minValue(0));
const floats = v.custom<Float32Array | Float64Array>(
  (input) => input instanceof Float32Array || input instanceof Float64Array,
);
const doubles = v.instance(Float64Array);
const buckets = v.object({ count: doubles, sum: doubles, min: doubles, max: doubles, smooth: doubles });
const series = v.object({
  linear: buckets,
  geometric: buckets,
  width: v.pipe(v.number(), v.integer(), v.minValue(1)),
  lastStep: wholeNumber,
  last: v.union([v.number(), v.nan()]),
  smooth: doubles,
  values: wholeNumber,
});
const spikes = v.object({
  highest: v.nullable(v.object({ step: wholeNumber, loss: v.number() })),
  before: v.nullable(v.number()),
});
const number = v.union([v.number(), v.nan()]);
const savedSchema = v.object({
  format: v.literal(SAVED_FORMAT),
  version: v.literal(SAVED_VERSION),
  savedAt: v.number(),
  engine: v.picklist(['auto', 'webgpu', 'cpu']),
  checkpoint: v.object({
    version: v.literal(1),
    experiment: experimentSchema,
    step: wholeNumber,
    parameters: floats,
    velocity: floats,
    squares: floats,
    carried: floats,
    stoppedAt: v.instance(Uint32Array),
  }),
  data: v.object({
    step: wholeNumber,
    lanes: v.array(
      v.object({ loss: series, metric: series, gradientNorm: series, pathNormLog2: series, spikes }),
    ),
    copies: v.array(
      v.object({ lane: wholeNumber, of: wholeNumber, step: wholeNumber, exponents: v.instance(Int8Array) }),
    ),
    differences: v.array(v.object({ largest: number, series })),
    evaluations: v.array(
      v.object({ step: wholeNumber, lanes: v.array(v.object({ loss: number, metric: number })) }),
    ),
    marks: v.array(v.object({ step: wholeNumber, seconds: v.number() })),
  }),
  stops: v.array(v.object({ lane: wholeNumber, step: wholeNumber, reason: v.string() })),
  text: v.nullable(v.custom<File>((input) => typeof File !== 'undefined' && input instanceof File)),
});

/**
 * Checks what came from a file or from storage.
 * @throws UnusableRunError where it is not a saved run, is one of a newer version, or damaged
 */
export function parseSavedRun(input: unknown): SavedRun {
  const head = v.safeParse(v.object({ format: v.string(), version: v.number() }), input);
  if (!head.success || head.output.format !== SAVED_FORMAT) {
    throw new UnusableRunError('This is not a run saved by this page.');
  }
  if (head.output.version > SAVED_VERSION) {
    throw new UnusableRunError(
      `This run was saved by a newer version of the page (format ${head.output.version}; this page reads ${SAVED_VERSION}). Reload the page to get the newest one.`,
    );
  }
  const result = v.safeParse(savedSchema, input);
  if (!result.success) {
    const [issue] = result.issues;
    throw new UnusableRunError(
      `This saved run is damaged at ${v.getDotPath(issue) ?? 'its root'}: ${issue.message}.`,
    );
  }
  const saved: SavedRun = result.output;
  assertWhole(saved);
  try {
    RunData.restored(saved.data);
  } catch (error) {
    throw new UnusableRunError(messageOf(error));
  }
  return saved;
}

/**
 * Checks that the parts of a run belong together, which takes no time: a run must pass before it takes the place of one that was saved.
 * @throws UnusableRunError where `parseSavedRun` would refuse the run
 */
export function assertWhole(saved: SavedRun): void {
  const { checkpoint } = saved;
  try {
    const experiment = parseExperiment(checkpoint.experiment);
    assertRestorable(checkpoint, experiment, shapesOfSaved(checkpoint));
    assertConsistent(saved);
  } catch (error) {
    throw new UnusableRunError(messageOf(error));
  }
}

function assertConsistent({ checkpoint, data, stops }: SavedRun): void {
  const { lanes } = checkpoint.experiment;
  const { layers, hidden } = checkpoint.experiment;
  const first = lanes.length - data.copies.length;
  const copiesFit =
    first >= 1 &&
    data.differences.length === data.copies.length &&
    data.copies.every(
      ({ lane, of, exponents }, index) =>
        lane === first + index && of < first && exponents.length === layers * hidden,
    );
  const lanesFit =
    data.lanes.length === lanes.length &&
    data.evaluations.every((evaluation) => evaluation.lanes.length === lanes.length) &&
    stops.every(({ lane }) => lane < lanes.length);
  if (!copiesFit || !lanesFit)
    throw new Error('This saved run is damaged: its lanes do not fit its experiment.');
}

/**
 * The sizes that a checkpoint must have. Those of a text follow from its vocabulary, which is not in the checkpoint: here the number
 * of parameters tells it.
 */
function shapesOfSaved({ experiment, parameters }: Checkpoint): Shape[] {
  const task = taskOf(experiment);
  if (task.data !== 'text') return laneShapesFor(task, experiment);
  const sizes = (outputs: number) =>
    laneShapesFor({ ...task, sizes: () => ({ inputs: outputs, outputs }), segments: () => 1 }, experiment);
  const numbers = (shapes: readonly Shape[]) => shapes.reduce((sum, shape) => sum + shape.parameters, 0);
  // W_in and W_out grow with the vocabulary, and b_out.
  const base = numbers(sizes(1));
  const symbols = 1 + (parameters.length - base) / (numbers(sizes(2)) - base);
  if (!Number.isInteger(symbols) || symbols < 1 || symbols > MOST_SYMBOLS) {
    throw new Error('This saved run is damaged: its weights fit no vocabulary.');
  }
  return sizes(symbols);
}

const MOST_SYMBOLS = 256;
