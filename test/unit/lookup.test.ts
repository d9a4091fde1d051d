import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomWords, STREAM } from '../../src/experiment/philox.ts';
import { Messages } from '../../src/experiment/reading.ts';
import { formatSettings, parseSettings } from '../../src/experiment/room.ts';
import { ARITHMETICS, LookupNetwork } from '../../src/lookup/arithmetic.ts';
import {
  bitOf,
  buildLookup,
  cellCount,
  cornerOf,
  digits,
  numberOf,
  type Sizes,
} from '../../src/lookup/construction.ts';
import { FormulaError, parseFormula } from '../../src/lookup/formula.ts';
import { functionsOf, listedTarget, type Target } from '../../src/lookup/functions.ts';
import { build, measure } from '../../src/lookup/measure.ts';
import { measuredModulus, sample } from '../../src/lookup/modulus.ts';
import { type Network, Pass, parametersOf, pathScales, zerosLike } from '../../src/lookup/network.ts';
import { nodesOf, piecesOf, triflingBound, triflingShare } from '../../src/lookup/nodes.ts';
import { pictureTarget, reducePicture } from '../../src/lookup/picture.ts';
import {
  allowedCells,
  allowedSource,
  DEFAULTS,
  type LaneSettings,
  type LookupSettings,
  readLookupSettings,
  type SourceName,
  writeLookupSettings,
} from '../../src/lookup/settings.ts';
import { layersOf, statedSizes, widthOf } from '../../src/lookup/sizes.ts';
import { constructedNetwork, randomNetwork } from '../../src/lookup/starts.ts';
import { openLane } from '../../src/lookup/trained.ts';
import { TrainedLane } from '../../src/lookup/training.ts';
import { findingsOf, verdictOf } from '../../src/page/lookup/words.ts';

const SIZES: Sizes = { dimension: 1, cells: 16, bits: 8, depth: 5, delta: 0.01, tau: 0.001 };

/** A function whose values at the corners of cells are random, in (-1, 1), and 0 in the first. */
function randomTarget(sizes: Sizes, seed: number): Target {
  const words = new Uint32Array(4);
  const values = Array.from({ length: cellCount(sizes) }, (_, cell) => {
    randomWords(seed, STREAM.sampling, 0, cell, words);
    return cell === 0 ? 0 : ((words[0] as number) / 2 ** 32) * 2 - 1;
  });
  const place = (coordinate: number): number =>
    Math.min(sizes.cells - 1, Math.floor(coordinate * sizes.cells + 1e-9));
  return {
    dimension: sizes.dimension,
    modulus: null,
    value: (x, y) => values[place(x) + (sizes.dimension === 2 ? sizes.cells * place(y) : 0)] as number,
  };
}

const anySizes = fc
  .record({
    dimension: fc.constantFrom<1 | 2>(1, 2),
    cells: fc.integer({ min: 1, max: 12 }),
    bits: fc.integer({ min: 1, max: 12 }),
    depth: fc.constantFrom<5 | 6>(5, 6),
    delta: fc.constantFrom(0.001, 0.02, 0.5),
    tau: fc.constantFrom(0.001, 0.02, 0.5),
  })
  .map((sizes): Sizes => ({ ...sizes, cells: sizes.depth === 6 ? 2 ** (sizes.cells % 5) : sizes.cells }));

