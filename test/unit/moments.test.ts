import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Draws } from '../../src/engine/initialise.ts';
import { STREAM } from '../../src/experiment/philox.ts';
import { compareNetworks } from '../../src/moments/compare.ts';
import {
  density,
  distribution,
  hermite,
  hermiteBasis,
  hermiteValues,
  placeOf,
  unitCoefficient,
} from '../../src/moments/hermite.ts';
import { linesOf } from '../../src/moments/lines.ts';
import {
  copyNetwork,
  emptyNetwork,
  evaluate,
  meanSquaredError,
  type Network,
  normalised,
  variance,
} from '../../src/moments/network.ts';
import { normalEquations, polish } from '../../src/moments/polish.ts';
import { isPreset, MOMENTS_PRESETS } from '../../src/moments/presets.ts';
import { recoverNetwork } from '../../src/moments/recover.ts';
import { EMPTY_STATE, type MomentsState, runMoments } from '../../src/moments/run.ts';
import {
  DEFAULT_MOMENTS,
  DISTRIBUTIONS,
  fitting,
  MOMENTS_RANGES,
  type MomentsSettings,
  readMomentsSettings,
  TENSORS,
  WIDTHS,
  writeMomentsSettings,
} from '../../src/moments/settings.ts';
import { flattenedSlices, plainSlices, spectrumOf } from '../../src/moments/slices.ts';
import {
  drawHeldOut,
  drawSamples,
  drawsFor,
  drawTeacher,
  smallestSingularValue,
} from '../../src/moments/teacher.ts';
import { controlVariates, entry, exactTensors, leastSquares } from '../../src/moments/tensors.ts';
import { drawStart, lossAndGradient, pathStep, sgdStep } from '../../src/moments/train.ts';
import { outcomeOf, verdictOf } from '../../src/page/moments/students.ts';
import { jsonLines, runCommand } from './commands.ts';

const settingsOf = (changes: Partial<MomentsSettings>): MomentsSettings => ({
  ...DEFAULT_MOMENTS,
  ...changes,
});
const drawsOf = (seed: number): Draws => new Draws(seed, STREAM.sampling, 0);

function resultOf<Result>(generator: Generator<unknown, Result>): Result {
  for (;;) {
    const { value, done } = generator.next();
    if (done) return value;
  }
}

/** The integral of a smooth function under the standard normal density, from a number on: Simpson's rule. */
function expectationFrom(from: number, f: (t: number) => number): number {
  const intervals = 4000;
  const width = (12 - from) / intervals;
  let sum = 0;
  for (let k = 0; k <= intervals; k++) {
    const t = from + k * width;
    const weight = k === 0 || k === intervals ? 1 : k % 2 === 1 ? 4 : 2;
    sum += weight * f(t) * density(t);
  }
  return (sum * width) / 3;
}

describe('Hermite polynomials', () => {
  test('a unit has c_k(b) of order k, by quadrature, and c_k grows by c_(k+1)', () => {
    for (const b of [-2.3, -1, -0.4, 0, 0.7, 1, 2.9]) {
      for (let order = 0; order <= 7; order++) {
        const wanted = expectationFrom(-b, (t) => (t + b) * hermite(order, t));
        expect(unitCoefficient(order, b)).toBeCloseTo(wanted, 9);
        const slope = (unitCoefficient(order, b + 1e-5) - unitCoefficient(order, b - 1e-5)) / 2e-5;
        expect(slope).toBeCloseTo(unitCoefficient(order + 1, b), 7);
      }
    }
    expect(distribution(0)).toBe(0.5);
    expect(distribution(1.959963984540054)).toBeCloseTo(0.975, 14);
  });

  test('products of many variables are products of polynomials, each found by its variables in any order', () => {
    const basis = hermiteBasis(3, 5);
    expect(basis.count).toBe(56);
    const x = Float64Array.of(9, 0.3, -1.2, 2.1);
    const values = new Float64Array(basis.count);
    hermiteValues(basis, x, 1, new Float64Array(3 * 6), values);
    for (const [index, tuple] of basis.tuples.entries()) {
      const powers = [0, 1, 2].map((variable) => tuple.filter((each) => each === variable).length);
      const wanted = powers.reduce(
        (product, power, variable) => product * hermite(power, x[variable + 1] as number),
        1,
      );
      expect(values[index]).toBeCloseTo(wanted, 10);
      expect(placeOf(basis, [...tuple].reverse())).toBe(index);
    }
  });
});

