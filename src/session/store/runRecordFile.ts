import * as v from 'valibot';
import { defaultView, formatLink } from '../../experiment/link.ts';
import { type Experiment, parseExperiment } from '../../experiment/schema.ts';
import { EARLIER_POINTS } from '../page/earlierRuns.ts';
import { type SeriesPoint, SMOOTHING_FACTORS, type Spacing } from '../page/series.ts';
import { type CurveRecord, RUN_FORMAT, RUN_VERSION, type RunRecord } from './runRecord.ts';
import { UnusableRunError } from './savedRun.ts';

/** Bytes that an exported run may have: one of 16 lanes with every point has some 22 million. */
export const MOST_RECORD_BYTES = 32_000_000;
/** Points of a curve: a series has no more of either spacing. */
const MOST_POINTS = 1024;
/** Marks of a clock and evaluations of a run: more than are kept. */
const MOST_ENTRIES = 4096;
const LONGEST_TEXT = 1000;
/** Sizes that charts can tell apart; no engine measures larger ones: squares of float32 numbers end below 1e78. */
const LARGEST = 1e100;

const wholeNumber = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const text = v.pipe(v.string(), v.maxLength(LONGEST_TEXT));
/** JSON has no word for what is not finite. */
const measured = v.pipe(
  v.nullable(v.number()),
  v.transform((value) => value ?? Number.NaN),
);
/** Points are many: they are checked by hand, one by one. */
const points = v.pipe(v.array(v.unknown()), v.maxLength(MOST_POINTS));
const curve = v.object({ linear: points, log: points });
const list = <Item extends v.GenericSchema>(item: Item) =>
  v.pipe(v.array(v.unknown()), v.maxLength(MOST_ENTRIES), v.array(item));

const recordSchema = v.object({
  experiment: v.unknown(),
  engine: v.nullable(v.object({ kind: v.picklist(['webgpu', 'cpu']), name: text, software: v.boolean() })),
  step: wholeNumber,
  clock: list(v.object({ step: wholeNumber, seconds: v.pipe(v.number(), v.finite(), v.minValue(0)) })),
  lanes: list(v.object({ loss: curve, metric: curve, gradientNorm: curve, pathNormLog2: curve })),
  evaluations: list(
    v.object({ step: wholeNumber, lanes: list(v.object({ loss: measured, metric: measured })) }),
  ),
  stops: list(v.object({ lane: wholeNumber, step: wholeNumber, reason: text })),
});

/**
 * Checks what came from a file that the page saved as a run: its curves come back in few points, as those of every earlier run.
 * @throws UnusableRunError where it is not such a run, is one of a newer version, or damaged
 */
export function parseRunRecord(input: unknown): RunRecord {
  const head = v.safeParse(v.object({ format: v.literal(RUN_FORMAT), version: v.number() }), input);
  if (!head.success) throw new UnusableRunError('This is not a run saved by this page.');
  const { version } = head.output;
  if (version > RUN_VERSION) {
    throw new UnusableRunError(
      `This run was saved by a newer version of the page (format ${version}; this page reads ${RUN_VERSION}). Reload the page to get the newest one.`,
    );
  }
  if (version !== RUN_VERSION) throw damagedAt('version', `${version} is none that there has been`);
  const result = v.safeParse(recordSchema, input, { abortEarly: true });
  if (!result.success) {
    const [issue] = result.issues;
    throw damagedAt(v.getDotPath(issue) ?? 'its root', shortened(issue.message));
  }
  const { engine, step, clock, lanes, evaluations, stops } = result.output;
  const experiment = experimentOf(result.output.experiment);
  const count = experiment.lanes.length;
  const fits =
    lanes.length === count &&
    evaluations.every((evaluation) => evaluation.lanes.length === count && evaluation.step <= step) &&
    stops.every((stop) => stop.lane < count && stop.step <= step);
  if (!fits) throw new UnusableRunError('This run is damaged: its lanes do not fit its experiment.');
  return {
    format: RUN_FORMAT,
    version: RUN_VERSION,
    experiment,
    link: formatLink(experiment, defaultView),
    engine,
    step,
    clock,
    lanes: lanes.map(({ loss, metric, gradientNorm, pathNormLog2 }, lane) => ({
      loss: curveOf(loss, step, `lanes.${lane}.loss`),
      metric: curveOf(metric, step, `lanes.${lane}.metric`),
      gradientNorm: curveOf(gradientNorm, step, `lanes.${lane}.gradientNorm`),
      pathNormLog2: curveOf(pathNormLog2, step, `lanes.${lane}.pathNormLog2`),
    })),
    evaluations,
    stops,
  };
}