describe('the construction', () => {
  test('its bound holds in all of 86 cases in BigInt: functions, N, M and both depths', () => {
    let cases = 0;
    for (const dimension of [1, 2] as const) {
      for (const name of functionsOf(dimension)) {
        for (const depth of [5, 6] as const) {
          const cells = dimension === 1 ? [16, depth === 5 ? 100 : 64] : [4, depth === 5 ? 7 : 8];
          for (const bits of [2, 8]) {
            for (const count of cells.concat(dimension === 1 && depth === 5 ? 3 : [])) {
              // The larger grids of two dimensions take their time.
              if (dimension === 2 && count > 4 && bits === 2) continue;
              const target = listedTarget(name, dimension);
              const sizes = { ...SIZES, dimension, depth, bits, cells: count };
              const built = build(target, sizes);
              const errors = measure(target, built, 'bigint');
              expect(errors.exactCells).toBe(count ** dimension);
              expect(errors.largest).toBeLessThanOrEqual(built.bound.largest * (1 + 1e-12));
              expect(errors.holds).toBe(true);
              expect(errors.l2).toBeLessThanOrEqual(built.bound.meanSquareRoot);
              cases++;
            }
          }
        }
      }
    }
    expect(cases).toBe(86);
  });

  test('at the corners of cells BigInt is off by no more than omega 2^-M, with 1024 cells', () => {
    const sizes: Sizes = { ...SIZES, dimension: 2, cells: 32 };
    const target = listedTarget('root', 2);
    const { lookup, bound } = build(target, sizes);
    const network = new LookupNetwork(lookup, 'bigint');
    for (let cell = 0; cell < lookup.count; cell++) {
      const corner = cornerOf(sizes, cell);
      expect(network.cellAt(...corner)).toBe(cell);
      expect(Math.abs(network.value(...corner) - target.value(...corner))).toBeLessThanOrEqual(
        bound.rounding,
      );
    }
  });

  test('the digits of a_m are the bits of the table, two for each cell; the float64 of a_m is the nearest', () => {
    fc.assert(
      fc.property(anySizes, fc.integer({ min: 0, max: 1000 }), (sizes, seed) => {
        const lookup = buildLookup(randomTarget(sizes, seed), sizes, 1);
        lookup.numbers.forEach((number, index) => {
          const text = number.toString(2).padStart(2 * lookup.count, '0');
          expect(text).toBe(digits(lookup, index));
          let sum = 0;
          for (let cell = lookup.count - 1; cell >= 0; cell--) {
            expect(text.slice(2 * cell, 2 * cell + 2)).toBe(bitOf(lookup, cell, index) ? '10' : '00');
            sum += bitOf(lookup, cell, index) * 2 ** -(2 * cell + 1);
          }
          expect(Math.abs(numberOf(lookup, index) - sum)).toBeLessThanOrEqual(2 ** -52 * sum);
        });
      }),
      { numRuns: 25, seed: 9 },
    );
  });

  test('float64 answers as BigInt does up to 48 binary digits; with more it breaks at cell 25 at the earliest, float32 at 11', () => {
    let shortest = { float32: 100, float64: 100 };
    for (let seed = 0; seed < 40; seed++) {
      const small = { ...SIZES, cells: 24 };
      const lookup = buildLookup(randomTarget(small, seed), small, 1);
      const exact = new LookupNetwork(lookup, 'bigint');
      const rounded = new LookupNetwork(lookup, 'float64');
      for (let cell = 0; cell < 24; cell++)
        expect(Math.abs(rounded.read(cell).value - exact.read(cell).value)).toBeLessThan(1e-12);
      const large = { ...SIZES, cells: 40 };
      const wide = buildLookup(randomTarget(large, seed), large, 1);
      expect(new LookupNetwork(wide, 'bigint').exactCells()).toBe(40);
      shortest = {
        float32: Math.min(shortest.float32, new LookupNetwork(wide, 'float32').exactCells()),
        float64: Math.min(shortest.float64, new LookupNetwork(wide, 'float64').exactCells()),
      };
    }
    expect(shortest.float64).toBe(24);
    expect(shortest.float32).toBe(10);
  });

  test('sines of right digits are 0.866 or more from zero, below it where the bit is 1', () => {
    const sizes: Sizes = { ...SIZES, dimension: 2, cells: 8 };
    const lookup = buildLookup(randomTarget(sizes, 3), sizes, 1);
    const network = new LookupNetwork(lookup, 'bigint');
    for (let cell = 0; cell < lookup.count; cell++) {
      network.read(cell).sines.forEach((sine, index) => {
        expect(Math.abs(sine)).toBeGreaterThanOrEqual(Math.sqrt(3) / 2 - 1e-12);
        expect(sine < 0).toBe(bitOf(lookup, cell, index) === 1);
      });
    }
  });

  test('in the trifling region, and in every arithmetic while digits last, answers stay within f(0) +- omega', () => {
    const target = listedTarget('wave', 1);
    const { lookup, bound } = build(target, SIZES);
    for (const arithmetic of ARITHMETICS) {
      const network = new LookupNetwork(lookup, arithmetic);
      for (const { at } of nodesOf(SIZES))
        expect(Math.abs(network.value(at, 0) - lookup.middle)).toBeLessThanOrEqual(bound.range + 1e-6);
    }
  });

  test('a constant needs no range', () => {
    const target: Target = { dimension: 1, modulus: null, value: () => 2.5 };
    const errors = measure(target, build(target, SIZES), 'bigint');
    expect(errors).toMatchObject({ largest: 0, holds: true });
  });

  test('a network with wrong digits does not hold its bound', () => {
    const target = listedTarget('root', 1);
    const built = build(target, { ...SIZES, cells: 100 });
    expect(measure(target, built, 'float64').holds).toBe(false);
    expect(measure(target, built, 'float32')).toMatchObject({ holds: false, largest: null });
  });
});

