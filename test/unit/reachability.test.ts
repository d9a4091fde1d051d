import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PlainNetwork } from '../../src/engine/cpu/network.ts';
import { initialParameters, unbalanceFactors } from '../../src/engine/initialise.ts';
import { laneShapes, type Shape, shapeOf } from '../../src/engine/layout.ts';
import { defaultExperiment, type Experiment, INITIALISATIONS } from '../../src/experiment/schema.ts';
import type { ImageData } from '../../src/experiment/tasks/index.ts';
import { rasterise } from '../../src/page/reachability/raster.ts';
import { cellAt, valueAt } from '../../src/reachability/cells.ts';
import { dyadicOf, fractionOf, ratio } from '../../src/reachability/dyadic.ts';
import { comparePatterns, exactReach, exactRegions } from '../../src/reachability/exact.ts';
import { exactTwiceArea } from '../../src/reachability/exactPolygon.ts';
import { networkOf, QuestionError, RELU_LANE } from '../../src/reachability/network.ts';
import { answersForPairs, markerSteps } from '../../src/reachability/pairs.ts';
import { measure, type Polytope, split, unitBox } from '../../src/reachability/polytope.ts';
import { laneSubject, obstacleOf, randomSubject, type Subject } from '../../src/reachability/question.ts';
import { type Reach, reach } from '../../src/reachability/reach.ts';
import { centroid } from '../../src/reachability/regions.ts';
import { replay } from '../../src/reachability/replay.ts';
import {
  DEFAULTS,
  RANGES,
  readReachabilitySettings,
  type Settings,
  SOURCES,
  writeReachabilitySettings,
} from '../../src/reachability/settings.ts';
import { countedLanes, countedSteps, countsOverTraining } from '../../src/reachability/training.ts';
import { experimentOf, laneOf, randomParameters, uniforms } from './support.ts';

const OPTIONS = { cap: 100_000, units: [0, 1] } as const;

/** A lane of the adding problem with biases that are not zero. */
function addingSubject(
  changes: Partial<Experiment>,
  seed: number,
  settings: Partial<Settings> = {},
  scale = 1,
): Subject {
  const experiment = experimentOf({ length: 10, hidden: 12, ...changes });
  const parameters = Float32Array.from(randomParameters(shapeOf(experiment), seed, scale));
  return laneSubject(experiment, null, parameters, { ...DEFAULTS, ...settings });
}

const random = (changes: Partial<Settings>): Subject =>
  randomSubject({ ...DEFAULTS, network: 'random', limit: 1, ...changes });

const withLimit = (subject: Subject, limit: number): Subject => ({
  ...subject,
  question: { ...subject.question, property: { ...subject.question.property, limit } },
});

/** A variety of networks: by start, depth, and without recurrence. */
const NETWORKS: readonly (readonly [string, Subject])[] = [
  ...INITIALISATIONS.map((init): [string, Subject] => {
    const experiment = experimentOf({ length: 12, hidden: 16, lanes: [laneOf('path', { init })] });
    return [init, laneSubject(experiment, null, initialParameters(experiment, 0), DEFAULTS)];
  }),
  ['random biases', addingSubject({}, 1)],
  ['large weights', addingSubject({}, 2, {}, 1.4)],
  ['two layers', addingSubject({ layers: 2, length: 6, hidden: 8 }, 3)],
  ['three layers', addingSubject({ layers: 3, length: 5, hidden: 6 }, 4)],
  ['three terms', addingSubject({ terms: 3, length: 9 }, 5)],
  ['feedforward', random({ units: 16 })],
  ['deep feedforward', random({ depth: 5, units: 7, seed: 9 })],
];