const damagedAt = (place: string, problem: string): UnusableRunError =>
  new UnusableRunError(`This run is damaged at ${place}: ${problem}.`);

/** What came in a file may be quoted in a message, but not at length. */
const shortened = (message: string): string => (message.length > 200 ? `${message.slice(0, 199)}…` : message);

function experimentOf(input: unknown): Experiment {
  try {
    return parseExperiment(input);
  } catch (error) {
    throw damagedAt('experiment', error instanceof Error ? shortened(error.message) : String(error));
  }
}

type CurveInput = Readonly<Record<Spacing, readonly unknown[]>>;

function curveOf({ linear, log }: CurveInput, step: number, place: string): CurveRecord {
  return { linear: pointsOf(linear, step, `${place}.linear`), log: pointsOf(log, step, `${place}.log`) };
}

/** The points of a curve in order, as many as an earlier run has. */
function pointsOf(inputs: readonly unknown[], lastStep: number, place: string): SeriesPoint[] {
  const found: SeriesPoint[] = [];
  let before = 0;
  for (const [index, input] of inputs.entries()) {
    const point = pointOf(input);
    if (point === null || point.first <= before || point.last < point.first || point.last > lastStep) {
      throw damagedAt(`${place}.${index}`, 'it must be a point of steps after those before it');
    }
    before = point.last;
    // A mean that left the range of numbers has none to draw.
    if (Number.isFinite(point.mean)) found.push(point);
  }
  let merged = 1;
  while (found.length > merged * EARLIER_POINTS) merged *= 2;
  if (merged === 1) return found;
  return Array.from({ length: Math.ceil(found.length / merged) }, (_, index) =>
    joined(found.slice(index * merged, (index + 1) * merged)),
  );
}

/** Null where it is no point. */
function pointOf(input: unknown): SeriesPoint | null {
  if (typeof input !== 'object' || input === null) return null;
  const { first, last, mean, min, max, smooth } = input as Record<string, unknown>;
  if (!isWhole(first) || !isWhole(last) || !isMeasured(mean) || !isMeasured(min) || !isMeasured(max)) {
    return null;
  }
  if (!Array.isArray(smooth) || smooth.length !== SMOOTHING_FACTORS.length || !smooth.every(isMeasured)) {
    return null;
  }
  return {
    first,
    last,
    mean: mean ?? Number.NaN,
    min: min ?? Number.NEGATIVE_INFINITY,
    max: max ?? Number.POSITIVE_INFINITY,
    smooth: smooth.map((value: number | null) => value ?? mean ?? Number.NaN),
  };
}

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value);
const isMeasured = (value: unknown): value is number | null =>
  value === null || (typeof value === 'number' && Math.abs(value) <= LARGEST);

/** Neighbours as one point. */
function joined(neighbours: readonly SeriesPoint[]): SeriesPoint {
  const first = neighbours[0] as SeriesPoint;
  const last = neighbours.at(-1) as SeriesPoint;
  let steps = 0;
  let mean = 0;
  for (const point of neighbours) {
    const count = point.last - point.first + 1;
    steps += count;
    // Neither a sum of large numbers nor a difference, which could leave the range of numbers.
    mean = mean * (1 - count / steps) + point.mean * (count / steps);
  }
  return {
    first: first.first,
    last: last.last,
    mean,
    min: Math.min(...neighbours.map(({ min }) => min)),
    max: Math.max(...neighbours.map(({ max }) => max)),
    smooth: last.smooth,
  };
}