describe('widths and depth', () => {
  test('are 2d(N-1), 1, M+1, 2(M+1) at depth 5 and dq, 2dq before the rest at depth 6', () => {
    const units = (sizes: Sizes) => layersOf(sizes).map((layer) => layer.units);
    expect(units({ ...SIZES, dimension: 2, cells: 32 })).toEqual([124, 1, 9, 18, 1]);
    expect(units({ ...SIZES, dimension: 2, cells: 32, depth: 6 })).toEqual([10, 20, 1, 9, 18, 1]);
  });

  test('for a wanted error the construction is as deep as, and no wider than, both statements, and its bound is that error', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<1 | 2>(1, 2),
        fc.constantFrom<5 | 6>(5, 6),
        fc.double({ min: 0.2, max: 1, noNaN: true }),
        fc.double({ min: 0.1, max: 10, noNaN: true }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (dimension, depth, alpha, mu, share) => {
          const epsilon = share * mu;
          const { cells, bits, width } = statedSizes(dimension, depth, { alpha, mu }, epsilon);
          const sizes: Sizes = { ...SIZES, dimension, depth, cells, bits };
          expect(layersOf(sizes)).toHaveLength(depth);
          expect(widthOf(sizes)).toBeLessThanOrEqual(width);
          const modulus = (distance: number): number => mu * distance ** alpha;
          const bound = modulus(Math.sqrt(dimension)) * 2 ** -bits + modulus(Math.sqrt(dimension) / cells);
          expect(bound).toBeLessThanOrEqual(epsilon * (1 + 1e-6));
        },
      ),
      { numRuns: 500, seed: 4 },
    );
  });

  test('the stated widths are those of the paper for a Hoelder function', () => {
    // 2 (3 / 0.25)^2 = 288 and 2 ceil(log2(6)) + 2 = 8; 2 ceil(log2(144)) = 16.
    expect(statedSizes(1, 5, { alpha: 0.5, mu: 1 }, 0.25)).toEqual({ cells: 144, bits: 3, width: 288 });
    expect(statedSizes(1, 6, { alpha: 0.5, mu: 1 }, 0.25)).toEqual({ cells: 256, bits: 3, width: 16 });
  });
});

describe('the trifling region', () => {
  test('pieces cover the axis, weights sum to 1, and its share is within the bound', () => {
    fc.assert(
      fc.property(anySizes, (sizes) => {
        const pieces = piecesOf(sizes);
        expect(pieces[0]?.from).toBeCloseTo(0, 8);
        expect(pieces.at(-1)?.to).toBeCloseTo(1, 8);
        for (let index = 1; index < pieces.length; index++)
          expect(pieces[index]?.from).toBeCloseTo(pieces[index - 1]?.to ?? Number.NaN, 8);
        const weight = nodesOf(sizes).reduce((sum, node) => sum + node.weight, 0);
        expect(weight).toBeCloseTo(1, 6);
        expect(triflingShare(sizes)).toBeLessThanOrEqual(triflingBound(sizes) + 1e-9);
      }),
      { numRuns: 80, seed: 2 },
    );
  });

  test('outside it k is a whole number, the number of the cell', () => {
    fc.assert(
      fc.property(anySizes, (sizes) => {
        const network = new LookupNetwork(buildLookup(randomTarget(sizes, 1), sizes, 1), 'bigint');
        const wrong = nodesOf(sizes).filter(({ at, trifling }) => {
          const along = Math.min(sizes.cells - 1, Math.floor(at * sizes.cells));
          const cell = along * (sizes.dimension === 2 ? sizes.cells + 1 : 1);
          return !trifling && network.cellAt(at, at) !== cell;
        });
        expect(wrong).toEqual([]);
      }),
      { numRuns: 80, seed: 3 },
    );
  });

  test('at depth 6 its share is 2 d q asin(tau) / pi at most, and nearly that for one dimension', () => {
    const sizes: Sizes = { ...SIZES, depth: 6, cells: 32, tau: 0.01 };
    expect(triflingBound(sizes)).toBeCloseTo((2 * 5 * Math.asin(0.01)) / Math.PI, 12);
    let wrong = 0;
    const network = new LookupNetwork(buildLookup(randomTarget(sizes, 1), sizes, 1), 'bigint');
    const points = 20_000;
    for (let point = 0; point < points; point++)
      if (!Number.isInteger(network.cellAt((point + 0.5) / points, 0))) wrong++;
    expect(wrong / points).toBeCloseTo(triflingShare(sizes), 3);
  });
});

