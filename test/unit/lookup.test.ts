import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomWords, STREAM } from '../../src/experiment/philox.ts';
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
import { nodesOf, piecesOf, triflingBound, triflingShare } from '../../src/lookup/nodes.ts';
import { pictureTarget, reducePicture } from '../../src/lookup/picture.ts';
import { layersOf, statedSizes, widthOf } from '../../src/lookup/sizes.ts';

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
  test('its bound holds in all of 96 cases in BigInt: functions, N, M and both depths', () => {
    let cases = 0;
    for (const dimension of [1, 2] as const) {
      for (const name of functionsOf(dimension)) {
        for (const depth of [5, 6] as const) {
          const cells = dimension === 1 ? [16, depth === 5 ? 100 : 64] : [4, depth === 5 ? 7 : 8];
          for (const bits of [2, 8]) {
            for (const count of depth === 5 ? cells.concat(3) : cells) {
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
    expect(cases).toBeGreaterThanOrEqual(96);
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
        for (const { at, trifling } of nodesOf(sizes)) {
          if (trifling) continue;
          const along = Math.min(sizes.cells - 1, Math.floor(at * sizes.cells));
          expect(network.cellAt(at, at)).toBe(along * (sizes.dimension === 2 ? sizes.cells + 1 : 1));
        }
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
