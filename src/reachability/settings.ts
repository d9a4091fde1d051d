import { SettingsReader } from '../experiment/roomSettings.ts';
import type { Range } from '../experiment/schema.ts';
import { MOST_HIDDEN, MOST_STEPS } from './network.ts';

/** Whose network is looked at: that of a lane of the run, or one with random weights. */
export const SOURCES = ['lane', 'random'] as const;

/** The allowed range of every number of the room. Steps, lanes and images count from 1. */
export const RANGES = {
  lane: { min: 1, max: 16, integer: true },
  beside: { min: 0, max: 16, integer: true },
  first: { min: 0, max: MOST_STEPS, integer: true },
  second: { min: 0, max: MOST_STEPS, integer: true },
  third: { min: 0, max: MOST_STEPS, integer: true },
  sequence: { min: 1, max: 1000, integer: true },
  image: { min: 1, max: 10_000, integer: true },
  towards: { min: 1, max: 10_000, integer: true },
  also: { min: 1, max: 10_000, integer: true },
  share: { min: 0, max: 1, exclusiveMin: true },
  limit: { min: 0, max: 1000, exclusiveMin: true },
  unit: { min: 0, max: MOST_HIDDEN, integer: true },
  other: { min: 0, max: MOST_HIDDEN, integer: true },
  cells: { min: 1, max: 200_000, integer: true },
  inputs: { min: 2, max: 3, integer: true },
  depth: { min: 1, max: 7, integer: true },
  units: { min: 1, max: MOST_HIDDEN, integer: true },
  seed: { min: 0, max: 0xffffffff, integer: true },
} as const satisfies Record<string, Range>;

type NumberSettings = { readonly [key in keyof typeof RANGES]: number };

/** What is looked at, and what is asked of it. */
export interface Settings extends NumberSettings {
  readonly network: (typeof SOURCES)[number];
}

export const DEFAULTS: Settings = {
  network: 'lane',
  lane: 1,
  /** The lane whose regions are counted beside those of `lane`; 0: the first other one. */
  beside: 0,
  /** Steps of adding whose values are free; 0: a quarter and three quarters of the length, and no third one. */
  first: 0,
  second: 0,
  third: 0,
  sequence: 1,
  image: 1,
  towards: 2,
  also: 3,
  /** How much of the way from `image` to the others the square spans. */
  share: 0.25,
  /** Within which an answer of adding, or an output of the random network, must stay. */
  limit: 0.04,
  /** The two units of the last layer whose states are drawn; 0: those that add most to the answer. */
  unit: 0,
  other: 0,
  /** Regions after which a search is given up. */
  cells: 200_000,
  /** Of the random network: inputs, layers, units of a layer, seed. */
  inputs: 2,
  depth: 2,
  units: 32,
  seed: 1,
};

/** The settings of a link or a command line; what is wrong in them is named, and the nearest allowed value used. */
export function readReachabilitySettings(record: Readonly<Record<string, string>>): {
  readonly settings: Settings;
  readonly messages: ReturnType<SettingsReader['messages']>;
} {
  const reader = new SettingsReader(record);
  const network = reader.choice('network', SOURCES, DEFAULTS.network);
  const keys = Object.keys(RANGES) as (keyof typeof RANGES)[];
  const numbers = Object.fromEntries(
    keys.map((key) => [key, reader.number(key, RANGES[key], DEFAULTS[key])]),
  ) as NumberSettings;
  return { settings: { network, ...numbers }, messages: reader.messages() };
}

/** What differs from the defaults, as `readReachabilitySettings` reads it. */
export const writeReachabilitySettings = (settings: Settings): Record<string, string> =>
  Object.fromEntries(
    Object.entries(settings)
      .filter(([key, value]) => value !== DEFAULTS[key as keyof Settings])
      .map(([key, value]) => [key, String(value)]),
  );
