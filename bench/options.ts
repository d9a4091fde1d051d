import { parseArgs } from 'node:util';
import { BadInputError, HelpRequest, numberIn } from '../src/cli/arguments.ts';
import {
  type BenchmarkShape,
  OWN_NAMES,
  type OwnName,
  referenceOf,
  SHAPE_RANGES,
} from '../src/engine/benchmark.ts';
import { listOf } from '../src/experiment/reading.ts';
import type { Range } from '../src/experiment/schema.ts';
import { isPeer, PEER_NAMES, PEERS, type PeerName } from './contestant.ts';

export const BROWSERS = ['chromium', 'firefox'] as const;
export type BrowserName = (typeof BROWSERS)[number];

export type ContestantName = OwnName | PeerName;

export interface MeasureSettings {
  /** One table each. */
  readonly shapes: readonly BenchmarkShape[];
  readonly pairs: number;
  /** Of one measurement; null = the place's own default. */
  readonly milliseconds: number | null;
  /** Who takes part, references first. */
  readonly names: readonly ContestantName[];
}

const PAIRS: Range = { min: 1, max: 1000, integer: true };
const MILLISECONDS: Range = { min: 1, max: 600_000, integer: true };

/** In the order of the table: each engine's own contestants, then the libraries that are compared with them. */
const ALL_NAMES: readonly ContestantName[] = (['webgpu-sgd', 'cpu-sgd'] as const).flatMap((reference) => [
  ...OWN_NAMES.filter((name) => name === reference || referenceOf(name) === reference),
  ...PEER_NAMES.filter((name) => PEERS[name].reference === reference),
]);

/** The flags of every place that measures, as parseArgs wants them. */
export const MEASURE_FLAGS = {
  length: { type: 'string', default: '50' },
  hidden: { type: 'string', default: '100' },
  batch: { type: 'string', default: '32' },
  pairs: { type: 'string', default: '9' },
  milliseconds: { type: 'string' },
  only: { type: 'string' },
} as const;

export const MEASURE_USAGE =
  '[--length 50,100] [--hidden 100] [--batch 32,100] [--pairs 9] [--milliseconds 1000] [--only ours,jax-webgpu]';

/**
 * Reads flags that parseArgs knows.
 * @throws BadInputError with the usage; HelpRequest
 */
export function readFlags<Flags extends NonNullable<Parameters<typeof parseArgs>[0]>['options'] & object>(
  args: readonly string[],
  options: Flags,
  usage: string,
) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { ...options, help: { type: 'boolean', short: 'h' } },
    });
    if ('help' in values && values.help) throw new HelpRequest(`Usage: ${usage}`);
    return values;
  } catch (error) {
    if (error instanceof HelpRequest) throw error;
    throw new BadInputError(`${error instanceof Error ? error.message : error}\nUsage: ${usage}`);
  }
}

const readNumbers = (flag: 'length' | 'batch', text: string): number[] =>
  text.split(',').map((part) => numberIn(flag, part, SHAPE_RANGES[flag]));

/** The contestants that a list names, and those that they are compared with. */
function readNames(only: string | undefined, allowed: readonly ContestantName[]): ContestantName[] {
  if (only === undefined) return [...allowed];
  const chosen = new Set<ContestantName>();
  for (const text of only.split(',')) {
    const names = text === 'ours' ? OWN_NAMES : allowed.filter((name) => name === text);
    if (names.length === 0) {
      throw new BadInputError(`--only names "${text}": it must be ${listOf(['ours', ...allowed])}`);
    }
    for (const name of names) {
      chosen.add(name);
      const reference = isPeer(name) ? PEERS[name].reference : referenceOf(name);
      if (reference !== null) chosen.add(reference);
    }
  }
  return allowed.filter((name) => chosen.has(name));
}

/**
 * What the flags say about the measuring.
 * @param withPeers whether the other libraries may take part
 * @throws BadInputError naming the flag, what came and what is allowed
 */
export function readMeasureSettings(
  flags: Readonly<Record<'length' | 'hidden' | 'batch' | 'pairs', string>> & {
    readonly milliseconds?: string;
    readonly only?: string;
  },
  withPeers: boolean,
): MeasureSettings {
  const hidden = numberIn('hidden', flags.hidden, SHAPE_RANGES.hidden);
  const lengths = readNumbers('length', flags.length);
  const batches = readNumbers('batch', flags.batch);
  return {
    shapes: lengths.flatMap((length) => batches.map((batch) => ({ length, hidden, batch }))),
    pairs: numberIn('pairs', flags.pairs, PAIRS),
    milliseconds:
      flags.milliseconds === undefined ? null : numberIn('milliseconds', flags.milliseconds, MILLISECONDS),
    names: readNames(flags.only, withPeers ? ALL_NAMES : ALL_NAMES.filter((name) => !isPeer(name))),
  };
}