/** The outputs of the engine at points of the box, in float64. */
function engineOutputs(
  { shape, parameters, question }: Subject,
  points: readonly ArrayLike<number>[],
): number[][] {
  const { free, constant, linear } = question.inputs;
  const network = new PlainNetwork(shape, 'float64');
  return points.map((point) => {
    const inputs = constant.map((value, at) =>
      Array.from(
        { length: free },
        (_, axis) => (linear[at * free + axis] as number) * (point[axis] as number),
      ).reduce((sum, part) => sum + part, value),
    );
    network.forward(Float64Array.from(parameters), inputs, 1, RELU_LANE, null);
    return [...network.outputs];
  });
}

const middles = ({ cells }: Reach): Float64Array[] =>
  Array.from({ length: cells.count }, (_, cell) =>
    centroid(
      cells.points.subarray(
        (cells.starts[cell] as number) * cells.free,
        (cells.starts[cell + 1] as number) * cells.free,
      ),
      cells.free,
    ),
  );

describe('regions', () => {
  test.each(NETWORKS)(
    '%s: they cover the square, and each map is the forward pass of the engine',
    (_, subject) => {
      const found = reach(subject, OPTIONS);
      const { cells, splits, covered, pending } = found;
      expect(pending).toBe(0);
      expect(Math.abs(covered - 1)).toBeLessThan(1e-12);
      expect(cells.count).toBe(splits + 1);
      const points = middles(found);
      const width = cells.free + 1;
      let worst = 0;
      for (const [cell, outputs] of engineOutputs(subject, points).entries()) {
        for (const [output, value] of outputs.entries()) {
          const at = (cell * outputs.length + output) * width;
          const mapped = valueAt(cells.outputs, at, points[cell] as Float64Array, 0, cells.free);
          worst = Math.max(worst, Math.abs(mapped - value) / Math.max(1, Math.abs(value)));
        }
      }
      expect(worst).toBeLessThan(1e-12);
    },
  );

  test.each([5, 17, 40])(
    'one layer of %i units: 1 + lines that cross the square + meetings inside',
    (units) => {
      const subject = random({ depth: 1, units, seed: units });
      const { layers } = networkOf(subject.shape, subject.parameters);
      const [layer] = layers;
      if (!layer) throw new Error('no layer');
      // On inputs from -1 to 1: a x + b y + c = 0.
      const lines = Array.from({ length: units }, (_, unit): [number, number, number] => [
        layer.input[2 * unit] as number,
        layer.input[2 * unit + 1] as number,
        layer.bias[unit] as number,
      ]);
      const crossing = lines.filter(([a, b, c]) => {
        const corners = [-1, 1].flatMap((x) => [-1, 1].map((y) => a * x + b * y + c));
        return Math.min(...corners) < 0 && Math.max(...corners) > 0;
      });
      let meetings = 0;
      for (const [index, [a, b, c]] of crossing.entries()) {
        for (const [d, e, f] of crossing.slice(index + 1)) {
          const determinant = a * e - b * d;
          const x = (b * f - c * e) / determinant;
          const y = (c * d - a * f) / determinant;
          if (Math.abs(x) < 1 && Math.abs(y) < 1) meetings++;
        }
      }
      expect(reach(subject, OPTIONS).cells.count).toBe(1 + crossing.length + meetings);
    },
  );

  test('rescaling units by powers of two moves no bit', () => {
    for (const [, subject] of NETWORKS) {
      const { shape, parameters } = subject;
      const draw = uniforms(11);
      const exponents = Int32Array.from(
        { length: shape.layers * shape.hidden },
        () => Math.floor(9 * draw()) - 4,
      );
      const factors = unbalanceFactors(shape, exponents);
      const rescaled = {
        ...subject,
        parameters: parameters.map((value, at) => value * (factors[at] as number)),
      };
      const [a, b] = [reach(subject, OPTIONS), reach(rescaled, OPTIONS)];
      expect(b.cells.points).toEqual(a.cells.points);
      expect(b.cells.outputs).toEqual(a.cells.outputs);
      expect(b.cells.patterns).toEqual(a.cells.patterns);
      expect(b.excess).toBe(a.excess);
    }
  });

  test('near the identity many regions share few maps to the output', () => {
    const [, subject] = NETWORKS.find(([name]) => name === 'identity') ?? [];
    const { cells, maps } = reach(subject as Subject, OPTIONS);
    expect(cells.count).toBeGreaterThan(10);
    expect(3 * maps).toBeLessThan(cells.count);
  });

  test('three free numbers: volumes add up to 1, and maps are the forward pass', () => {
    for (const subject of [
      addingSubject({ length: 8, hidden: 12 }, 6, { third: 4 }),
      random({ inputs: 3, units: 8 }),
    ]) {
      const found = reach(subject, OPTIONS);
      expect(found.cells.free).toBe(3);
      expect(found.cells.count).toBe(found.splits + 1);
      expect(found.cells.count).toBeGreaterThan(20);
      expect(Math.abs(found.covered - 1)).toBeLessThan(1e-10);
      const points = middles(found);
      for (const [cell, [value]] of engineOutputs(subject, points).entries()) {
        expect(valueAt(found.cells.outputs, 4 * cell, points[cell] as Float64Array, 0, 3)).toBeCloseTo(
          value as number,
          11,
        );
      }
    }
  });
});