describe('from exact tensors', () => {
  /** The largest error of a parameter, after everything but the polish. */
  function errorOf(teacher: Network, flattened: boolean): number {
    const tensors = exactTensors(teacher, hermiteBasis(teacher.inputs, flattened ? 6 : 4));
    const slices = flattened ? flattenedSlices(tensors) : plainSlices(tensors);
    const spectrum = spectrumOf(slices);
    expect(spectrum.units).toBe(teacher.units);
    const found = recoverNetwork(tensors, slices, spectrum, spectrum.units, drawsOf(3));
    return (found && compareNetworks(found, teacher).largestError) ?? Number.POSITIVE_INFINITY;
  }

  test.each([
    [2, 1],
    [4, 2],
    [6, 4],
    [6, 6],
    [10, 6],
  ])(
    '%i inputs and %i units: the parameters to 1e-12, also where a unit is missing in T_3 or T_4',
    (inputs, units) => {
      for (const seed of [1, 2, 3]) {
        const teacher = drawTeacher(settingsOf({ inputs, units, seed }));
        expect(errorOf(teacher, false)).toBeLessThan(1e-12);
        teacher.b.set([0, 1, -1].slice(0, units));
        expect(errorOf(teacher, false)).toBeLessThan(1e-12);
      }
    },
  );

  test.each([
    [2, 3],
    [3, 5],
    [4, 8],
    [5, 10],
  ])('%i inputs and %i units, by the orders 4 to 6', (inputs, units) => {
    const teacher = drawTeacher(settingsOf({ inputs, units, tensors: 'exact', seed: 2 }));
    expect(errorOf(teacher, true)).toBeLessThan(1e-12);
  });

  test('a mirrored unit leaves the orders from 2 on as they are, and changes the first by a w', () => {
    const teacher = drawTeacher(settingsOf({ seed: 5 }));
    const mirrored = copyNetwork(teacher);
    for (let input = 0; input < 6; input++) mirrored.w[input] = -(teacher.w[input] as number);
    mirrored.b[0] = -(teacher.b[0] as number);
    const basis = hermiteBasis(6, 4);
    const [one, other] = [exactTensors(teacher, basis), exactTensors(mirrored, basis)];
    for (let index = basis.starts[2] as number; index < basis.count; index++) {
      expect(other.values[index]).toBeCloseTo(one.values[index] as number, 14);
    }
    for (let input = 0; input < 6; input++) {
      const change = entry(one, [input]) - entry(other, [input]);
      expect(change).toBeCloseTo((teacher.a[0] as number) * (teacher.w[input] as number), 14);
    }
  });
});

describe('from samples', () => {
  test('both estimates come nearer to the tensors with more samples, least squares nearest', () => {
    const teacher = drawTeacher(settingsOf({ inputs: 3, units: 2 }));
    const basis = hermiteBasis(3, 4);
    const exact = exactTensors(teacher, basis);
    const error = (samples: number, estimate: typeof leastSquares): number => {
      const drawn = drawSamples(settingsOf({ inputs: 3, units: 2, samples }), teacher);
      const { values } = resultOf(estimate(basis, drawn));
      return Math.sqrt(
        values.reduce(
          (sum, value, k) =>
            sum + (value - (exact.values[k] as number)) ** 2 / (basis.factorials[k] as number),
          0,
        ),
      );
    };
    expect(error(20_000, controlVariates)).toBeLessThan(error(1000, controlVariates));
    expect(error(20_000, leastSquares)).toBeLessThan(error(1000, leastSquares));
    expect(error(20_000, leastSquares)).toBeLessThan(error(20_000, controlVariates));
    expect(error(20_000, leastSquares)).toBeLessThan(0.1);
  });

  test('least squares find a polynomial of their own order exactly', () => {
    const basis = hermiteBasis(2, 4);
    const { x, count } = drawSamples(settingsOf({ inputs: 2, units: 1, samples: 300 }), emptyNetwork(2, 1));
    const y = new Float64Array(count);
    const values = new Float64Array(basis.count);
    for (let sample = 0; sample < count; sample++) {
      hermiteValues(basis, x, 2 * sample, new Float64Array(10), values);
      y[sample] = 3 + 2 * (values[1] as number) - 0.5 * (values[placeOf(basis, [0, 0, 1, 1])] as number);
    }
    const found = resultOf(leastSquares(basis, { count, x, y }));
    // An entry is E[f He], and He_2 He_2 has mean square 4.
    expect(entry(found, [1, 0, 1, 0])).toBeCloseTo(-2, 10);
    expect(entry(found, [])).toBeCloseTo(3, 10);
    expect(entry(found, [0, 0, 0])).toBeCloseTo(0, 10);
  });

  test('5 teachers of the default size: at least 4 are found after the polish', () => {
    let found = 0;
    let counted = 0;
    for (let seed = 101; seed <= 105; seed++) {
      const settings = settingsOf({ seed });
      const teacher = drawTeacher(settings);
      const samples = drawSamples(settings, teacher);
      const heldOut = drawHeldOut(settings, teacher);
      const tensors = resultOf(leastSquares(hermiteBasis(6, 4), samples));
      const slices = plainSlices(tensors);
      const spectrum = spectrumOf(slices);
      if (spectrum.units === teacher.units) counted++;
      const start = recoverNetwork(tensors, slices, spectrum, spectrum.units, drawsFor(seed, 'mixing'));
      if (start && meanSquaredError(resultOf(polish(start, samples)), heldOut) < 1e-6 * variance(heldOut))
        found++;
    }
    expect(counted).toBeGreaterThanOrEqual(4);
    expect(found).toBeGreaterThanOrEqual(4);
  });

  test('what is asked of a teacher holds: singular value, biases, noise, variance of the inputs', () => {
    const apart = drawTeacher(settingsOf({ seed: 9 }));
    expect(smallestSingularValue(apart)).toBeGreaterThanOrEqual(0.2);
    expect(apart.b.every((b) => Math.abs(b) <= 1)).toBe(true);
    expect(smallestSingularValue(drawTeacher(settingsOf({ seed: 9, singular: 0.05 })))).toBeCloseTo(0.05, 10);
    for (const distribution of DISTRIBUTIONS) {
      const { x, y, count } = drawSamples(settingsOf({ distribution, noise: 0.5, samples: 5000 }), apart);
      expect(x.reduce((sum, value) => sum + value * value, 0) / x.length).toBeCloseTo(1, 1);
      const clean = y.map((_, sample) => evaluate(apart, x, 6 * sample));
      const noise = y.map((value, sample) => value - (clean[sample] as number));
      expect(variance({ count, x, y: noise }) / variance({ count, x, y: clean })).toBeCloseTo(0.25, 1);
    }
  });
});

