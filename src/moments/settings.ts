import { SettingsReader } from '../experiment/roomSettings.ts';
import type { Range } from '../experiment/schema.ts';

export const DISTRIBUTIONS = ['gaussian', 'uniform'] as const;
export const TENSORS = ['leastsquares', 'controlvariates', 'exact'] as const;
export const WIDTHS = ['1', '2', '4'] as const;

/** Everything that determines a run of the room. */
export interface MomentsSettings {
  /** Inputs of all networks. */
  readonly inputs: number;
  /** Hidden units of the teacher. */
  readonly units: number;
  readonly samples: number;
  readonly seed: number;
  /** Of the inputs: standard normal, or uniform of variance 1, for which the method is not made. */
  readonly distribution: (typeof DISTRIBUTIONS)[number];
  /** Standard deviation of the noise on the labels, in standard deviations of what the teacher says. */
  readonly noise: number;
  /** The smallest singular value of the teacher's directions; 0 = as drawn, at least 0.2. */
  readonly singular: number;
  /** The teacher's biases are drawn within plus and minus this. */
  readonly bias: number;
  /** Where the Hermite tensors come from: the samples, in one of two ways, or the teacher itself. */
  readonly tensors: (typeof TENSORS)[number];
  /** How many units to look for; 0 = as many as the singular values show. */
  readonly look: number;
  /** Units of the students that train, in multiples of the teacher's. */
  readonly width: (typeof WIDTHS)[number];
  readonly steps: number;
  /** Rate of SGD. */
  readonly sgd: number;
  /** Rate of Path-SGD. */
  readonly path: number;
  /** Standard deviation of the logarithm of the factors that unbalance the start; 0 = none. */
  readonly unbalance: number;
}

/** More units than inputs can be learned from exact tensors alone. */
const MOST_UNITS = 6;
const MOST_UNITS_EXACT = 10;

export const MOMENTS_RANGES = {
  inputs: { min: 2, max: 10, integer: true },
  units: { min: 1, max: MOST_UNITS_EXACT, integer: true },
  samples: { min: 100, max: 100_000, integer: true },
  seed: { min: 0, max: 0xffffffff, integer: true },
  noise: { min: 0, max: 1 },
  singular: { min: 0, max: 0.2 },
  bias: { min: 0, max: 3 },
  look: { min: 0, max: MOST_UNITS_EXACT, integer: true },
  steps: { min: 0, max: 100_000, integer: true },
  sgd: { min: 0, max: 10, exclusiveMin: true },
  path: { min: 0, max: 10, exclusiveMin: true },
  unbalance: { min: 0, max: 3 },
} as const satisfies Record<string, Range>;

export const DEFAULT_MOMENTS: MomentsSettings = {
  inputs: 6,
  units: 4,
  samples: 10_000,
  seed: 1,
  distribution: 'gaussian',
  noise: 0,
  singular: 0,
  bias: 1,
  tensors: 'leastsquares',
  look: 0,
  width: '1',
  steps: 20_000,
  sgd: 0.1,
  path: 0.03,
  unbalance: 0,
};

/** Vectors w w^T that can be independent. */
const pairs = (inputs: number): number => (inputs * (inputs + 1)) / 2;

/** Most units of a teacher that can be learned. */
export function mostUnits({ inputs, tensors }: Pick<MomentsSettings, 'inputs' | 'tensors'>): number {
  return tensors === 'exact' ? Math.min(MOST_UNITS_EXACT, pairs(inputs)) : Math.min(MOST_UNITS, inputs);
}

/** Moments up to order 4: the least squares have as many columns, and need at least as many samples. */
export const momentCount = (inputs: number): number =>
  ((inputs + 1) * (inputs + 2) * (inputs + 3) * (inputs + 4)) / 24;

/** The fewest samples that the settings allow. */
export function fewestSamples({ inputs, tensors }: Pick<MomentsSettings, 'inputs' | 'tensors'>): number {
  const { min } = MOMENTS_RANGES.samples;
  return tensors === 'leastsquares' ? Math.max(min, momentCount(inputs)) : min;
}

/**
 * Settings as a link has them, checked.
 * @returns `problem` of a message for a command that refuses, `message` for a page that goes on with what it names
 */
export function readMomentsSettings(record: Readonly<Record<string, string>>): {
  readonly settings: MomentsSettings;
  readonly messages: readonly { readonly problem: string; readonly message: string }[];
} {
  const reader = new SettingsReader(record);
  const number = (key: keyof typeof MOMENTS_RANGES): number =>
    reader.number(key, MOMENTS_RANGES[key], DEFAULT_MOMENTS[key]);
  const read: MomentsSettings = {
    inputs: number('inputs'),
    units: number('units'),
    samples: number('samples'),
    seed: number('seed'),
    distribution: reader.choice('distribution', DISTRIBUTIONS, DEFAULT_MOMENTS.distribution),
    noise: number('noise'),
    singular: number('singular'),
    bias: number('bias'),
    tensors: reader.choice('tensors', TENSORS, DEFAULT_MOMENTS.tensors),
    look: number('look'),
    width: reader.choice('width', WIDTHS, DEFAULT_MOMENTS.width),
    steps: number('steps'),
    sgd: number('sgd'),
    path: number('path'),
    unbalance: number('unbalance'),
  };
  const settings = fitting(read);
  const { inputs, units, samples, look } = read;
  const from = read.tensors === 'exact' ? 'exact tensors' : 'tensors from samples';
  const most = `with ${inputs} inputs and ${from} it must be at most ${mostUnits(read)}`;
  // The default gives way without a word.
  if (settings.units !== units && Object.hasOwn(record, 'units'))
    reader.complain('units', `units is ${units}: ${most}`, `${settings.units} is used instead`);
  if (settings.look !== look)
    reader.complain('look', `look is ${look}: ${most}`, `${settings.look} is used instead`);
  if (settings.samples !== samples) {
    reader.complain(
      'samples',
      `samples is ${samples}: least squares with ${inputs} inputs have ${momentCount(inputs)} columns, and need at least as many samples`,
      `${settings.samples} is used instead`,
    );
  }
  return { settings, messages: reader.messages() };
}

/** The nearest settings of which each goes with the others. */
export function fitting(settings: MomentsSettings): MomentsSettings {
  const most = mostUnits(settings);
  return {
    ...settings,
    units: Math.min(settings.units, most),
    look: Math.min(settings.look, most),
    samples: Math.max(settings.samples, fewestSamples(settings)),
  };
}

/** What differs from the defaults, as links have it. */
export function writeMomentsSettings(settings: MomentsSettings): Record<string, string> {
  const keys = Object.keys(DEFAULT_MOMENTS) as (keyof MomentsSettings)[];
  return Object.fromEntries(
    keys.filter((key) => settings[key] !== DEFAULT_MOMENTS[key]).map((key) => [key, String(settings[key])]),
  );
}