describe('the verdict', () => {
  const subject = addingSubject({ length: 12, hidden: 16 }, 8);
  const { excess } = reach(withLimit(subject, 1), OPTIONS);
  const most = excess + 1;

  test('10,000 random points never contradict VERIFIED', () => {
    const found = reach(withLimit(subject, most * (1 + 1e-9)), OPTIONS);
    expect(found.verdict).toBe('VERIFIED');
    expect(found.unsafe).toBe(0);
    const draw = uniforms(12);
    const points = Array.from({ length: 10_000 }, () => [draw(), draw()]);
    const errors = engineOutputs(subject, points).map(([y], at) => {
      const [v1, v2] = points[at] as [number, number];
      return Math.abs((y as number) - v1 - v2);
    });
    expect(Math.max(...errors)).toBeLessThanOrEqual(most);
    // The bound is no looser than it must be: some point comes close.
    expect(Math.max(...errors)).toBeGreaterThan(0.9 * most);
  });

  test('a counterexample fails in the engine too, on the part of the square that samples find', () => {
    const limit = 0.8 * most;
    const failing = withLimit(subject, limit);
    const { verdict, worst, unsafe } = reach(failing, OPTIONS);
    expect(verdict).toBe('COUNTEREXAMPLE');
    const exact = replay(failing, worst.point, 'float64').excesses[worst.bound] as number;
    const single = replay(failing, worst.point, 'float32').excesses[worst.bound] as number;
    expect(exact).toBeCloseTo(most - limit, 6);
    expect(single).toBeGreaterThan(0);
    expect(Math.abs(single - exact)).toBeLessThan(1e-5);
    const draw = uniforms(13);
    const points = Array.from({ length: 5000 }, () => [draw(), draw()]);
    const share =
      engineOutputs(subject, points).filter(([y], at) => {
        const [v1, v2] = points[at] as [number, number];
        return Math.abs((y as number) - v1 - v2) > limit;
      }).length / points.length;
    expect(Math.abs(unsafe - share)).toBeLessThan(
      4 * Math.sqrt((unsafe * (1 - unsafe)) / points.length) + 1e-3,
    );
  });

  test('a search that ends at its cap is unfinished, unless it has found a counterexample', () => {
    const capped = reach(withLimit(subject, 2 * most), { ...OPTIONS, cap: 5 });
    expect(capped.verdict).toBe('UNFINISHED');
    expect(capped.cells.count).toBe(5);
    expect(capped.pending).toBeGreaterThan(0);
    expect(capped.covered + capped.pending).toBeCloseTo(1, 12);
    expect(reach(withLimit(subject, 1e-6), { ...OPTIONS, cap: 5 }).verdict).toBe('COUNTEREXAMPLE');
    const all = reach(subject, OPTIONS).cells.count;
    expect(reach(withLimit(subject, 2 * most), { ...OPTIONS, cap: all }).verdict).toBe('VERIFIED');
    expect(exactReach(withLimit(subject, 2 * most), 5).verdict).toBe('UNFINISHED');
  });

  test('the output stays in its range, which it reaches', () => {
    const { ranges } = reach(subject, OPTIONS);
    const draw = uniforms(14);
    const points = Array.from({ length: 3000 }, () => [draw(), draw()]);
    const outputs = engineOutputs(subject, points).map(([y]) => y as number);
    const [range] = ranges;
    if (!range) throw new Error('no range');
    expect(Math.min(...outputs)).toBeGreaterThanOrEqual(range.min);
    expect(Math.max(...outputs)).toBeLessThanOrEqual(range.max);
    expect(Math.max(...outputs) - Math.min(...outputs)).toBeGreaterThan(0.9 * (range.max - range.min));
  });

  test('every pair of marked steps gets the answer that it gets alone', () => {
    const experiment = experimentOf({ length: 6, hidden: 6 });
    const parameters = Float32Array.from(randomParameters(shapeOf(experiment), 21));
    expect(markerSteps({ length: 7, terms: 2 })).toEqual({ firsts: [1, 2, 3], seconds: [4, 5, 6, 7] });
    const pairs = [...answersForPairs(experiment, null, parameters, DEFAULTS)];
    expect(pairs.length).toBe(9);
    for (const { first, second, excess, regions } of pairs) {
      const alone = reach(laneSubject(experiment, null, parameters, { ...DEFAULTS, first, second }), OPTIONS);
      expect([excess, regions]).toEqual([alone.excess, alone.cells.count]);
    }
  });
});