/** A random network and a batch for derivatives. */
function trainable(seed: number) {
  const settings = settingsOf({ inputs: 3, units: 2, samples: 100, seed });
  const samples = drawSamples(settings, drawTeacher(settings));
  const network = drawStart(3, 4, 0, drawsOf(seed));
  for (let unit = 0; unit < 4; unit++) network.b[unit] = 0.1 * unit;
  return { samples, network, batch: Uint32Array.from({ length: 32 }, (_, k) => k) };
}

describe('training', () => {
  const shifted = (network: Network, key: 'a' | 'w' | 'b', place: number, by: number): Network => {
    const copy = copyNetwork(network);
    copy[key][place] = (copy[key][place] as number) + by;
    return copy;
  };

  test('the gradient is that of the loss, and the normal equations have the same one', () => {
    const { samples, network, batch } = trainable(4);
    const gradient = emptyNetwork(3, 4);
    const loss = lossAndGradient(network, samples, batch, gradient);
    const first = { count: 32, x: samples.x.subarray(0, 96), y: samples.y.subarray(0, 32) };
    expect(loss).toBeCloseTo(meanSquaredError(network, first), 12);
    const size = 4 * 5;
    const normal = new Float64Array(size * size);
    const slope = new Float64Array(size);
    normalEquations(network, first, normal, slope);
    const offsets = { a: 0, w: 4, b: 16 };
    for (const key of ['a', 'w', 'b'] as const) {
      for (const [place, value] of gradient[key].entries()) {
        const high = meanSquaredError(shifted(network, key, place, 1e-6), first);
        const low = meanSquaredError(shifted(network, key, place, -1e-6), first);
        expect(value).toBeCloseTo((high - low) / 2e-6, 6);
        expect((-2 * (slope[offsets[key] + place] as number)) / 32).toBeCloseTo(value, 12);
        // The diagonal of J^T J: squares of the derivatives of f.
        let squares = 0;
        for (let sample = 0; sample < 32; sample++) {
          const up = evaluate(shifted(network, key, place, 1e-6), first.x, 3 * sample);
          squares += ((up - evaluate(network, first.x, 3 * sample)) / 1e-6) ** 2;
        }
        const index = offsets[key] + place;
        expect(normal[index * size + index]).toBeCloseTo(squares, 3);
      }
    }
  });

  test('Path-SGD divides by the squared weights of the paths, and clips in that measure', () => {
    const network = {
      inputs: 1,
      units: 1,
      a: Float64Array.of(2),
      w: Float64Array.of(3),
      b: Float64Array.of(4),
    };
    const gradient = {
      inputs: 1,
      units: 1,
      a: Float64Array.of(0.5),
      w: Float64Array.of(0.4),
      b: Float64Array.of(-0.8),
    };
    pathStep(network, gradient, 0.1);
    expect(network.a[0]).toBeCloseTo(2 - (0.1 * 0.5) / 25, 14);
    expect(network.w[0]).toBeCloseTo(3 - (0.1 * 0.4) / 4, 14);
    expect(network.b[0]).toBeCloseTo(4 + (0.1 * 0.8) / 4, 14);

    const far = { inputs: 1, units: 1, a: Float64Array.of(1), w: Float64Array.of(0), b: Float64Array.of(1) };
    pathStep(
      far,
      { inputs: 1, units: 1, a: Float64Array.of(3), w: Float64Array.of(4), b: Float64Array.of(0) },
      0.1,
    );
    expect(far.a[0]).toBeCloseTo(1 - (0.1 * 3) / 5, 14);
    expect(far.w[0]).toBeCloseTo(-(0.1 * 4) / 5, 14);
    expect(far.b[0]).toBe(1);
    // No path leads through a unit whose outgoing weight is 0.
    const dead = { inputs: 1, units: 1, a: Float64Array.of(0), w: Float64Array.of(1), b: Float64Array.of(1) };
    pathStep(
      dead,
      { inputs: 1, units: 1, a: Float64Array.of(0.2), w: Float64Array.of(7), b: Float64Array.of(7) },
      0.1,
    );
    expect([...dead.a, ...dead.w, ...dead.b]).toEqual([-(0.1 * 0.2) / 2, 1, 1]);
  });

  test('Path-SGD is the same to the last bit in a network whose units are rescaled by powers of two; SGD is not', () => {
    const { samples, network, batch } = trainable(6);
    const rescaled = copyNetwork(network);
    for (const [unit, exponent] of [3, -2, 0, 5].entries()) {
      rescaled.a[unit] = (network.a[unit] as number) * 2 ** -exponent;
      rescaled.b[unit] = (network.b[unit] as number) * 2 ** exponent;
      for (let place = 3 * unit; place < 3 * unit + 3; place++) {
        rescaled.w[place] = (network.w[place] as number) * 2 ** exponent;
      }
    }
    const losses = (start: Network, step: typeof sgdStep): number[] => {
      const trained = copyNetwork(start);
      const gradient = emptyNetwork(3, 4);
      return Array.from({ length: 50 }, () => {
        const loss = lossAndGradient(trained, samples, batch, gradient);
        step(trained, gradient, 0.05);
        return loss;
      });
    };
    expect(losses(rescaled, pathStep)).toEqual(losses(network, pathStep));
    expect(losses(network, pathStep).at(-1)).toBeLessThan(losses(network, pathStep)[0] as number);
    expect(losses(rescaled, sgdStep)).not.toEqual(losses(network, sgdStep));
  });

  test('an unbalanced start is the same function', () => {
    const [plain, unbalanced] = [0, 1.5].map((by) => drawStart(3, 8, by, drawsOf(8))) as [Network, Network];
    expect(unbalanced.a).not.toEqual(plain.a);
    const x = Float64Array.of(0.4, -1.3, 0.9);
    expect(evaluate(unbalanced, x, 0)).toBeCloseTo(evaluate(plain, x, 0), 13);
    expect(evaluate(normalised(unbalanced), x, 0)).toBeCloseTo(evaluate(plain, x, 0), 13);
  });
});

