import { isInRange, plainNumber } from '../experiment/numbers.ts';
import { quote } from '../experiment/quote.ts';
import { listOf } from '../experiment/reading.ts';
import { SettingsReader } from '../experiment/roomSettings.ts';
import { describeRange, type Range } from '../experiment/schema.ts';
import { ARITHMETICS, type Arithmetic } from './arithmetic.ts';
import type { Sizes } from './construction.ts';
import { FormulaError, MAX_FORMULA_LENGTH, parseFormula } from './formula.ts';
import { type FunctionName, functionsOf } from './functions.ts';
import { NETWORKS, type NetworkName } from './starts.ts';
import { OPTIMIZERS, type OptimizerName } from './training.ts';

/** What is looked up: a listed function, one that is typed, or a picture of the visitor's own. */
export type SourceName = FunctionName | 'typed' | 'picture';

/** A network to train, and how. */
export interface LaneSettings {
  readonly network: NetworkName;
  readonly optimizer: OptimizerName;
  readonly rate: number;
}

/** Everything that the room shows, as a link says it. */
export interface LookupSettings {
  readonly sizes: Sizes;
  readonly source: SourceName;
  /** In use where the source is typed. */
  readonly formula: string;
  readonly arithmetic: Arithmetic;
  readonly lanes: readonly LaneSettings[];
  /** Training steps. */
  readonly steps: number;
  readonly seed: number;
}

/** The least and most N, by dimension. */
export const CELLS: Readonly<Record<1 | 2, Range>> = {
  1: { min: 2, max: 100, integer: true },
  2: { min: 2, max: 32, integer: true },
};
export const BITS = { min: 1, max: 12, integer: true } as const satisfies Range;
/** As a share of a cell. */
export const DELTA = { min: 0.0001, max: 0.5 } as const satisfies Range;
export const TAU = { min: 0.0001, max: 0.5 } as const satisfies Range;
export const STEPS = { min: 1, max: 100_000, integer: true } as const satisfies Range;
export const SEED = { min: 0, max: 0xffffffff, integer: true } as const satisfies Range;
export const RATE = { min: 0, max: 100, exclusiveMin: true } as const satisfies Range;
export const MOST_LANES = 12;

/** A rate that does well for most: see `bench/lookup.ts`. */
export const RATES: Readonly<Record<OptimizerName, number>> = {
  sgd: 0.1,
  path: 0.1,
  adam: 0.001,
  readout: 1,
};

const lane = (network: NetworkName, optimizer: OptimizerName, rate = RATES[optimizer]): LaneSettings => ({
  network,
  optimizer,
  rate,
});

export const DEFAULTS: LookupSettings = {
  sizes: { dimension: 2, cells: 16, bits: 3, depth: 5, delta: 0.02, tau: 0.002 },
  source: 'face',
  formula: 'sin(6*x)*y',
  arithmetic: 'bigint',
  lanes: [
    lane('construction', 'sgd', 0.001),
    lane('construction', 'readout'),
    lane('lookup', 'sgd'),
    lane('lookup', 'adam'),
    lane('relu', 'sgd'),
    lane('relu', 'path'),
    lane('relu', 'adam'),
    lane('sine', 'adam'),
  ],
  steps: 2000,
  seed: 1,
};

/** The nearest size that the depth allows: a power of two at depth 6. */
export function allowedCells(cells: number, dimension: 1 | 2, depth: 5 | 6): number {
  const { min, max } = CELLS[dimension];
  const inside = Math.min(max, Math.max(min, cells));
  return depth === 5 ? inside : 2 ** Math.min(Math.floor(Math.log2(max)), Math.round(Math.log2(inside)));
}

/** The first function that a dimension has, where another was chosen that it has not. */
export const allowedSource = (source: SourceName, dimension: 1 | 2): SourceName => {
  const known = source === 'picture' ? dimension === 2 : source === 'typed';
  if (known || (functionsOf(dimension) as SourceName[]).includes(source)) return source;
  return functionsOf(dimension)[0] as SourceName;
};

/** A lane as links write it: `relu-path-0.1`. */
const writeLane = ({ network, optimizer, rate }: LaneSettings): string => `${network}-${optimizer}-${rate}`;

function readLane(text: string, complain: (problem: string) => void): LaneSettings | null {
  const [network, optimizer, ...rest] = text.split('-');
  const name = NETWORKS.find((known) => known === network);
  const method = OPTIMIZERS.find((known) => known === optimizer);
  // A rate such as 1e-5 has the sign that parts the others.
  const rate = rest.length > 0 ? plainNumber(rest.join('-')) : method ? RATES[method] : null;
  const problem = !name
    ? `the network must be ${listOf(NETWORKS)}`
    : !method
      ? `the optimizer must be ${listOf(OPTIMIZERS)}`
      : rate === null || !isInRange(rate, RATE)
        ? `the rate must be ${describeRange(RATE)}`
        : method === 'path' && name !== 'relu'
          ? 'Path-SGD trains the network relu only: sines and 2^x have no rescaling'
          : null;
  if (problem !== null || !name || !method || rate === null) {
    complain(`lanes has ${quote(text)}: ${problem}`);
    return null;
  }
  return { network: name, optimizer: method, rate };
}