describe('a typed function', () => {
  test.each([
    ['-x^2', -9],
    ['2^-x', 0.125],
    ['2^3^2', 512],
    ['(-x)^2', 9],
    ['-2^2*3 - -1', -11],
    ['1e-3*x', 0.003],
    ['abs(x - 4)^.5 + sin(pi/2)', 2],
    ['max(x, 7) / min(2, x)', 3.5],
    ['hypot(x, 4)', 5],
  ])('%s is computed as written', (text, expected) => {
    expect(parseFormula(text, 1)(3, 0)).toBeCloseTo(expected, 12);
  });

  test('y is known in two dimensions', () => {
    expect(parseFormula('x*y', 2)(3, 5)).toBe(15);
  });

  test.each([
    ['sin(x', /Expected \), at character 6\./],
    ['x+*2', /after \+, at character 3\./],
    ['2x', /cannot start with a number.*at character 2\./],
    ['x + yy', /^yy is not known here: there are x, pi and e, at character 5\.$/],
    ['x + y', /^y is not known here.*at character 5\.$/],
    ['foo(x)', /^foo is no function: there are sin, .*at character 1\.$/],
    ['constructor(x)', /is no function/],
    ['__proto__', /not known here/],
    ['sin', /write sin\(…\), at character 1\./],
    ['max(x)', /max takes two numbers, not 1/],
    ['x x', /an operator such as \* is missing/],
    ['x.constructor', /cannot be read/],
    ['"a"', /is no number, at character 1\./],
    ['[x]', /cannot be read/],
    ['x = 1', /Unexpected "=", at character 3\./],
    ['  ', /no function yet/],
    ['x+'.repeat(120), /240 characters: it may have at most 200/],
  ])('%s has a message with its place', (text, message) => {
    expect(() => parseFormula(text, 1)).toThrow(FormulaError);
    expect(() => parseFormula(text, 1)).toThrow(message);
  });

  test('where it is not finite is said', () => {
    const at = [0, 0.25, 0.5];
    const target = (text: string): Target => ({ dimension: 1, modulus: null, value: parseFormula(text, 1) });
    expect(() => sample(target('1/(x-0.5)'), at)).toThrow(/no finite value at x = 0\.5:/);
    expect(() => sample(target('log(x)'), at)).toThrow(/at x = 0:/);
    expect([...sample(target('sqrt(x)'), at).values]).toEqual([0, 0.5, Math.SQRT1_2]);
  });

  test('nothing that a person may type gives anything but a function or a message', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom(
            'x',
            'y',
            '2',
            '.',
            '(',
            ')',
            '+',
            '-',
            '*',
            '/',
            '^',
            ' ',
            ',',
            'sin',
            'max',
            '"',
            '`',
          ),
          {
            maxLength: 14,
          },
        ),
        (parts) => {
          try {
            expect(typeof parseFormula(parts.join(''), 2)(0.3, 0.4)).toBe('number');
          } catch (error) {
            expect(error).toBeInstanceOf(FormulaError);
          }
        },
      ),
      { numRuns: 1000, seed: 5 },
    );
  });
});