describe('settings', () => {
  const numbers = Object.fromEntries(
    Object.entries(MOMENTS_RANGES).map(([key, range]) => [
      key,
      'integer' in range
        ? fc.integer({ min: range.min, max: range.max })
        : fc
            .double({ min: range.min, max: range.max, minExcluded: 'exclusiveMin' in range, noNaN: true })
            .map((v) => v + 0),
    ]),
  );
  const anySettings = fc
    .record({
      ...numbers,
      distribution: fc.constantFrom(...DISTRIBUTIONS),
      tensors: fc.constantFrom(...TENSORS),
      width: fc.constantFrom(...WIDTHS),
    })
    .map((record) => fitting({ ...DEFAULT_MOMENTS, ...record }));

  test('come back from a link as they were', () => {
    fc.assert(
      fc.property(anySettings, (settings) => {
        expect(readMomentsSettings(writeMomentsSettings(settings))).toEqual({ settings, messages: [] });
      }),
      { seed: 1, numRuns: 200 },
    );
    expect(writeMomentsSettings(DEFAULT_MOMENTS)).toEqual({});
  });

  test('that are wrong become the nearest allowed ones, with messages', () => {
    const { settings, messages } = readMomentsSettings({
      inputs: '8',
      units: '9',
      look: '7',
      samples: '200',
      width: '3',
      teacher: 'x',
    });
    expect(settings).toEqual({ ...DEFAULT_MOMENTS, inputs: 8, units: 6, look: 6, samples: 495 });
    expect(messages.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^width is "3": it must be 1, 2 or 4; 1 is used instead$/),
      expect.stringMatching(/^units is 9: with 8 inputs and tensors from samples it must be at most 6; 6/),
      expect.stringMatching(/^look is 7: .* at most 6/),
      expect.stringMatching(/^samples is 200: least squares with 8 inputs have 495 columns.*; 495/),
      expect.stringMatching(/^"teacher" is not a setting/),
    ]);
    // A default that does not fit gives way without a word.
    expect(readMomentsSettings({ inputs: '3' })).toEqual({
      settings: { ...DEFAULT_MOMENTS, inputs: 3, units: 3 },
      messages: [],
    });
  });

  test('of the presets are allowed, and told apart', () => {
    for (const preset of MOMENTS_PRESETS) {
      const settings = { ...DEFAULT_MOMENTS, ...preset.changes, seed: 77 };
      expect(fitting(settings)).toEqual(settings);
      expect(MOMENTS_PRESETS.filter((other) => isPreset(other, settings))).toEqual([preset]);
    }
  });
});

