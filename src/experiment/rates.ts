import type { Experiment, InitialisationName, Lane, OptimizerName } from './schema.ts';
import type { TaskName } from './tasks/index.ts';

/** What a rate depends on beside the lane. */
export type RateContext = Pick<Experiment, 'task' | 'length'>;

/** Usual rates where no length asks for another. */
const USUAL_RATES = { sgd: 0.01, adagrad: 0.01, rmsprop: 0.001, adam: 0.001 } as const;

/**
 * The rate that a link's lane has where it names none; this never changes, since links rely on it. The path rates fall
 * with the length because kappa ignores how coherent the paths of a long sequence are.
 */
export function defaultRate(optimizer: OptimizerName, { length }: Pick<RateContext, 'length'>): number {
  if (optimizer !== 'path' && optimizer !== 'path2') return USUAL_RATES[optimizer];
  if (length <= 20) return 0.03;
  if (length <= 75) return 0.003;
  if (length <= 150) return 0.001;
  return 0.0003;
}

/** A rate for each start that was measured. */
export type MeasuredStarts = Readonly<Partial<Record<InitialisationName, number>>>;
export type MeasuredRates = Readonly<Partial<Record<OptimizerName, MeasuredStarts>>>;

/** The momentum with which rates were measured beside those without. */
export const MEASURED_MOMENTUM = 0.9;

/** The best rates of a grid, measured at one length of a task. */
export interface Measurement {
  readonly task: TaskName;
  /** The length at which it was measured. */
  readonly length: number;
  /** The lengths for which it stands: those nearest to it. */
  readonly from: number;
  readonly to: number;
  readonly hidden: number;
  readonly layers: number;
  readonly steps: number;
  readonly seeds: number;
  /** With momentum and clips at each optimizer's defaults. */
  readonly rates: MeasuredRates;
  /** With momentum 0.9, of optimizers that have none by default. */
  readonly withMomentum?: MeasuredRates;
}

/**
 * Rates with the lowest mean logarithm of the smoothed loss over the steps, of a grid of about half decades; from
 * scripts/measure-rates.ts, whose grids stand there. Batch 32.
 */
export const MEASUREMENTS: readonly Measurement[] = [];

/** The measurement that stands for a task and length, or undefined where none does. */
export const measurementOf = ({ task, length }: RateContext): Measurement | undefined =>
  MEASUREMENTS.find(
    (candidate) => candidate.task === task && candidate.from <= length && length <= candidate.to,
  );

/** The best measured rate of a lane with all else at its optimizer's defaults; null where nothing like it was measured. */
export function measuredRate(
  { optimizer, init, momentum }: Pick<Lane, 'optimizer' | 'init' | 'momentum'>,
  context: RateContext,
): number | null {
  const measurement = measurementOf(context);
  const withMomentum = optimizer !== 'adam' && momentum === MEASURED_MOMENTUM;
  return (withMomentum ? measurement?.withMomentum : measurement?.rates)?.[optimizer]?.[init] ?? null;
}