describe('the modulus of continuity', () => {
  test('as measured is what all pairs say', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<1 | 2>(1, 2),
        fc.integer({ min: 0, max: 999 }),
        fc.double({ min: 0.05, max: 1.5, noNaN: true }),
        (dimension, seed, distance) => {
          const sizes = { ...SIZES, dimension, cells: 7 };
          const at = [0, 0.05, 0.2, 0.3, 0.45, 0.5, 0.8, 0.95];
          const sampled = sample(randomTarget(sizes, seed), at);
          let largest = 0;
          sampled.values.forEach((value, index) => {
            sampled.values.forEach((other, otherIndex) => {
              const apart = Math.hypot(
                (at[index % 8] as number) - (at[otherIndex % 8] as number),
                dimension === 1
                  ? 0
                  : (at[Math.floor(index / 8)] as number) - (at[Math.floor(otherIndex / 8)] as number),
              );
              if (apart <= distance) largest = Math.max(largest, Math.abs(value - other));
            });
          });
          expect(measuredModulus(sampled, distance)).toBe(largest);
        },
      ),
      { numRuns: 100, seed: 6 },
    );
  });

  test('of listed functions is no less than measured', () => {
    for (const dimension of [1, 2] as const) {
      for (const name of functionsOf(dimension)) {
        const target = listedTarget(name, dimension);
        const sampled = sample(
          target,
          Array.from({ length: 61 }, (_, index) => index / 60),
        );
        for (const distance of [0.02, 0.1, 0.4, Math.sqrt(dimension)])
          expect(measuredModulus(sampled, distance)).toBeLessThanOrEqual(
            (target.modulus?.(distance) ?? 0) * (1 + 1e-9),
          );
      }
    }
  });
});

describe('a picture', () => {
  const picture = {
    width: 6,
    height: 4,
    values: Float64Array.from({ length: 24 }, (_, index) => (index % 6) / 10 + Math.floor(index / 6)),
  };

  test('is averaged to greys of its middle square, its last row first', () => {
    const reduced = reducePicture(picture, 2);
    // Columns 1 to 4 of 6: means .15 and .35; rows 2, 3 are the lower ones.
    [2.65, 2.85, 0.65, 0.85].forEach((expected, index) => {
      expect(reduced[index]).toBeCloseTo(expected, 12);
    });
    const mean = reducePicture(picture, 3).reduce((sum, value) => sum + value / 9, 0);
    expect(mean).toBeCloseTo(1.75, 12);
  });

  test('is looked up with the greys at the corners, within the bound', () => {
    const target = pictureTarget(picture, 4);
    const greys = reducePicture(picture, 4);
    const sizes: Sizes = { ...SIZES, dimension: 2, cells: 4, bits: 6 };
    for (let cell = 0; cell < 16; cell++)
      expect(target.value(...cornerOf(sizes, cell))).toBeCloseTo(greys[cell] as number, 12);
    expect(measure(target, build(target, sizes), 'bigint').holds).toBe(true);
  });
});

