import { describe, expect, test } from 'vitest';
import {
  exactLog,
  initialParameters,
  largestEigenvalue,
  unbalanceExponents,
  unbalanceFactors,
} from '../../src/engine/initialise.ts';
import { matrixOf, shapeOf } from '../../src/engine/layout.ts';
import { INITIALISATIONS, type InitialisationName } from '../../src/experiment/schema.ts';
import { ALL_ARITHMETICS, cpuEngine, experimentOf, laneOf } from './support.ts';

/** The matrices of a fresh lane, by name. */
function matrices(init: InitialisationName, hidden: number, layers = 1, seed = 1): Record<string, number[]> {
  const experiment = experimentOf({ hidden, layers, lanes: [laneOf('path', { init, seed })] });
  const parameters = initialParameters(experiment, 0);
  return Object.fromEntries(
    shapeOf(experiment).matrices.map(({ name, offset, rows, columns }) => [
      name,
      [...parameters.subarray(offset, offset + rows * columns)],
    ]),
  );
}

const matrix = (all: Record<string, number[]>, name: string): number[] => all[name] as number[];
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: readonly number[]): number => Math.sqrt(mean(values.map((value) => value ** 2)));
/** The kurtosis: 3 for a normal distribution, 1.8 for a uniform one. */
const kurtosis = (values: readonly number[]): number =>
  mean(values.map((value) => value ** 4)) / deviation(values) ** 4;

/** All eigenvalues of a symmetric matrix, by Jacobi rotations. */
function eigenvalues(source: readonly number[], size: number): number[] {
  const a = Array.from({ length: size }, (_, j) => [...source.slice(j * size, (j + 1) * size)]);
  const at = (j: number, k: number): number => a[j]?.[k] as number;
  for (let sweep = 0; sweep < 30; sweep++) {
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) {
        if (Math.abs(at(p, q)) < 1e-300) continue;
        const theta = (at(q, q) - at(p, p)) / (2 * at(p, q));
        const tangent = Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const cosine = 1 / Math.sqrt(tangent * tangent + 1);
        const sine = tangent * cosine;
        for (const row of a) {
          const [x, y] = [row[p] as number, row[q] as number];
          row[p] = cosine * x - sine * y;
          row[q] = sine * x + cosine * y;
        }
        const [rowP, rowQ] = [a[p] as number[], a[q] as number[]];
        for (let k = 0; k < size; k++) {
          const [x, y] = [rowP[k] as number, rowQ[k] as number];
          rowP[k] = cosine * x - sine * y;
          rowQ[k] = sine * x + cosine * y;
        }
      }
    }
  }
  return a.map((row, j) => row[j] as number).sort((x, y) => x - y);
}