describe('without rounding', () => {
  test('finds the same patterns and verdicts as floats, on every network', () => {
    expect(NETWORKS.length).toBeGreaterThanOrEqual(10);
    for (const [name, subject] of NETWORKS) {
      const floats = reach(subject, OPTIONS);
      const exact = exactReach(subject, OPTIONS.cap);
      expect(comparePatterns(floats.cells, exact), name).toEqual({ same: true, onlyFirst: 0, onlySecond: 0 });
      expect(exact.verdict, name).toBe(floats.verdict);
      expect(exact.excess, name).toBeCloseTo(floats.excess, 11);
      expect(exact.maps, name).toBe(floats.maps);
    }
  });

  test('areas add up to exactly 1', () => {
    for (const seed of [1, 2]) {
      const subject = addingSubject({ length: 4, hidden: 8 }, seed);
      let [numerator, denominator] = [0n, 1n];
      let count = 0;
      for (const { polygon } of exactRegions(subject)) {
        const [top, bottom] = exactTwiceArea(polygon);
        numerator = numerator * bottom + top * denominator;
        denominator *= bottom;
        count++;
      }
      expect(count).toBeGreaterThan(3);
      expect(numerator === 2n * denominator).toBe(true);
    }
  });

  test('comparison sees a region that only one has', () => {
    const patterns = Uint32Array.of(1, 2, 3, 4);
    expect(comparePatterns({ patterns }, { patterns: patterns.slice(0, 2) })).toEqual({
      same: false,
      onlyFirst: 1,
      onlySecond: 0,
    });
    expect(
      comparePatterns({ patterns: Uint32Array.of(1, 2, 1, 2) }, { patterns: Uint32Array.of(1, 2) }).same,
    ).toBe(false);
  });

  test('floats are whole numbers over a power of two; fractions come back as floats', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e30, max: 1e30 })),
        (values) => {
          const { integers, exponent } = dyadicOf(values);
          for (const [at, integer] of integers.entries()) {
            const size = integer < 0n ? -integer : integer;
            expect(Math.sign(Number(integer)) * ratio(size, 1n << BigInt(exponent)) + 0).toBe(
              (values[at] as number) + 0,
            );
          }
        },
      ),
      { seed: 5, numRuns: 100 },
    );
    expect(fractionOf(0.04)).toEqual([4n, 100n]);
    expect(fractionOf(1e-7)).toEqual([1n, 10_000_000n]);
    expect(fractionOf(1000)).toEqual([1000n, 1n]);
    expect(fractionOf(0)).toEqual([0n, 1n]);
  });
});