describe('a run', () => {
  const finished = (settings: MomentsSettings): { state: MomentsState; lines: string[] } => {
    let state = EMPTY_STATE;
    const lines: string[] = [];
    for (const change of runMoments(settings)) {
      const before = state;
      state = { ...state, ...change };
      lines.push(...linesOf(before, state));
    }
    return { state, lines };
  };
  const small = settingsOf({ inputs: 3, units: 2, samples: 1000, steps: 400, width: '2', seed: 4 });

  test('is the same each time, and tells each thing once', () => {
    const { state, lines } = finished(small);
    const untimed = (text: string): string => text.replace(/"seconds":[^}]*/, '');
    expect(finished(small).lines.map(untimed)).toEqual(lines.map(untimed));
    const kinds = lines.map((line) => Object.keys(JSON.parse(line) as object)[0]);
    expect(kinds.filter((kind) => kind === 'step')).toHaveLength(201);
    expect(kinds.filter((kind) => kind !== 'step')).toEqual([
      'teacher',
      'spectrum',
      ...Array(5).fill('student'),
    ]);
    expect(state.stage).toBe('done');
    expect(state.polished && outcomeOf(state.polished, small)).toBe('found');
    expect(verdictOf(state, small)[0]).toBe('The singular values show 2 units, as many as the teacher has.');
    expect(verdictOf(state, small).at(-1)).toMatch(/^In 400 steps SGD .*, Path-SGD .*\.$/);
  });

  test('whose moments fail says why, and its other students learn', () => {
    const { state } = finished({ ...small, seed: 1, samples: 100, noise: 1, steps: 100 });
    expect(state.problem).toMatch(/No unit stands out of the noise/);
    expect(state.moments).toBeNull();
    expect(state.sgd?.heldOut).toBeGreaterThan(0);
    expect(verdictOf(state, small).join(' ')).toMatch(/The moments gave no student\./);
  });

  test('whose rate is too high ends in numbers, with a curve that stops', () => {
    const settings = { ...small, sgd: 10, steps: 300 };
    const { state } = finished(settings);
    expect(state.curve).toHaveLength(151);
    expect(state.sgd && outcomeOf(state.sgd, settings)).toMatch(/stuck|diverged/);
  });
});

describe('the command', () => {
  test('writes lines of JSON, and refuses what it cannot do', async () => {
    const [good, bad] = await Promise.all([
      runCommand('moments', 'inputs:3,units:2,samples:1000,steps:2,seed:4'),
      runCommand('moments', 'inputs:3,units:4,rate:1'),
    ]);
    expect(good.code).toBe(0);
    const lines = jsonLines(good);
    expect(lines[0]).toEqual({
      settings: settingsOf({ inputs: 3, units: 2, samples: 1000, steps: 2, seed: 4 }),
    });
    expect(lines.filter((line) => 'student' in line)).toHaveLength(5);
    expect(lines.filter((line) => 'step' in line)).toHaveLength(3);
    expect(good.stderr).toMatch(/step 2 of 2/);

    expect(bad.code).toBe(2);
    expect(bad.stdout).toBe('');
    expect(bad.stderr).toMatch(/units is 4: .* at most 3/);
    expect(bad.stderr).toMatch(/"rate" is not a setting of this room/);
  });
});