describe('initialisation', () => {
  test.each([4, 5, 32, 64])(
    'nprnn is symmetric positive definite with largest eigenvalue 1, hidden %i',
    (hidden) => {
      const w = matrix(matrices('nprnn', hidden), 'W_rec.1');
      for (let j = 0; j < hidden; j++) {
        for (let k = 0; k < j; k++) expect(w[j * hidden + k]).toBe(w[k * hidden + j]);
      }
      const all = eigenvalues(w, hidden);
      expect(all[0]).toBeGreaterThan(0);
      expect(Math.abs((all.at(-1) as number) - 1)).toBeLessThan(1e-6);
    },
  );

  test('nprnn is (A + I)/lambda with A = R^T R/H: the eigenvalues of A have mean 1', () => {
    const w = matrix(matrices('nprnn', 64), 'W_rec.1');
    const all = eigenvalues(w, 64);
    const ratios = all.map((value) => value / (all[0] as number));
    // The smallest eigenvalue of A is nearly 0 and the largest nearly 4 (Marchenko-Pastur), so 1/lambda is 1/5.
    expect(all[0]).toBeGreaterThan(0.18);
    expect(all[0]).toBeLessThan(0.24);
    expect(mean(ratios)).toBeGreaterThan(1.85);
    expect(mean(ratios)).toBeLessThan(2.1);
  });

  test('largestEigenvalue finds it to 1e-12', () => {
    const symmetric = [4, 1, 0.5, 1, 3, 0.25, 0.5, 0.25, 2];
    const expected = eigenvalues(symmetric, 3).at(-1) as number;
    expect(Math.abs(largestEigenvalue(Float64Array.from(symmetric), 3) / expected - 1)).toBeLessThan(1e-11);
  });

  test.each([4, 37, 64])('orthogonal is orthogonal to 1e-6, hidden %i', (hidden) => {
    const w = matrix(matrices('orthogonal', hidden), 'W_rec.1');
    for (let a = 0; a < hidden; a++) {
      for (let b = 0; b <= a; b++) {
        let inner = 0;
        for (let i = 0; i < hidden; i++)
          inner += (w[i * hidden + a] as number) * (w[i * hidden + b] as number);
        expect(Math.abs(inner - (a === b ? 1 : 0))).toBeLessThan(1e-6);
      }
    }
  });

  test('orthogonal is uniform: entries of either sign with variance 1/H', () => {
    const w = matrix(matrices('orthogonal', 64), 'W_rec.1');
    expect(Math.abs(mean(w))).toBeLessThan(0.01);
    expect(deviation(w)).toBeCloseTo(1 / 8, 6);
    let trace = 0;
    for (let j = 0; j < 64; j++) trace += w[j * 65] as number;
    expect(Math.abs(trace)).toBeLessThan(5);
  });

  test.each(['identity', 'irnn'] as const)('%s has the identity in every layer', (init) => {
    const all = matrices(init, 6, 2);
    for (const name of ['W_rec.1', 'W_rec.2']) {
      expect(matrix(all, name)).toEqual(Array.from({ length: 36 }, (_, i) => (i % 7 === 0 ? 1 : 0)));
    }
  });

  test.each(['nprnn', 'identity', 'orthogonal'] as const)('%s has Glorot inputs and readout', (init) => {
    const all = matrices(init, 64, 2);
    for (const [name, sizes] of [
      ['W_in.1', 66],
      ['W_in.2', 128],
      ['W_out', 65],
    ] as const) {
      const w = matrix(all, name);
      const bound = Math.sqrt(6 / sizes);
      const largest = Math.max(...w.map(Math.abs));
      expect(largest).toBeLessThanOrEqual(bound);
      expect(largest).toBeGreaterThan(0.9 * bound);
    }
    const w = matrix(all, 'W_in.2');
    expect(deviation(w) / Math.sqrt(6 / 128 / 3)).toBeCloseTo(1, 1);
    expect(kurtosis(w)).toBeCloseTo(1.8, 1);
  });

  test('gaussian is normal with variance 1/fan-in, irnn with deviation 0.001, uniform within 0.1', () => {
    const gaussian = matrices('gaussian', 128, 2);
    for (const name of ['W_rec.1', 'W_in.2']) {
      const w = matrix(gaussian, name);
      expect(Math.abs(mean(w))).toBeLessThan(0.003);
      expect(deviation(w) * Math.sqrt(128)).toBeCloseTo(1, 1);
      expect(Math.abs(kurtosis(w) - 3)).toBeLessThan(0.15);
    }
    expect(deviation(matrix(gaussian, 'W_in.1')) * Math.sqrt(2)).toBeGreaterThan(0.85);
    expect(deviation(matrix(gaussian, 'W_in.1')) * Math.sqrt(2)).toBeLessThan(1.15);
    const irnn = matrix(matrices('irnn', 64, 2), 'W_in.2');
    expect(deviation(irnn) / 0.001).toBeCloseTo(1, 1);
    expect(Math.abs(kurtosis(irnn) - 3)).toBeLessThan(0.3);
    const uniform = matrices('uniform', 128);
    expect(Math.max(...matrix(uniform, 'W_rec.1').map(Math.abs))).toBeLessThanOrEqual(Math.fround(0.1));
    expect(deviation(matrix(uniform, 'W_rec.1')) / (0.1 / Math.sqrt(3))).toBeCloseTo(1, 2);
  });

  test.each(INITIALISATIONS)(
    '%s starts with zero biases, float32 numbers and layers of their own',
    (init) => {
      const all = matrices(init, 8, 3);
      for (const name of ['b.1', 'b.2', 'b.3', 'b_out'])
        expect(new Set(matrix(all, name))).toEqual(new Set([0]));
      for (const values of Object.values(all)) {
        for (const value of values) expect(Math.fround(value)).toBe(value);
      }
      expect(matrix(all, 'W_in.2')).not.toEqual(matrix(all, 'W_in.3'));
    },
  );

  test.each(INITIALISATIONS)('%s draws by seed alone: the same whatever the lane trains with', (init) => {
    const experiment = experimentOf({
      hidden: 8,
      lanes: [
        laneOf('sgd', { init }),
        laneOf('path2', { init, rate: 1, momentum: 0.5 }),
        laneOf('path', { init, seed: 2 }),
      ],
    });
    expect(initialParameters(experiment, 1)).toEqual(initialParameters(experiment, 0));
    expect(initialParameters(experiment, 2)).not.toEqual(initialParameters(experiment, 0));
    expect(initialParameters({ ...experiment, seed: 99, batch: 9 }, 0)).toEqual(
      initialParameters(experiment, 0),
    );
  });

  test('keeps its draws: a change of any bit would change what every link shows', () => {
    const parameters = initialParameters(experimentOf({ hidden: 4, lanes: [laneOf('path')] }), 0);
    let hash = 0;
    for (const word of new Uint32Array(parameters.buffer))
      hash = (Math.imul(hash ^ word, 0x01000193) >>> 0) as number;
    expect(hash).toMatchInlineSnapshot(`3635730448`);
  });

  test('exactLog is the natural logarithm', () => {
    for (const x of [1, 0.999999, 0.75, 0.5, 0.1, 1e-5, 2 ** -63]) {
      expect(Math.abs(exactLog(x) - Math.log(x))).toBeLessThanOrEqual(4e-16 * Math.abs(Math.log(x)) + 1e-17);
    }
  });

  test('refuses a lane that is not there', () => {
    expect(() => initialParameters(experimentOf({}), 3)).toThrow(
      'lane is 3: the experiment has 1 lanes, from 0',
    );
  });
});