describe('training', () => {
  const target = listedTarget('root', 1);
  const built = build(target, SIZES);
  const starts = (): [string, Network][] => [
    ['lookup', randomNetwork('lookup', 1, 12, 3)],
    ['relu', randomNetwork('relu', 1, 12, 3)],
    ['sine', randomNetwork('sine', 1, 12, 3)],
    ['lookup of two', randomNetwork('lookup', 2, 8, 3)],
  ];

  test('gradients are those of differences, for all kinds of layers', () => {
    for (const [, network] of starts()) {
      const pass = new Pass(network);
      const point = network[0]?.inputs === 2 ? [0.3, 0.7] : [0.37];
      const gradient = zerosLike(network);
      pass.forward(point);
      pass.backward(1, gradient);
      const slopes = parametersOf(gradient);
      parametersOf(network).forEach((part, index) => {
        for (let at = 0; at < part.length; at += 7) {
          const before = part[at] as number;
          const step = 1e-6;
          part[at] = before + step;
          const above = pass.forward(point);
          part[at] = before - step;
          const below = pass.forward(point);
          part[at] = before;
          const slope = slopes[index]?.[at] as number;
          expect(Math.abs((above - below) / (2 * step) - slope)).toBeLessThan(1e-6 * (1 + Math.abs(slope)));
        }
      });
    }
  });

  test('kappa is half the second derivative of gamma^2, and falls by the square when units are rescaled', () => {
    const network = randomNetwork('relu', 2, 6, 5);
    const kappa = zerosLike(network);
    const scratch = zerosLike(network);
    const gamma = pathScales(network, kappa);
    const scales = parametersOf(kappa);
    parametersOf(network).forEach((part, index) => {
      part.forEach((before, at) => {
        part[at] = before + 1;
        const above = pathScales(network, scratch);
        part[at] = before - 1;
        const below = pathScales(network, scratch);
        part[at] = before;
        // gamma^2 is quadratic in each parameter of its own: the difference is exact.
        expect((above - 2 * gamma + below) / 2 / (scales[index]?.[at] as number)).toBeCloseTo(1, 8);
      });
    });
    const [first, second] = network;
    if (!first || !second) throw new Error('The network has no layers.');
    const before = kappa[0]?.weights[2] as number;
    for (const input of [0, 1]) first.weights[2 + input] = 4 * (first.weights[2 + input] as number);
    first.biases[1] = 4 * (first.biases[1] as number);
    for (let unit = 0; unit < second.outputs; unit++) {
      const at = unit * second.inputs + 1;
      second.weights[at] = (second.weights[at] as number) / 4;
    }
    expect(pathScales(network, kappa)).toBe(gamma);
    expect(kappa[0]?.weights[2]).toBe(before / 16);
  });

  test('a rescaled ReLU net takes the same steps of Path-SGD, bit for bit', () => {
    const answers = [0, 3].map((exponent) => {
      const network = randomNetwork('relu', 1, 6, 5);
      const [first, second] = network;
      if (!first || !second) throw new Error('The network has no layers.');
      first.weights[2] = 2 ** exponent * (first.weights[2] as number);
      first.biases[2] = 2 ** exponent * (first.biases[2] as number);
      for (let unit = 0; unit < second.outputs; unit++) {
        const at = unit * second.inputs + 2;
        second.weights[at] = (second.weights[at] as number) / 2 ** exponent;
      }
      const lane = new TrainedLane(network, target, 'path', 0.05, 1);
      lane.train(20);
      return lane.value(0.4, 0);
    });
    expect(answers[1]).toBe(answers[0]);
  });

  test('the construction as plain weights answers as the network of float64 does, at both depths', () => {
    for (const dimension of [1, 2] as const) {
      for (const depth of [5, 6] as const) {
        const sizes: Sizes = { ...SIZES, dimension, depth, cells: dimension === 1 ? 16 : 4 };
        const { lookup } = build(listedTarget('wave', dimension), sizes);
        const network = constructedNetwork(lookup);
        expect(network.map((layer) => layer.outputs)).toEqual(layersOf(sizes).map(({ units }) => units));
        const plain = new Pass(network);
        const exact = new LookupNetwork(lookup, 'float64');
        for (const { at, trifling, weight } of nodesOf(sizes)) {
          // At the very borders the product x / delta is rounded.
          if (trifling || weight === 0) continue;
          const answer = plain.forward(dimension === 1 ? [at] : [at, at]);
          expect(Math.abs(answer - exact.value(at, dimension === 1 ? 0 : at))).toBeLessThan(1e-6);
        }
      }
    }
  });

  test('Path-SGD refuses sines and 2^x, with the reason', () => {
    const settings: LookupSettings = { ...DEFAULTS, sizes: SIZES, source: 'root' };
    const open = (network: LaneSettings['network']) =>
      openLane(settings, target, { network, optimizer: 'path', rate: 0.1 });
    expect(open('lookup')).toMatchObject({ refused: expect.stringMatching(/ReLUs only: .*2\^x and sines/) });
    expect(open('construction')).toMatchObject({ refused: expect.stringMatching(/no rescaling/) });
    expect(open('sine')).toMatchObject({ refused: expect.stringMatching(/has sines/) });
    expect('lane' in open('relu')).toBe(true);
  });

  test('a construction that float64 cannot hold is refused', () => {
    const settings: LookupSettings = { ...DEFAULTS, sizes: { ...SIZES, cells: 25 }, source: 'root' };
    const lane: LaneSettings = { network: 'construction', optimizer: 'sgd', rate: 0.1 };
    expect(openLane(settings, target, lane)).toMatchObject({
      refused: expect.stringMatching(/24 cells.*25 here/),
    });
  });

  test('SGD undoes the construction, its last layer can be fitted, and random starts of every kind learn', () => {
    const lane = (network: Network, optimizer: LaneSettings['optimizer'], rate: number) => {
      const trained = new TrainedLane(network, target, optimizer, rate, 1);
      const start = trained.l2();
      trained.train(200);
      return { start, end: trained.l2(), stopped: trained.stopped };
    };
    const undone = lane(constructedNetwork(built.lookup), 'sgd', 0.001);
    expect(undone.start).toBeLessThan(0.06);
    expect(undone.end).toBeGreaterThan(0.3);
    const fitted = lane(constructedNetwork(built.lookup), 'readout', 1);
    expect(fitted.end).toBeLessThan(0.9 * fitted.start);
    for (const [name, optimizer, rate] of [
      ['relu', 'sgd', 0.1],
      ['relu', 'path', 0.1],
      ['relu', 'adam', 0.003],
      ['lookup', 'adam', 0.003],
      ['sine', 'sgd', 0.1],
    ] as const) {
      const { start, end } = lane(randomNetwork(name, 1, 16, 1), optimizer, rate);
      expect(end).toBeLessThan(0.15);
      expect(end).toBeLessThan(start / 2);
    }
  });

  test('inside a cell the construction has no gradient before its last layers; in the trifling region a huge one', () => {
    const network = constructedNetwork(built.lookup);
    const pass = new Pass(network);
    const largest = (x: number): number => {
      const gradient = zerosLike(network);
      pass.forward([x]);
      pass.backward(1, gradient);
      return Math.max(...gradient.slice(0, 2).flatMap(({ weights }) => [...weights].map(Math.abs)));
    };
    expect(largest(0.53)).toBeLessThanOrEqual(1e-20);
    const inTrifling = Array.from({ length: 40 }, (_, index) =>
      largest((13 - (SIZES.delta * (index + 0.5)) / 40) / 16),
    );
    expect(Math.max(...inTrifling)).toBeGreaterThan(1e6);
  });

  test('a loss that is not finite stops a lane, and says so', () => {
    const network = randomNetwork('lookup', 1, 8, 1);
    network[1]?.biases.fill(2000);
    const lane = new TrainedLane(network, target, 'sgd', 0.1, 1);
    lane.train(3);
    expect(lane).toMatchObject({ step: 1, stopped: 'the loss is not finite at step 1' });
  });
});

