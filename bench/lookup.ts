/**
 * What is known of ReLU-sine-2^x networks (Jiao et al., arXiv:2103.00542), measured again: npx tsx bench/lookup.ts [build|train].
 * Prints a JSON line per figure: what was expected and what came out. Training takes some minutes.
 */
import { randomWords, STREAM } from '../src/experiment/philox.ts';
import { LookupNetwork } from '../src/lookup/arithmetic.ts';
import {
  buildLookup,
  fractionToNumber,
  type Lookup,
  numberOf,
  type Sizes,
} from '../src/lookup/construction.ts';
import { functionsOf, listedTarget } from '../src/lookup/functions.ts';
import { build, measure } from '../src/lookup/measure.ts';
import { triflingBound } from '../src/lookup/nodes.ts';
import { DEFAULTS, type LaneSettings } from '../src/lookup/settings.ts';
import { layersOf } from '../src/lookup/sizes.ts';
import { openLane } from '../src/lookup/trained.ts';

const print = (figure: string, expected: unknown, got: unknown): void => {
  process.stdout.write(`${JSON.stringify({ figure, expected, got })}\n`);
};
const rounded = (value: number | null, digits = 3): number | null =>
  value === null ? null : Number(value.toPrecision(digits));

/** As a share of a cell: so small that the trifling region counts for little. */
const DELTA = 0.001;
const SIZES: Sizes = { dimension: 1, cells: 16, bits: 8, depth: 5, delta: DELTA, tau: 0.001 };

/** The bound in BigInt for every listed function, N, M and depth. */
function bounds(): void {
  let cases = 0;
  let held = 0;
  for (const dimension of [1, 2] as const) {
    for (const name of functionsOf(dimension)) {
      for (const depth of [5, 6] as const) {
        const counts = dimension === 1 ? [4, 16, 64, ...(depth === 5 ? [25, 100] : [])] : [2, 8, 16, 32];
        for (const cells of counts) {
          for (const bits of [2, 8]) {
            const target = listedTarget(name, dimension);
            const built = build(target, { ...SIZES, dimension, depth, cells, bits });
            cases++;
            if (measure(target, built, 'bigint').holds) held++;
          }
        }
      }
    }
  }
  print('cases in which the bound holds, in BigInt (N up to 100 and 32, M 2 and 8)', 'all of 60 or more', {
    cases,
    held,
  });
}

function errors(): void {
  const target = listedTarget('root', 1);
  for (const [cells, largest, l2, bound] of [
    [16, 0.144, 0.046, 0.254],
    [100, 0.054, 0.021, 0.104],
  ] as const) {
    const built = build(target, { ...SIZES, cells });
    const got = measure(target, built, 'bigint');
    print(`|x-1/3|^.5, M=8, N=${cells}: largest, L2 (it depends on delta), bound`, [largest, l2, bound], {
      largest: rounded(got.largest),
      l2: rounded(got.l2),
      insideL2: rounded(got.insideL2),
      bound: rounded(built.bound.largest),
      deltaN: DELTA,
    });
  }
}

/** A table of random bits. */
function randomLookup(cells: number, seed: number): Lookup {
  const words = new Uint32Array(4);
  const values = Array.from({ length: cells }, (_, cell) => {
    randomWords(seed, STREAM.sampling, 0, cell, words);
    return cell === 0 ? 0 : ((words[0] as number) / 2 ** 32) * 2 - 1;
  });
  const value = (x: number): number => values[Math.round(x * cells)] ?? 0;
  return buildLookup({ dimension: 1, modulus: null, value }, { ...SIZES, cells }, 1);
}

/** Cells read right by sin(2 pi frac(4^k a) + pi/3) in float64. */
function exactWithFraction(lookup: Lookup): number {
  for (let cell = 0; cell < lookup.count; cell++) {
    for (let m = 0; m < lookup.numbers.length; m++) {
      const phase = (numberOf(lookup, m) * 4 ** cell) % 1;
      const bit = ((lookup.table[cell] as number) >>> (lookup.numbers.length - 1 - m)) & 1;
      const sine = Math.sin(2 * Math.PI * phase + Math.PI / 3);
      if (sine < 0 !== (bit === 1) || Math.abs(sine) < 0.8) return cell;
    }
  }
  return lookup.count;
}