describe('unbalance', () => {
  const balanced = laneOf('path', { init: 'gaussian' });
  const experiment = experimentOf({
    hidden: 16,
    layers: 3,
    length: 12,
    lanes: [
      balanced,
      { ...balanced, unbalance: 4 },
      { ...balanced, optimizer: 'sgd', dualclip: 0, unbalance: 4 },
    ],
  });

  test('draws exponents from -n to n', () => {
    const exponents = [...unbalanceExponents(experiment, 1)];
    expect(exponents.length).toBe(3 * 16);
    expect(Math.min(...exponents)).toBe(-4);
    expect(Math.max(...exponents)).toBe(4);
    expect(new Set(exponents).size).toBe(9);
    expect([...unbalanceExponents(experiment, 0)].every((exponent) => exponent === 0)).toBe(true);
    expect(unbalanceExponents(experiment, 2)).toEqual(unbalanceExponents(experiment, 1));
  });

  test('multiplies what comes in, divides what goes out, and leaves the recurrent diagonal', () => {
    const shape = shapeOf(experiment);
    const exponents = unbalanceExponents(experiment, 1);
    const factors = unbalanceFactors(shape, exponents);
    const before = initialParameters(experiment, 0);
    const after = initialParameters(experiment, 1);
    expect([...after]).toEqual(Array.from(before, (value, index) => value * (factors[index] as number)));
    const n = (layer: number, unit: number): number => exponents[layer * 16 + unit] as number;
    const factor = (
      kind: Parameters<typeof matrixOf>[1],
      layer: number,
      row: number,
      column: number,
    ): number => {
      const { offset, columns } = matrixOf(shape, kind, layer);
      return factors[offset + row * columns + column] as number;
    };
    expect(factor('input', 0, 3, 1)).toBe(2 ** n(0, 3));
    expect(factor('input', 2, 3, 5)).toBe(2 ** (n(2, 3) - n(1, 5)));
    expect(factor('recurrent', 1, 3, 5)).toBe(2 ** (n(1, 3) - n(1, 5)));
    expect(factor('recurrent', 1, 5, 5)).toBe(1);
    expect(factor('bias', 2, 7, 0)).toBe(2 ** n(2, 7));
    expect(factor('readout', 3, 0, 5)).toBe(2 ** -n(2, 5));
    expect(factor('readoutBias', 3, 0, 0)).toBe(1);
  });

  test.each(ALL_ARITHMETICS)('leaves the losses the same to the last bit, %s', async (arithmetic) => {
    const engine = await cpuEngine(experiment, arithmetic);
    const { lanes } = await engine.evaluate(100);
    expect(lanes[1]).toEqual(lanes[0]);
    await engine.train(1);
    const [first, second] = await engine.metrics(0);
    expect(second?.loss).toBe(first?.loss);
    expect(second?.pathNormLog2).toBe(first?.pathNormLog2);
    expect(second?.gradientNorm).not.toBe(first?.gradientNorm);
  });
});
