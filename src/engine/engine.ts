import type { Experiment } from '../experiment/schema.ts';
import type { Batch } from '../experiment/tasks/index.ts';
import type { Shape } from './layout.ts';

export type EngineKind = 'webgpu' | 'cpu';

export interface EngineInfo {
  readonly kind: EngineKind;
  /** The adapter's name, or what the CPU engine computes in: "float32, TypeScript". */
  readonly name: string;
  /** True where a GPU is only emulated. */
  readonly software: boolean;
}

/** What one lane measured in one step. All numbers precede the update of that step. */
export interface LaneMetrics {
  readonly step: number;
  readonly lane: number;
  readonly loss: number;
  /** The task's own measure on the training batch. */
  readonly metric: number;
  /** Norm of the raw gradient over all parameters of the lane. */
  readonly gradientNorm: number;
  /** log2 of gamma, the root of the path regulariser; NaN for a uRNN, which has none. */
  readonly pathNormLog2: number;
  /** Why the lane stopped at this step, or null. Its parameters stay those before the step. */
  readonly stopped: string | null;
}

/**
 * Lines in order of step, then lane. A stopped lane has one line with `stopped` set and none after it.
 */
export type MetricBatch = readonly LaneMetrics[];

/** Numbers that may leave float32's range: value = data * 2^log2; one exponent, or one per row. */
export interface ScaledArray {
  readonly data: Float32Array | Float64Array;
  readonly log2: number | Int32Array;
}

/** Everything about one step of one lane; parameters in the order of `matricesOf`. */
export interface LaneSnapshot {
  readonly loss: number;
  readonly before: Float32Array | Float64Array; // [parameters]
  readonly after: Float32Array | Float64Array; // [parameters]
  /** Raw, before any clip. */
  readonly gradient: Float32Array | Float64Array; // [parameters]
  /** By matrix, in the order of `matricesOf`, each with one exponent. Empty, as gammaIn and gammaOut, for a uRNN: it has no paths. */
  readonly kappa1: readonly ScaledArray[];
  readonly kappa2: readonly ScaledArray[];
  /** The states before time 0 that were carried over from the batch before; null: they are zero. */
  readonly initial: Float32Array | Float64Array | null; // [layers, batch, hidden]
  /** u and v of the mathematics (squared), one exponent per layer and time step. */
  readonly gammaIn: ScaledArray; // [layers, length, hidden], log2 [layers * length]
  readonly gammaOut: ScaledArray; // [layers, length, hidden], log2 [layers * length]
  /** Only where `inspect` was asked for them. */
  readonly states: LaneStates | null;
}

/** The path quantities of a network that has no path geometry. */
export const NO_PATHS: Pick<LaneSnapshot, 'kappa1' | 'kappa2' | 'gammaIn' | 'gammaOut'> = {
  kappa1: [],
  kappa2: [],
  gammaIn: { data: new Float32Array(0), log2: 0 },
  gammaOut: { data: new Float32Array(0), log2: 0 },
};

/** What a step keeps of every unit at every time. */
export interface LaneStates {
  /** h_t. */
  readonly hidden: Float32Array | Float64Array; // [layers, length, batch, hidden]
  /** dL/dz_t, z the input of the ReLU: zero where the unit is off. */
  readonly deltas: Float32Array | Float64Array; // [layers, length, batch, hidden]
}

/** What `inspect` returns: the step it ran, its batch, and every lane. */
export interface StepSnapshot {
  readonly step: number;
  readonly batch: Batch;
  readonly lanes: readonly LaneSnapshot[];
}

/** Held-out loss and task measure of each lane, after the update of `step`. */
export interface Evaluation {
  readonly step: number;
  readonly lanes: readonly { readonly loss: number; readonly metric: number }[];
}

/** All that a run needs to go on with the same bits. */
export interface Checkpoint {
  readonly version: 1;
  readonly experiment: Experiment;
  /** Steps done. */
  readonly step: number;
  readonly parameters: Float32Array | Float64Array; // [lanes, parameters], see `parameterSpans` of layout.ts
  readonly velocity: Float32Array | Float64Array; // [lanes, parameters]
  /** Sums or means of squared gradients of the adaptive optimizers; zero for the others. */
  readonly squares: Float32Array | Float64Array; // [lanes, parameters]
  /** Hidden states from which the next step goes on; empty where the task carries none. */
  readonly carried: Float32Array | Float64Array; // [lanes, layers, batch, hidden]
  /** Step at which each lane stopped; 0 = it runs. */
  readonly stoppedAt: Uint32Array; // [lanes]
}