function precision(): void {
  const tables = Array.from({ length: 300 }, (_, seed) => randomLookup(40, seed));
  const fewest = (count: (lookup: Lookup) => number) => {
    const counts = tables.map(count).sort((a, b) => a - b);
    return { fewest: counts[0], median: counts[150] };
  };
  print(
    'cells exact in float64',
    24,
    fewest((table) => new LookupNetwork(table, 'float64').exactCells()),
  );
  print('cells exact in float64, the fraction taken before sin', 27, fewest(exactWithFraction));
  print(
    'cells exact in float32',
    12,
    fewest((table) => new LookupNetwork(table, 'float32').exactCells()),
  );
  const plane = { ...SIZES, dimension: 2, cells: 7 } as const;
  const target = listedTarget('root', 2);
  print('N=7, d=2 in float64: bound broken', true, !measure(target, build(target, plane), 'float64').holds);
  const { lookup } = build(target, { ...plane, cells: 64 });
  const [number = 0n] = lookup.numbers;
  const bits = 2 * lookup.count;
  const mask = (1n << BigInt(bits)) - 1n;
  const started = performance.now();
  let sum = 0;
  for (let cell = 0; cell < lookup.count; cell++)
    sum += fractionToNumber((number << BigInt(2 * cell)) & mask, bits);
  const milliseconds = performance.now() - started;
  print(`d=2, N=64, ${bits} bits: ms for all cells of one number`, 41, {
    milliseconds: rounded(milliseconds),
    mean: rounded(sum / lookup.count),
  });
}

function depthSix(): void {
  for (const [dimension, cells] of [
    [1, 32],
    [2, 16],
  ] as const) {
    const sizes: Sizes = { ...SIZES, dimension, cells, depth: 6, tau: 0.01 };
    const network = new LookupNetwork(build(listedTarget('root', dimension), sizes).lookup, 'bigint');
    const words = new Uint32Array(4);
    const points = 100_000;
    let wrong = 0;
    for (let point = 0; point < points; point++) {
      randomWords(1, STREAM.sampling, 1, point, words);
      const [x = 0, y = 0] = [...words].map((word) => word / 2 ** 32);
      if (!Number.isInteger(network.cellAt(x, y))) wrong++;
    }
    print(
      `depth 6, d=${dimension}, N=${cells}: share of points whose cell is not read, at most`,
      rounded(triflingBound(sizes)),
      rounded(wrong / points),
    );
  }
  print(
    'units by layer, d=2, N=32, M=8',
    [124, 1, 9, 18, 1],
    layersOf({ ...SIZES, dimension: 2, cells: 32 }).map(({ units }) => units),
  );
}

/** The L2 error of lanes after 10,000 steps, d = 1, N = 16, M = 8, width 30. */
function training(): void {
  const lane = (network: LaneSettings['network'], optimizer: LaneSettings['optimizer'], rate: number) => ({
    network,
    optimizer,
    rate,
  });
  const rows: [name: 'root' | 'weierstrass', expected: string, lane: LaneSettings][] = [
    ['root', '.066 -> .044', lane('construction', 'readout', 1)],
    ['root', '.46 to .9, or NaN within 100 steps', lane('construction', 'sgd', 1e-4)],
    ['root', '.46 to .9, or NaN within 100 steps', lane('construction', 'sgd', 0.1)],
    ['root', '.0065', lane('relu', 'sgd', 0.1)],
    ['root', '.0039', lane('relu', 'path', 0.1)],
    ['root', '.0014', lane('relu', 'adam', 0.001)],
    ['root', '.0092', lane('lookup', 'sgd', 0.1)],
    ['root', '.0019', lane('lookup', 'adam', 0.001)],
    ['weierstrass', '.15 (another sum)', lane('relu', 'sgd', 0.1)],
    ['weierstrass', '.15 (another sum)', lane('relu', 'path', 0.1)],
    ['weierstrass', '.15 (another sum)', lane('relu', 'adam', 0.001)],
    ['weierstrass', '.13 (another sum)', lane('lookup', 'adam', 0.001)],
    ['weierstrass', '.034 (another sum)', lane('sine', 'sgd', 0.1)],
    ['weierstrass', '.0075 (another sum)', lane('sine', 'adam', 0.001)],
  ];
  for (const [name, expected, settings] of rows) {
    const target = listedTarget(name, 1);
    const opened = openLane({ ...DEFAULTS, sizes: { ...SIZES, delta: 0.01 } }, target, settings);
    if ('refused' in opened) throw new Error(opened.refused);
    const start = opened.lane.l2();
    opened.lane.train(10_000);
    print(`L2 after 10,000 steps: ${name}, ${Object.values(settings).join(' ')}`, expected, {
      start: rounded(start),
      l2: rounded(opened.lane.l2()),
      stopped: opened.lane.stopped,
    });
  }
}

const [part] = process.argv.slice(2);
if (part !== 'train') {
  bounds();
  errors();
  precision();
  depthSix();
}
if (part !== 'build') training();