/** What a link, or the command line, says of the room, and what is wrong with it. */
export interface ReadSettings {
  readonly settings: LookupSettings;
  /** `problem` for a command that refuses, `message` for a page that goes on with something else. */
  readonly messages: readonly { readonly problem: string; readonly message: string }[];
}

/** Reads the settings of the room; a wrong one becomes the nearest that is allowed, with a message. */
export function readLookupSettings(record: Readonly<Record<string, string>>): ReadSettings {
  const reader = new SettingsReader(record);
  const { sizes } = DEFAULTS;
  const dimension = reader.choice('dimension', ['1', '2'], '2') === '1' ? 1 : 2;
  const depth = reader.choice('depth', ['5', '6'], '5') === '6' ? 6 : 5;
  const given = reader.number('cells', CELLS[dimension], sizes.cells);
  const cells = allowedCells(given, dimension, depth);
  if (cells !== given) {
    const problem = `cells is ${given}: at depth 6 it must be a power of two up to ${allowedCells(CELLS[dimension].max, dimension, 6)}`;
    reader.complain('cells', problem, `${cells} is used instead`);
  }
  const sources = [
    ...functionsOf(dimension),
    'typed',
    ...(dimension === 2 ? ['picture'] : []),
  ] as SourceName[];
  const fallback = allowedSource(DEFAULTS.source, dimension);
  const source = reader.choice('function', sources, fallback);
  return {
    settings: {
      sizes: {
        dimension,
        cells,
        bits: reader.number('bits', BITS, sizes.bits),
        depth,
        delta: reader.number('delta', DELTA, sizes.delta),
        tau: reader.number('tau', TAU, sizes.tau),
      },
      source,
      formula: readFormula(reader, dimension, source),
      arithmetic: reader.choice('arithmetic', ARITHMETICS, DEFAULTS.arithmetic),
      lanes: readLanes(reader),
      steps: reader.number('steps', STEPS, DEFAULTS.steps),
      seed: reader.number('seed', SEED, DEFAULTS.seed),
    },
    messages: reader.messages(),
  };
}

/** The formula that stands in the field before anything is typed. */
const firstFormula = (dimension: 1 | 2): string => (dimension === 1 ? 'sin(6*x)*x' : DEFAULTS.formula);

function readFormula(reader: SettingsReader, dimension: 1 | 2, source: SourceName): string {
  const fallback = firstFormula(dimension);
  const formula = reader.text('formula', MAX_FORMULA_LENGTH, fallback);
  if (source !== 'typed') return formula;
  try {
    parseFormula(formula, dimension);
    return formula;
  } catch (error) {
    if (!(error instanceof FormulaError)) throw error;
    reader.complain(
      'formula',
      `formula is ${quote(formula)}: ${error.message.slice(0, -1)}`,
      `${fallback} is used instead`,
    );
    return fallback;
  }
}

function readLanes(reader: SettingsReader): readonly LaneSettings[] {
  const text = reader.text('lanes', 400, '');
  if (text === '') return DEFAULTS.lanes;
  const parts = text.split(';');
  if (parts.length > MOST_LANES)
    reader.complain(
      'lanes',
      `lanes has ${parts.length} lanes: there may be at most ${MOST_LANES}`,
      'the others are left out',
    );
  const lanes = parts
    .slice(0, MOST_LANES)
    .map((part) => readLane(part, (problem) => reader.complain('lanes', problem, 'it is left out')))
    .filter((read) => read !== null);
  return lanes.length > 0 ? lanes : DEFAULTS.lanes;
}

/** The settings as `readLookupSettings` reads them: only what differs from the defaults. */
export function writeLookupSettings(settings: LookupSettings): Record<string, string> {
  const { sizes, source, formula, arithmetic, lanes, steps, seed } = settings;
  const { dimension, cells, bits, depth, delta, tau } = sizes;
  const written: [name: string, value: string | number, usual: string | number][] = [
    ['dimension', dimension, DEFAULTS.sizes.dimension],
    ['depth', depth, DEFAULTS.sizes.depth],
    ['cells', cells, DEFAULTS.sizes.cells],
    ['bits', bits, DEFAULTS.sizes.bits],
    ['delta', delta, DEFAULTS.sizes.delta],
    ['tau', tau, DEFAULTS.sizes.tau],
    ['function', source, allowedSource(DEFAULTS.source, dimension)],
    ['formula', formula, source === 'typed' ? firstFormula(dimension) : formula],
    ['arithmetic', arithmetic, DEFAULTS.arithmetic],
    ['lanes', lanes.map(writeLane).join(';'), DEFAULTS.lanes.map(writeLane).join(';')],
    ['steps', steps, DEFAULTS.steps],
    ['seed', seed, DEFAULTS.seed],
  ];
  return Object.fromEntries(
    written.filter(([, value, usual]) => value !== usual).map(([name, value]) => [name, String(value)]),
  );
}
