import type { Experiment } from '../../experiment/schema.ts';
import type { LaneSnapshot, MetricBatch, ScaledArray, StepSnapshot } from '../engine.ts';

/** One quantity held against the float64 CPU engine. */
export interface CheckResult {
  readonly quantity: string;
  /** Relative, or a count where the quantity must be equal. */
  readonly error: number;
  readonly allowed: number;
  readonly passed: boolean;
}

export const checked = (quantity: string, error: number, allowed: number): CheckResult => ({
  quantity,
  error,
  allowed,
  passed: error <= allowed,
});

/** Relative error allowed of gradients, hidden states and deltas, as vectors. */
const GRADIENT_TOLERANCE = 1e-4;
/** Of the loss, a mean of many terms. */
const LOSS_TOLERANCE = 1e-5;
/** Of a step, apart from the rounding of the parameters that it leads to. */
const STEP_TOLERANCE = 1e-4;

/** Relative error allowed of each entry of gamma and kappa: rounding grows with the number of steps. */
export const pathTolerance = (length: number): number => (length <= 50 ? 1e-5 : 5e-7 * length);

type Numbers = ArrayLike<number>;

/** |a - b| / |b| as vectors; 0 where both are zero, infinite where a number is not finite. */
export function vectorError(a: Numbers, b: Numbers): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let difference = 0;
  let size = 0;
  for (let i = 0; i < b.length; i++) {
    difference += ((a[i] as number) - (b[i] as number)) ** 2;
    size += (b[i] as number) ** 2;
  }
  if (!Number.isFinite(difference)) return Number.POSITIVE_INFINITY;
  return difference === 0 ? 0 : Math.sqrt(difference / size);
}

/** How many numbers differ. */
export function differences(a: Numbers, b: Numbers): number {
  let count = Math.abs(a.length - b.length);
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (!Object.is(a[i], b[i])) count++;
  return count;
}

/** Entries this far below the largest of their matrix or row are not held to the tolerance. */
const RELEVANT_LOG2 = -100;

/**
 * Largest relative error of an entry of `a` against `b`, over the entries of `b` within 2^-100 of the largest of their
 * row: one row for each exponent.
 */
export function entryError(a: ScaledArray, b: ScaledArray): number {
  const rows = typeof b.log2 === 'number' ? 1 : b.log2.length;
  const width = b.data.length / rows;
  if (a.data.length !== b.data.length) return Number.POSITIVE_INFINITY;
  const exponent = ({ log2 }: ScaledArray, row: number): number =>
    typeof log2 === 'number' ? log2 : (log2[row] as number);
  let worst = 0;
  for (let row = 0; row < rows; row++) {
    const shift = exponent(a, row) - exponent(b, row);
    let largest = 0;
    for (let i = row * width; i < (row + 1) * width; i++)
      largest = Math.max(largest, Math.abs(b.data[i] as number));
    for (let i = row * width; i < (row + 1) * width; i++) {
      const expected = b.data[i] as number;
      if (Math.abs(expected) <= largest * 2 ** RELEVANT_LOG2) continue;
      const error = Math.abs((a.data[i] as number) * 2 ** shift - expected) / Math.abs(expected);
      worst = Math.max(worst, Number.isNaN(error) ? Number.POSITIVE_INFINITY : error);
    }
  }
  return worst;
}

/** |difference of two results| beyond the rounding of float32 / |step|, as vectors. */
export function stepError(
  { after }: Pick<LaneSnapshot, 'after'>,
  expected: Pick<LaneSnapshot, 'before' | 'after'>,
): number {
  let difference = 0;
  let size = 0;
  let step = 0;
  for (let i = 0; i < after.length; i++) {
    difference += ((after[i] as number) - (expected.after[i] as number)) ** 2;
    size += (expected.after[i] as number) ** 2;
    step += ((expected.after[i] as number) - (expected.before[i] as number)) ** 2;
  }
  if (!Number.isFinite(difference)) return Number.POSITIVE_INFINITY;
  return Math.max(0, Math.sqrt(difference) - 2 ** -23 * Math.sqrt(size)) / Math.sqrt(step);
}