describe('settings', () => {
  const settings: fc.Arbitrary<LookupSettings> = fc
    .record({
      dimension: fc.constantFrom<1 | 2>(1, 2),
      depth: fc.constantFrom<5 | 6>(5, 6),
      cells: fc.integer({ min: 2, max: 100 }),
      bits: fc.integer({ min: 1, max: 12 }),
      delta: fc.double({ min: 0.0001, max: 0.5, noNaN: true }),
      tau: fc.double({ min: 0.0001, max: 0.5, noNaN: true }),
      source: fc.constantFrom<SourceName>('face', 'root', 'wave', 'typed', 'picture'),
      formula: fc.constantFrom('x', 'sin(2*pi*x)^2', 'max(x, 1/3) + 1e-3'),
      arithmetic: fc.constantFrom(...ARITHMETICS),
      steps: fc.integer({ min: 1, max: 100_000 }),
      seed: fc.integer({ min: 0, max: 0xffffffff }),
      lanes: fc.array(
        fc.record({
          network: fc.constantFrom<LaneSettings['network']>('construction', 'lookup', 'relu', 'sine'),
          optimizer: fc.constantFrom<LaneSettings['optimizer']>('sgd', 'adam', 'readout'),
          rate: fc.constantFrom(0.1, 1e-7, 0.003, 100),
        }),
        { minLength: 1, maxLength: 8 },
      ),
    })
    .map(({ dimension, depth, cells, bits, delta, tau, source, formula, ...rest }) => ({
      ...rest,
      sizes: { dimension, depth, cells: allowedCells(cells, dimension, depth), bits, delta, tau },
      source: allowedSource(source, dimension),
      formula,
    }));

  test('go into a link and come back', () => {
    fc.assert(
      fc.property(settings, (before) => {
        const record = writeLookupSettings(before);
        const messages = new Messages();
        const read = readLookupSettings(parseSettings(formatSettings(record), messages));
        expect(messages.all()).toEqual([]);
        expect(read.messages).toEqual([]);
        const kept = before.source === 'typed' ? before.formula : read.settings.formula;
        expect(read.settings).toEqual({ ...before, formula: kept });
      }),
      { numRuns: 300, seed: 7 },
    );
  });

  test('the defaults need no words', () => {
    expect(writeLookupSettings(DEFAULTS)).toEqual({});
    expect(readLookupSettings({})).toEqual({ settings: DEFAULTS, messages: [] });
  });

  test.each([
    [{ cells: '1000' }, /^cells is "1000": it must be a whole number from 2 to 32; 32 is used instead$/],
    [{ cells: '12', depth: '6' }, /^cells is 12: at depth 6 it must be a power of two up to 32; 16 is used/],
    [{ function: 'face', dimension: '1' }, /^function is "face": it must be root, .* or typed; root is used/],
    [
      { function: 'typed', formula: 'x+' },
      /^formula is "x\+": .*at character 3; sin\(6\*x\)\*y is used instead$/,
    ],
    [{ lanes: 'lookup-path-0.1' }, /^lanes has "lookup-path-0.1": Path-SGD trains the network relu only/],
    [{ lanes: 'relu-sgd-0' }, /the rate must be a number above 0, at most 100; it is left out$/],
    [{ lanes: 'foo-sgd-1' }, /the network must be construction, lookup, relu or sine/],
    [{ lanes: Array(13).fill('relu-sgd-1').join(';') }, /^lanes has 13 lanes: there may be at most 12/],
    [{ size: '3' }, /^"size" is not a setting of this room/],
  ] as const)('%o has a message', (record, message) => {
    const { messages } = readLookupSettings(record);
    expect(messages).toHaveLength(1);
    expect(messages[0]?.message).toMatch(message);
  });
});