test.each([1, 2, 3])('cuts of a box of %i dimensions lose nothing', (free) => {
  const draw = uniforms(30 + free);
  let parts: Polytope[] = [unitBox(free)];
  for (let cut = 0; cut < 12; cut++) {
    const slope = Array.from({ length: free }, () => draw() - 0.5);
    const through = Array.from({ length: free }, () => draw());
    parts = parts.flatMap((part) => {
      const values = Float64Array.from({ length: part.points.length / free }, (_, vertex) =>
        slope.reduce(
          (sum, s, axis) =>
            sum + s * ((part.points[vertex * free + axis] as number) - (through[axis] as number)),
          0,
        ),
      );
      if (Math.min(...values) >= -1e-12 || Math.max(...values) <= 1e-12) return [part];
      const halves = split(part, free, values, 1e-12, 2 * free + cut);
      const sum = measure(halves[0], free) + measure(halves[1], free);
      expect(sum).toBeCloseTo(measure(part, free), 13);
      return [...halves];
    });
  }
  expect(parts.length).toBeGreaterThan(free === 1 ? 12 : 40);
  expect(parts.reduce((sum, part) => sum + measure(part, free), 0)).toBeCloseTo(1, 12);
});

test('every pixel of the picture has the region in which its middle lies', () => {
  const subject = addingSubject({ length: 8, hidden: 12 }, 17);
  const { cells } = reach(subject, OPTIONS);
  const { property } = subject.question;
  const { region, values, unsafe } = rasterise(cells, property, 61, 43);
  for (let row = 0; row < 43; row++) {
    for (let column = 0; column < 61; column++) {
      const point = [(column + 0.5) / 61, 1 - (row + 0.5) / 43];
      const at = row * 61 + column;
      expect(region[at]).toBe(cellAt(cells, point));
      const [y] = engineOutputs(subject, [point])[0] as [number];
      const error = y - (point[0] as number) - (point[1] as number);
      expect(values[at]).toBeCloseTo(error, 5);
      if (Math.abs(Math.abs(error) - property.limit) > 1e-9) {
        expect(unsafe[at]).toBe(Math.abs(error) > property.limit ? 1 : 0);
      }
    }
  }
});

