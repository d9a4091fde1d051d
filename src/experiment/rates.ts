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

/** The best rates of a grid. */
export interface Trial {
  /** Fewest steps, and seeds, of any of the rates. */
  readonly steps: number;
  readonly seeds: number;
  readonly rates: MeasuredRates;
}

/** What was measured at one length of a task, with batches of 32. */
export interface Measurement {
  readonly task: TaskName;
  /** The length at which it was measured. */
  readonly length: number;
  /** The lengths for which it stands: those nearest to it. */
  readonly from: number;
  readonly to: number;
  readonly hidden: number;
  readonly layers: number;
  /** Everything but rate and start at each optimizer's defaults. */
  readonly usual: Trial;
  /** With momentum 0.9, of optimizers that have none by default. */
  readonly withMomentum?: Trial;
}

/**
 * The rates that did best in scripts/measure-rates.ts, where their grids stand: those with the lowest mean logarithm of
 * the smoothed loss over all steps; of about equal ones one whose loss never rises above a hundred times the baseline.
 * A start from which no rate of the grid got below the baseline has none.
 */
export const MEASUREMENTS: readonly Measurement[] = [
  {
    task: 'adding',
    length: 20,
    from: 4,
    to: 34,
    hidden: 32,
    layers: 1,
    usual: {
      steps: 2000,
      seeds: 1,
      rates: {
        sgd: { nprnn: 0.1, identity: 0.1, orthogonal: 0.1, gaussian: 0.1 },
        path: { nprnn: 0.01, identity: 0.03, orthogonal: 0.1, gaussian: 0.1 },
        path2: { nprnn: 0.01, identity: 0.1, orthogonal: 0.1, gaussian: 0.1 },
        adagrad: { nprnn: 0.01 },
        rmsprop: { nprnn: 0.003 },
        adam: { nprnn: 0.01 },
      },
    },
    withMomentum: {
      steps: 2000,
      seeds: 1,
      rates: {
        sgd: { nprnn: 0.03, identity: 0.02, orthogonal: 0.02 },
        path: { nprnn: 0.003, identity: 0.003, orthogonal: 0.003 },
        path2: { nprnn: 0.003, identity: 0.003, orthogonal: 0.003 },
      },
    },
  },
  {
    task: 'adding',
    length: 50,
    from: 35,
    to: 74,
    hidden: 32,
    layers: 1,
    usual: {
      steps: 4000,
      seeds: 2,
      rates: {
        sgd: { nprnn: 0.02, identity: 0.05, orthogonal: 0.05, gaussian: 0.05 },
        path: { nprnn: 0.01, identity: 0.04, orthogonal: 0.04 },
        path2: { nprnn: 0.02, identity: 0.04, orthogonal: 0.04 },
      },
    },
    withMomentum: {
      steps: 4000,
      seeds: 2,
      rates: {
        sgd: { nprnn: 0.005, identity: 0.005, orthogonal: 0.01 },
        path: { nprnn: 0.001, identity: 0.003, orthogonal: 0.003 },
        path2: { nprnn: 0.001, identity: 0.003, orthogonal: 0.003 },
      },
    },
  },
  {
    task: 'adding',
    length: 100,
    from: 75,
    to: 150,
    hidden: 32,
    layers: 1,
    usual: {
      steps: 8000,
      seeds: 1,
      rates: {
        sgd: { nprnn: 0.03, identity: 0.01, orthogonal: 0.03, gaussian: 0.03 },
        path: { nprnn: 0.003 },
        path2: { nprnn: 0.01 },
      },
    },
    withMomentum: {
      steps: 8000,
      seeds: 1,
      rates: {
        sgd: { nprnn: 0.003, identity: 0.003, orthogonal: 0.003 },
        path: { nprnn: 0.001 },
        path2: { nprnn: 0.001 },
      },
    },
  },
  {
    task: 'mnist-rows',
    length: 28,
    from: 28,
    to: 28,
    hidden: 64,
    layers: 1,
    usual: {
      steps: 300,
      seeds: 1,
      rates: { sgd: { nprnn: 0.1 }, path: { nprnn: 0.1 }, path2: { nprnn: 0.1 }, adam: { nprnn: 0.003 } },
    },
  },
  {
    task: 'mnist-14x14',
    length: 196,
    from: 196,
    to: 196,
    hidden: 64,
    layers: 1,
    usual: {
      steps: 600,
      seeds: 1,
      rates: {
        sgd: { nprnn: 0.01, identity: 0.01, irnn: 0.003 },
        path: { identity: 0.003 },
        path2: { identity: 0.03 },
        adam: { nprnn: 0.001, identity: 0.0003, irnn: 0.001 },
      },
    },
  },
  {
    task: 'copying',
    length: 10,
    from: 10,
    to: 20,
    hidden: 64,
    layers: 1,
    usual: {
      steps: 400,
      seeds: 1,
      rates: {
        sgd: { nprnn: 0.1, identity: 0.1 },
        path: { nprnn: 3, identity: 3 },
        adam: { nprnn: 0.003, identity: 0.003 },
      },
    },
  },
  {
    task: 'mnist-flat',
    length: 1,
    from: 1,
    to: 1,
    hidden: 64,
    layers: 2,
    usual: {
      steps: 400,
      seeds: 1,
      rates: {
        sgd: { gaussian: 0.2 },
        path: { gaussian: 0.1 },
        adagrad: { gaussian: 0.01 },
        adam: { gaussian: 0.003 },
      },
    },
  },
  {
    task: 'text',
    length: 50,
    from: 25,
    to: 100,
    hidden: 64,
    layers: 1,
    usual: {
      steps: 250,
      seeds: 1,
      rates: { sgd: { nprnn: 0.5 }, path: { nprnn: 30 }, adam: { nprnn: 0.002 } },
    },
  },
];

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
  const { usual, withMomentum } = measurementOf(context) ?? {};
  const trial = optimizer !== 'adam' && momentum === MEASURED_MOMENTUM ? withMomentum : usual;
  return trial?.rates[optimizer]?.[init] ?? null;
}