/**
 * Refuses a checkpoint that an engine cannot go on from.
 * @param shapes of the lanes, in their order: of one each, or of several alike
 * @throws Error which says why
 */
export function assertRestorable(
  checkpoint: Checkpoint,
  experiment: Experiment,
  shapes: readonly Shape[],
): void {
  const { version, step, parameters, velocity, squares, carried, stoppedAt } = checkpoint;
  if (version !== 1) throw new Error(`The checkpoint has version ${version}: this engine reads version 1.`);
  if (!sameExperiment(checkpoint.experiment, experiment)) {
    throw new Error('The checkpoint is of another experiment than the one that runs.');
  }
  const total = (numberOf: (shape: Shape) => number): number =>
    shapes.reduce((sum, shape) => sum + numberOf(shape), 0);
  const numbers = total((shape) => shape.lanes * shape.parameters);
  const whole =
    [parameters, velocity, squares].every(({ length }) => length === numbers) &&
    carried.length === total(carriedStates) &&
    stoppedAt.length === total(({ lanes }) => lanes);
  if (!Number.isInteger(step) || step < 0 || !whole) {
    throw new Error('The checkpoint is damaged: its sizes do not fit its experiment.');
  }
}

/** Numbers of hidden states that a checkpoint of the shape has in `carried`. */
export const carriedStates = ({ segments, lanes, layers, batch, hidden }: Shape): number =>
  segments === null ? 0 : lanes * layers * batch * hidden;

/** Whether two experiments are equal, in whatever order their keys came. */
function sameExperiment(a: Experiment, b: Experiment): boolean {
  const keys = [a, b, ...a.lanes, ...b.lanes].flatMap(Object.keys).sort();
  return JSON.stringify(a, keys) === JSON.stringify(b, keys);
}

/**
 * What computes. Runs in a page, in a worker and in Node. Calls of one engine must not overlap, but for `metrics`: what
 * it was asked for is fixed at the call, and training may go on until it answers.
 */
export interface Engine {
  readonly info: EngineInfo;
  readonly experiment: Experiment;
  /** Steps done (or submitted) so far. */
  readonly step: number;
  /** Encodes and submits that many steps; resolves when at most one submit is outstanding. */
  train(steps: number): Promise<void>;
  /** Metrics of the steps after `sinceStep`, oldest first; the engine keeps the last `METRIC_STEPS` steps. */
  metrics(sinceStep: number): Promise<MetricBatch>;
  /** Runs one more step and returns everything about it; with `states` the hidden states and deltas too. */
  inspect(options?: { readonly states?: boolean }): Promise<StepSnapshot>;
  /** Held-out loss and measure; `sequences` limits the set. Does not change the training. */
  evaluate(sequences?: number): Promise<Evaluation>;
  checkpoint(): Promise<Checkpoint>;
  /** @throws Error where the checkpoint is not of this experiment */
  restore(checkpoint: Checkpoint): Promise<void>;
  /** Tells the listener when what the engine computes on goes away, also between two calls; at once if it already has. */
  onLoss(listener: (loss: EngineLostError) => void): void;
  /** Frees what it holds. A call that is under way fails or has no effect. */
  dispose(): void;
}

/** Steps whose metrics an engine keeps for `metrics`. */
export const METRIC_STEPS = 4096;

/**
 * Why a lane stopped, in a sentence.
 * @param previousNorm norm of the gradient of the step before; null at the first step
 */
export function stopReason(
  step: number,
  loss: number,
  gradientNorm: number,
  previousNorm: number | null,
): string {
  const what = Number.isFinite(loss)
    ? `the gradient norm is not finite (${gradientNorm})`
    : `the loss is not finite (${loss})`;
  const before =
    previousNorm === null ? '' : `; the gradient norm was ${previousNorm.toPrecision(3)} at step ${step - 1}`;
  return `${what} at step ${step}${before}`;
}

/** What an error says, whatever was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** A shape that the device cannot hold: the message says what fits. */
export class ShapeTooLargeError extends Error {
  override readonly name = 'ShapeTooLargeError';
}

/** What an engine computes on went away: another engine can go on from a checkpoint. */
export class EngineLostError extends Error {
  override readonly name: string = 'EngineLostError';
}

/** The device went away, with all that was on it. */
export class DeviceLostError extends EngineLostError {
  override readonly name = 'DeviceLostError';
}

/** No usable WebGPU: the message says what to do. */
export class NoAdapterError extends Error {
  override readonly name = 'NoAdapterError';
}