describe('questions', () => {
  const draw = uniforms(40);
  const images = (count: number): ImageData['heldOut'] => ({
    count,
    pixels: Uint8Array.from({ length: count * 784 }, () => 256 * draw()),
    labels: Uint8Array.from({ length: count }, (_, image) => image % 10),
  });
  const data: ImageData = { kind: 'images', training: images(2), heldOut: images(5) };

  test.each(['mnist-flat', 'mnist-rows'] as const)('%s: the square lies between three images', (task) => {
    const experiment: Experiment = { ...defaultExperiment(task), hidden: 8 };
    const parameters = Float32Array.from(randomParameters(shapeOf(experiment, data), 41));
    const subject = laneSubject(experiment, data, parameters, { ...DEFAULTS, share: 0.5 });
    const found = reach(subject, OPTIONS);
    expect(found.cells.count).toBeGreaterThan(1);
    expect(Math.abs(found.covered - 1)).toBeLessThan(1e-12);
    const points = middles(found);
    const outputs = engineOutputs(subject, points);
    // The property is that no other digit leads: read off the forward pass.
    const fails = outputs.filter((logits) => Math.max(...logits.slice(1)) > (logits[0] as number)).length;
    if (found.verdict === 'VERIFIED') expect(fails).toBe(0);
    const first = engineOutputs(subject, [[0, 0]])[0] as number[];
    const network = new PlainNetwork(subject.shape, 'float64');
    const batch = subject.question.inputs.constant;
    network.forward(Float64Array.from(parameters), batch, 1, RELU_LANE, null);
    expect(first).toEqual([...network.outputs]);
    const { cells } = found;
    for (const [cell, logits] of outputs.entries()) {
      for (const [digit, value] of logits.entries()) {
        const mapped = valueAt(cells.outputs, (cell * 10 + digit) * 3, points[cell] as Float64Array, 0, 2);
        expect(Math.abs(mapped - value)).toBeLessThan(1e-10 * Math.max(1, Math.abs(value)));
      }
    }
  });

  /** A network that is not made of linear regions. */
  const UNITARY = laneOf('sgd', { network: 'urnn', init: 'unitary' });

  test('a ReLU lane beside a uRNN is asked as if it were alone', () => {
    const lanes = [UNITARY, laneOf('path')];
    const experiment = experimentOf({ hidden: 16, lanes });
    const alone = experimentOf({ hidden: 16, lanes: lanes.slice(1) });
    const parameters = initialParameters(alone, 0);
    const beside = reach(laneSubject(experiment, null, parameters, { ...DEFAULTS, lane: 2 }), OPTIONS);
    const single = reach(laneSubject(alone, null, parameters, DEFAULTS), OPTIONS);
    expect(beside.cells.points).toEqual(single.cells.points);
    expect(countedLanes(experiment, { ...DEFAULTS, lane: 2 })).toEqual([2]);
  });

  const ask = (experiment: Experiment, settings: Partial<Settings> = {}): Subject => {
    const shape = laneShapes(experiment, data)[0] as Shape;
    const subject = laneSubject(experiment, data, new Float32Array(shape.parameters), {
      ...DEFAULTS,
      ...settings,
    });
    networkOf(subject.shape, subject.parameters);
    return subject;
  };
  const cases: readonly (readonly [string, () => unknown, RegExp])[] = [
    [
      'a step beyond the end',
      () => ask(experimentOf({}), { first: 9 }),
      /first is step 9: sequences have 5 steps/,
    ],
    [
      'one step twice',
      () => ask(experimentOf({}), { first: 3, second: 3 }),
      /second is step 3, which is free already/,
    ],
    [
      'a lane that is not there',
      () => ask(experimentOf({}), { lane: 4 }),
      /There is no lane 4: the experiment has 1/,
    ],
    [
      'a tanh lane',
      () => ask(experimentOf({ lanes: [laneOf('sgd', { activation: 'tanh' })] })),
      /tanh units/,
    ],
    ['a uRNN', () => ask(experimentOf({ hidden: 16, lanes: [UNITARY] })), /Lane 1 is a uRNN/],
    ['many units', () => ask(experimentOf({ hidden: 65 })), /65 hidden units.*at most 64/],
    ['many steps', () => ask(experimentOf({ length: 51 })), /51 steps.*up to 50/],
    ['another task', () => ask({ ...defaultExperiment('copying') }), /task here is copying/],
    [
      'a sequence that is not there',
      () => ask(experimentOf({}), { sequence: 1001 }),
      /no held-out sequence 1001/,
    ],
    [
      'an image twice',
      () => ask({ ...defaultExperiment('mnist-flat') }, { also: 1 }),
      /Image 1 is chosen twice/,
    ],
    [
      'a weight that is not finite',
      () => {
        const { shape, question } = ask(experimentOf({}));
        return reach(
          { shape, question, parameters: new Float32Array(shape.parameters).fill(Number.NaN) },
          OPTIONS,
        );
      },
      /not finite/,
    ],
    ['whole numbers in three dimensions', () => exactReach(random({ inputs: 3 }), 9), /takes two/],
  ];
  test.each(cases)('%s: has a message', (_, question, message) => {
    expect(question).toThrow(QuestionError);
    expect(question).toThrow(message);
  });

  test('tasks that the room can ask about', () => {
    expect(obstacleOf(experimentOf({ length: 50 }))).toBeNull();
    expect(obstacleOf(defaultExperiment('mnist-rows'))).toBeNull();
    expect(obstacleOf(defaultExperiment('mnist-pixels'))).toMatch(/784 steps/);
    expect(obstacleOf(defaultExperiment('text'))).toMatch(/text/);
  });

  test('what is said of the free and the marked steps', () => {
    const { question } = ask(experimentOf({ length: 12, terms: 3 }), { first: 2, second: 7 });
    expect(question.claim).toMatch(/^\|answer − \(v2 \+ v7 \+ v\d+\)\| ≤ 0\.04$/);
    const plain = ask(experimentOf({ length: 12 }), { first: 7, second: 2, sequence: 3 }).question;
    expect(plain.claim).toBe('|answer − (v7 + v2)| ≤ 0.04');
    expect(plain.fixed).toBe(
      'Steps 7, 2 are free, and marked; all other values are those of held-out sequence 3, seed 1.',
    );
  });
});