/**
 * One step of an engine against the same step of the float64 CPU engine, quantity by quantity; lanes share a line with
 * the worst of them.
 */
export function compareStep(experiment: Experiment, gpu: StepSnapshot, cpu: StepSnapshot): CheckResult[] {
  const worst = (error: (lane: LaneSnapshot, expected: LaneSnapshot) => number): number =>
    Math.max(...gpu.lanes.map((lane, index) => error(lane, cpu.lanes[index] as LaneSnapshot)));
  const worstMatrix = (kappa: 'kappa1' | 'kappa2'): number =>
    worst((lane, expected) =>
      Math.max(
        0,
        ...lane[kappa].map((matrix, index) => entryError(matrix, expected[kappa][index] as ScaledArray)),
      ),
    );
  const path = pathTolerance(experiment.length);
  const results = [
    checked('inputs (numbers that differ)', differences(gpu.batch.inputs, cpu.batch.inputs), 0),
    checked('targets (numbers that differ)', differences(gpu.batch.targets, cpu.batch.targets), 0),
    checked(
      'loss',
      worst((lane, expected) => vectorError([lane.loss], [expected.loss])),
      LOSS_TOLERANCE,
    ),
    checked(
      'gradient',
      worst((lane, expected) => vectorError(lane.gradient, expected.gradient)),
      GRADIENT_TOLERANCE,
    ),
    checked(
      'gamma in',
      worst((lane, expected) => entryError(lane.gammaIn, expected.gammaIn)),
      path,
    ),
    checked(
      'gamma out',
      worst((lane, expected) => entryError(lane.gammaOut, expected.gammaOut)),
      path,
    ),
    checked('kappa1', worstMatrix('kappa1'), path),
    checked('kappa2', worstMatrix('kappa2'), path),
    checked('step', worst(stepError), STEP_TOLERANCE),
    checked(
      'initial states (numbers that differ)',
      worst(({ initial }, expected) =>
        initial && expected.initial
          ? differences(initial, Float32Array.from(expected.initial))
          : Number(initial !== expected.initial),
      ),
      0,
    ),
  ];
  for (const name of ['hidden', 'deltas'] as const) {
    if (gpu.lanes.some(({ states }) => states === null)) break;
    const error = worst((lane, expected) =>
      vectorError(lane.states?.[name] ?? [], expected.states?.[name] ?? []),
    );
    results.push(checked(name === 'hidden' ? 'hidden states' : 'deltas', error, GRADIENT_TOLERANCE));
  }
  return results;
}

/** The metrics of the same steps. */
export function compareMetrics(gpu: MetricBatch, cpu: MetricBatch): CheckResult[] {
  const column = (batch: MetricBatch, name: 'loss' | 'metric' | 'gradientNorm' | 'pathNormLog2'): number[] =>
    batch.map((line) => line[name]);
  return [
    checked('metrics: loss', vectorError(column(gpu, 'loss'), column(cpu, 'loss')), LOSS_TOLERANCE),
    checked('metrics: measure', vectorError(column(gpu, 'metric'), column(cpu, 'metric')), LOSS_TOLERANCE),
    checked(
      'metrics: gradient norm',
      vectorError(column(gpu, 'gradientNorm'), column(cpu, 'gradientNorm')),
      GRADIENT_TOLERANCE,
    ),
    checked(
      'metrics: path norm',
      // NaN of lanes without paths.
      vectorError(
        column(gpu, 'pathNormLog2').map((norm, index) =>
          Number.isNaN(cpu[index]?.pathNormLog2) ? Number(!Number.isNaN(norm)) : norm,
        ),
        column(cpu, 'pathNormLog2').map((norm) => (Number.isNaN(norm) ? 0 : norm)),
      ),
      LOSS_TOLERANCE,
    ),
  ];
}