describe('what the room says', () => {
  const settings: LookupSettings = { ...DEFAULTS, sizes: { ...SIZES, cells: 100 }, source: 'root' };
  const target = listedTarget('root', 1);
  const built = build(target, settings.sizes);
  const view = {
    settings,
    built,
    corners: new Float64Array(),
    points: 0,
    target: new Float32Array(),
    answers: { float32: new Float32Array(), float64: new Float32Array(), bigint: new Float32Array() },
  };

  test('of the bound follows from what was measured', () => {
    expect(verdictOf(view, measure(target, built, 'bigint'))).toMatch(
      /^The bound holds: .* 0\.104 are allowed\.$/,
    );
    expect(verdictOf(view, measure(target, built, 'float64'))).toMatch(
      /^The bound is broken: float64 keeps too few of the 200 digits .* first 2\d of 100 cells; the largest error is 1\.0/,
    );
    expect(verdictOf(view, measure(target, built, 'float32'))).toMatch(
      /some answers are no number at all\.$/,
    );
  });

  test('of training follows from the curves', () => {
    const lanes: LaneSettings[] = [
      { network: 'construction', optimizer: 'sgd', rate: 0.001 },
      { network: 'lookup', optimizer: 'adam', rate: 0.001 },
      { network: 'relu', optimizer: 'path', rate: 0.1 },
      { network: 'sine', optimizer: 'adam', rate: 0.001 },
    ];
    const curvesOf = (...ends: number[]) =>
      ends.map((l2, lane) => ({
        points: [
          { lane, step: 0, l2: 0.05, stopped: null },
          { lane, step: 10, l2, stopped: null },
        ],
        refused: null,
      }));
    const found = (...ends: number[]): string =>
      findingsOf({ ...settings, lanes }, curvesOf(...ends)).join('\n');
    expect(found(0.5, 0.02, 0.004)).toMatch(
      /undoes it: from 0\.0500 to 0\.500.*\nNearest comes ReLU from random: Path-SGD 0\.1, with 0\.00400\.\n.*plain ReLUs do better/,
    );
    expect(found(0.05, 0.004, 0.02)).not.toMatch(/undoes/);
    expect(found(0.05, 0.004, 0.02)).toMatch(/paper’s layers do better/);
    expect(found(0.05, 0.004, 0.005)).toMatch(/about the same/);
    expect(found(0.05, 0.004, 0.005, 0.001)).toMatch(/0\.00100: that helps this function\.$/);
    expect(found(0.05, 0.004, 0.005, 0.004)).toMatch(/comes to 0\.00400\.$/);
    expect(found(Number.NaN, Number.NaN, Number.NaN)).toMatch(/undoes it/);
    expect(found(0.05, Number.NaN, 0.02)).toMatch(/^Nearest comes ReLU from random/);
    expect(found(0.05, Number.NaN, Number.NaN)).not.toMatch(/Nearest/);
  });
});
