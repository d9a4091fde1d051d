import type { Experiment } from '../../experiment/schema.ts';
import { type Task, taskOf } from '../../experiment/tasks/index.ts';
import type { QuantityName } from '../../session/store/runRecord.ts';
import type { AxisKind, Stored } from '../chartScale.ts';
import { formatNumber, formatOf, formatPowerOfTwo } from '../numbers.ts';

type Baseline = ReturnType<Task['baseline']>;

/** What a chart shows, and how. */
export interface Quantity {
  readonly key: QuantityName;
  /** As a link's `hide` names its chart. */
  readonly part: 'loss' | 'measure' | 'gradient' | 'path';
  readonly title: string;
  readonly unit: string;
  readonly stored: Stored;
  /** Axes to choose from, the usual one first. */
  readonly axes: readonly AxisKind[];
  /** How a stored number is written. */
  readonly format: (value: number | null | undefined) => string;
  /** Whether it is measured on held-out data too. */
  readonly heldOut: boolean;
  /** What a network that learns nothing gets, if that says something here. */
  readonly baseline: Baseline;
}

const LOSS_TEXTS: Readonly<Record<Task['loss'], string>> = {
  squared: 'mean squared error',
  softmax: 'cross-entropy in nats',
};

/**
 * All that can be drawn of an experiment.
 * @param baseline the task's, with its data
 */
export function quantitiesOf(experiment: Experiment, baseline: Baseline): readonly Quantity[] {
  const task = taskOf(experiment);
  const measure = task.measure(experiment);
  const inBits = measure.kind === 'bits';
  return [
    {
      key: 'loss',
      part: 'loss',
      title: 'Loss',
      unit: LOSS_TEXTS[task.loss],
      stored: 'number',
      axes: ['log', 'linear'],
      format: formatNumber,
      heldOut: true,
      baseline,
    },
    {
      key: 'metric',
      part: 'measure',
      title: measure.label.charAt(0).toUpperCase() + measure.label.slice(1),
      unit: inBits ? 'less is better' : 'share',
      stored: 'number',
      axes: [inBits ? 'bits' : 'share'],
      format: formatOf(measure),
      heldOut: true,
      baseline: inBits && baseline ? { ...baseline, loss: baseline.loss / Math.LN2 } : null,
    },
    {
      key: 'gradientNorm',
      part: 'gradient',
      title: 'Gradient norm',
      unit: 'before any clip',
      stored: 'number',
      axes: ['log', 'linear'],
      format: formatNumber,
      heldOut: false,
      baseline: null,
    },
    {
      key: 'pathNormLog2',
      part: 'path',
      title: 'Path norm',
      unit: 'γ, the root of the path regulariser',
      stored: 'log2',
      axes: ['log', 'linear'],
      format: formatPowerOfTwo,
      heldOut: false,
      baseline: null,
    },
  ];
}