describe('regions while lanes train', () => {
  test('steps and lanes that are counted', () => {
    expect(countedSteps(0)).toEqual([0]);
    expect(countedSteps(1)).toEqual([0, 1]);
    expect(countedSteps(120)).toEqual([0, 1, 2, 5, 10, 20, 50, 100, 120]);
    const experiment = experimentOf({
      lanes: [laneOf('path'), laneOf('sgd', { activation: 'tanh' }), laneOf('sgd')],
    });
    expect(countedLanes(experiment, DEFAULTS)).toEqual([1]);
    expect(countedLanes(experiment, { ...DEFAULTS, beside: 3 })).toEqual([1, 3]);
    expect(countedLanes(experiment, { ...DEFAULTS, lane: 3 })).toEqual([3, 1]);
  });

  test('two lanes are counted from their start on, and training changes the count', async () => {
    const experiment = experimentOf({ length: 8, hidden: 12, lanes: [laneOf('path'), laneOf('sgd')] });
    const counts = [];
    for await (const count of countsOverTraining(experiment, null, DEFAULTS, 20)) counts.push(count);
    expect(counts.map(({ step, lane }) => [step, lane])).toEqual(
      [0, 1, 2, 5, 10, 20].flatMap((step) => [1, 2].map((lane) => [step, lane])),
    );
    const start = reach(
      laneSubject(experiment, null, initialParameters(experiment, 1), { ...DEFAULTS, lane: 2 }),
      OPTIONS,
    );
    expect(counts[1]?.regions).toBe(start.cells.count);
    expect(new Set(counts.map(({ regions }) => regions)).size).toBeGreaterThan(1);
  });
});

describe('settings', () => {
  test('come back from a link as they were', () => {
    const numbers = Object.fromEntries(
      Object.entries(RANGES).map(([key, range]) => [
        key,
        'integer' in range
          ? fc.integer({ min: range.min, max: range.max })
          : fc.double({ min: range.min, max: range.max, minExcluded: true, noNaN: true }),
      ]),
    );
    fc.assert(
      fc.property(fc.record({ network: fc.constantFrom(...SOURCES), ...numbers }), (record) => {
        const settings = record as unknown as Settings;
        expect(readReachabilitySettings(writeReachabilitySettings(settings))).toEqual({
          settings,
          messages: [],
        });
      }),
      { seed: 7, numRuns: 200 },
    );
    expect(writeReachabilitySettings(DEFAULTS)).toEqual({});
  });

  test('wrong ones become the nearest allowed ones, with a message', () => {
    const { settings, messages } = readReachabilitySettings({
      cells: '900000',
      network: 'mine',
      colour: 'red',
    });
    expect(settings).toEqual({ ...DEFAULTS, cells: 200_000 });
    expect(messages.map(({ problem }) => problem)).toEqual([
      'network is "mine": it must be lane or random',
      'cells is "900000": it must be a whole number from 1 to 200000',
      expect.stringMatching(/^"colour" is not a setting of this room/),
    ]);
  });
});
