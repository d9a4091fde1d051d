import { describe, expect, test } from 'vitest';
import { arrangeLanes } from '../../src/engine/arrange.ts';
import { createCpuEngineFor } from '../../src/engine/cpu/engine.ts';
import { FourierTransform } from '../../src/engine/cpu/fourier.ts';
import { modRelu } from '../../src/engine/cpu/modRelu.ts';
import { newComplex, UnitaryMatrix } from '../../src/engine/cpu/unitary.ts';
import { initialParametersFor, unitaryPermutation } from '../../src/engine/initialise.ts';
import { shapeOfSnapshot } from '../../src/engine/inside/shape.ts';
import { stateGradient } from '../../src/engine/inside/stateGradient.ts';
import { unitaryMatrixOf } from '../../src/engine/inside/unitaryMatrix.ts';
import { laneShapesFor, matrixOf, parameterSpans, type Shape } from '../../src/engine/layout.ts';
import { predictHeldOut } from '../../src/engine/predict.ts';
import { readerOf } from '../../src/engine/reader.ts';
import { parseLink } from '../../src/experiment/link.ts';
import { defaultLane, type Experiment, type Lane, parseExperiment } from '../../src/experiment/schema.ts';
import { taskOf } from '../../src/experiment/tasks/index.ts';
import { withAddedLane, withLane, withNetwork, withoutLane, withTask } from '../../src/page/edits.ts';
import { unitaryEigenvalues } from '../../src/page/inside/unitaryEigenvalues.ts';
import { laneStyles } from '../../src/page/laneStyle.ts';
import { engineAt, experimentOf, laneOf, noiseTask, setParameters, shapeFor, uniforms } from './support.ts';

type Pair = readonly [re: number, im: number];

const plus = (a: Pair, b: Pair): Pair => [a[0] + b[0], a[1] + b[1]];
const times = (a: Pair, b: Pair): Pair => [a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]];
const turn = (angle: number): Pair => [Math.cos(angle), Math.sin(angle)];

/** A matrix times a vector. */
const apply = (matrix: readonly (readonly Pair[])[], x: readonly Pair[]): Pair[] =>
  matrix.map((row) => row.reduce<Pair>((sum, value, k) => plus(sum, times(value, x[k] as Pair)), [0, 0]));

const square = (size: number, at: (row: number, column: number) => Pair): Pair[][] =>
  Array.from({ length: size }, (_, row) => Array.from({ length: size }, (_, column) => at(row, column)));

/** W = D3 R2 F^-1 D2 P R1 F D1, factor by factor as a whole matrix each, straight from the paper. */
function factorsOf(
  units: number,
  phases: ArrayLike<number>,
  reflections: ArrayLike<number>,
  permutation: Uint32Array,
): Record<string, Pair[][]> {
  const diagonal = (index: number) =>
    square(units, (j, k) => (j === k ? turn(phases[index * units + j] as number) : [0, 0]));
  const fourier = (sign: number) =>
    square(units, (j, k) => {
      const [re, im] = turn((sign * 2 * Math.PI * j * k) / units);
      return [re / Math.sqrt(units), im / Math.sqrt(units)];
    });
  const reflection = (index: number) => {
    const v = Array.from({ length: units }, (_, j): Pair => {
      const at = 2 * index * units + j;
      return [reflections[at] as number, reflections[at + units] as number];
    });
    const norm = v.reduce((sum, [re, im]) => sum + re * re + im * im, 0);
    return square(units, (j, k) => {
      const [re, im] = times(v[j] as Pair, [(v[k] as Pair)[0], -(v[k] as Pair)[1]]);
      return [(j === k ? 1 : 0) - (2 * re) / norm, (-2 * im) / norm];
    });
  };
  return {
    D1: diagonal(0),
    F: fourier(-1),
    R1: reflection(0),
    P: square(units, (j, k) => [permutation[j] === k ? 1 : 0, 0]),
    D2: diagonal(1),
    inverseF: fourier(1),
    R2: reflection(1),
    D3: diagonal(2),
  };
}

const ORDER = ['D1', 'F', 'R1', 'P', 'D2', 'inverseF', 'R2', 'D3'] as const;

/** Parameters with a modReLU that cuts some units off and lets others grow. */
function parametersOf(shape: Shape, lane: Lane): Float64Array {
  const parameters = Float64Array.from(initialParametersFor(shape, lane));
  const random = uniforms(3);
  for (const kind of ['bias', 'readoutBias'] as const) {
    const { offset, rows } = matrixOf(shape, kind, kind === 'bias' ? 0 : 1);
    for (let i = offset; i < offset + rows; i++) parameters[i] = 0.4 * (random() - 0.6);
  }
  return parameters;
}

/** Outputs [scored steps][outputs] of one sequence, written out plainly. */
function plainOutputs(
  shape: Shape,
  lane: Lane,
  parameters: ArrayLike<number>,
  inputs: Float32Array,
  b: number,
  initial?: readonly number[],
): number[][] {
  const units = shape.hidden / 2;
  const at = (kind: Parameters<typeof matrixOf>[1], row: number, column = 0): number => {
    const matrix = matrixOf(shape, kind, kind.startsWith('readout') ? 1 : 0);
    return parameters[matrix.offset + row * matrix.columns + column] as number;
  };
  const part = (kind: 'phases' | 'reflections') => {
    const { offset, rows, columns } = matrixOf(shape, kind, 0);
    return Array.from(parameters).slice(offset, offset + rows * columns);
  };
  const factors = factorsOf(units, part('phases'), part('reflections'), unitaryPermutation(units, lane.seed));
  const start = initial ?? Array.from({ length: 2 * units }, (_, j) => at('initial', j));
  let state = Array.from({ length: units }, (_, j): Pair => [start[j] as number, start[j + units] as number]);
  const outputs: number[][] = [];
  for (let t = 0; t < shape.length; t++) {
    for (const name of ORDER) state = apply(factors[name] as Pair[][], state);
    state = state.map(([re, im], j) => {
      let z: Pair = [re, im];
      for (let k = 0; k < shape.inputs; k++) {
        const x = inputs[(t * shape.batch + b) * shape.inputs + k] as number;
        z = plus(z, [at('input', j, k) * x, at('input', j + units, k) * x]);
      }
      const modulus = Math.hypot(...z);
      const factor = Math.max(0, modulus + at('bias', j)) / (modulus + 1e-5);
      return [z[0] * factor, z[1] * factor];
    });
    if (t < shape.scoredFrom) continue;
    const real = [...state.map(([re]) => re), ...state.map(([, im]) => im)];
    outputs.push(
      Array.from({ length: shape.outputs }, (_, o) =>
        real.reduce((sum, h, k) => sum + at('readout', o, k) * h, at('readoutBias', o)),
      ),
    );
  }
  return outputs;
}

const lane = (changes: Partial<Lane> = {}): Lane => ({
  ...defaultLane('rmsprop', { task: 'adding', length: 5, seed: 1 }, 'urnn'),
  ...changes,
});

const randomComplex = (length: number, seed: number) => {
  const random = uniforms(seed);
  const x = newComplex(length);
  for (let i = 0; i < length; i++) {
    x.re[i] = 2 * random() - 1;
    x.im[i] = 2 * random() - 1;
  }
  return x;
};

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (value, index) => Math.abs(value - (b[index] as number))));

/** A matrix with random parameters, and these. */
function randomMatrix(units: number, columns: number, seed = 5) {
  const random = uniforms(seed);
  const parameters = {
    phases: Float64Array.from({ length: 3 * units }, () => 8 * (random() - 0.5)),
    reflections: Float64Array.from({ length: 4 * units }, () => 2 * random() - 1),
  };
  const matrix = new UnitaryMatrix(units, columns);
  matrix.permutation.set(unitaryPermutation(units, seed));
  matrix.load(parameters);
  return { matrix, parameters };
}

describe('the Fourier transform', () => {
  test.each([4, 8, 16, 32, 128, 512])('is the sum that defines it, and undone by its inverse: %i', (size) => {
    const columns = 3;
    const x = randomComplex(size * columns, size);
    const before = { re: x.re.slice(), im: x.im.slice() };
    const transform = new FourierTransform(size, columns);
    transform.apply(x.re, x.im, columns, -1);
    for (const row of [0, 1, 2, size / 2 + 1, size - 1]) {
      const sum = [0, 1, 2].map((column) => {
        let total: Pair = [0, 0];
        for (let k = 0; k < size; k++) {
          const i = k * columns + column;
          const value: Pair = [before.re[i] as number, before.im[i] as number];
          total = plus(total, times(value, turn((-2 * Math.PI * ((row * k) % size)) / size)));
        }
        return total.map((part) => part / Math.sqrt(size));
      });
      for (const [column, [re, im]] of sum.entries()) {
        expect(x.re[row * columns + column]).toBeCloseTo(re as number, 12);
        expect(x.im[row * columns + column]).toBeCloseTo(im as number, 12);
      }
    }
    transform.apply(x.re, x.im, columns, 1);
    expect(largestDifference(x.re, before.re)).toBeLessThan(1e-14);
    expect(largestDifference(x.im, before.im)).toBeLessThan(1e-14);
  });
});

describe('the unitary matrix', () => {
  test.each([8, 32])('is the product of its factors, each of which its inverse undoes: %i', (units) => {
    const { matrix, parameters } = randomMatrix(units, 1);
    const factors = factorsOf(units, parameters.phases, parameters.reflections, matrix.permutation);
    const x = randomComplex(units, 9);
    const pairs = Array.from({ length: units }, (_, j): Pair => [x.re[j] as number, x.im[j] as number]);
    let product = pairs;
    for (const name of ORDER) {
      const factor = factors[name] as Pair[][];
      // The adjoint of a factor times the factor is 1.
      const adjoint = square(units, (j, k) => {
        const [re, im] = (factor[k] as Pair[])[j] as Pair;
        return [re, -im];
      });
      const undone = apply(adjoint, apply(factor, pairs)).flat();
      expect(largestDifference(undone, pairs.flat()), name).toBeLessThan(1e-13);
      product = apply(factor, product);
    }
    const before = { re: x.re.slice(), im: x.im.slice() };
    matrix.forward(x, 1);
    expect(
      largestDifference(
        x.re,
        product.map(([re]) => re),
      ),
    ).toBeLessThan(1e-13);
    expect(
      largestDifference(
        x.im,
        product.map(([, im]) => im),
      ),
    ).toBeLessThan(1e-13);
    matrix.inverse(x, 1);
    expect(largestDifference(x.re, before.re)).toBeLessThan(1e-13);
    expect(largestDifference(x.im, before.im)).toBeLessThan(1e-13);
  });

  test.each([8, 64, 512])('keeps norms over 500 steps, in float32 to 1e-5: %i', (units) => {
    const { matrix } = randomMatrix(units, 2);
    const x = randomComplex(2 * units, 4);
    const normOf = (column: number): number => {
      let sum = 0;
      for (let j = 0; j < units; j++) {
        sum += (x.re[2 * j + column] as number) ** 2 + (x.im[2 * j + column] as number) ** 2;
      }
      return Math.sqrt(sum);
    };
    const before = [normOf(0), normOf(1)];
    for (let step = 0; step < 500; step++) {
      matrix.forward(x, 2);
      x.re.set(Float32Array.from(x.re));
      x.im.set(Float32Array.from(x.im));
    }
    expect(Math.abs(normOf(0) / (before[0] as number) - 1)).toBeLessThan(1e-5);
    expect(Math.abs(normOf(1) / (before[1] as number) - 1)).toBeLessThan(1e-5);
  });

  test('permutes by seed alone, with every unit once', () => {
    const permutation = unitaryPermutation(64, 7);
    expect([...permutation].sort((a, b) => a - b)).toEqual([...new Array(64).keys()]);
    expect(unitaryPermutation(64, 7)).toEqual(permutation);
    expect(unitaryPermutation(64, 8)).not.toEqual(permutation);
  });
});

test('the modReLU keeps directions and cuts moduli', () => {
  const z = { re: Float64Array.of(3, 0.3, 0, -3, 0), im: Float64Array.of(4, 0.4, 0, 0, 0) };
  const wide = newComplex(10);
  wide.re.set([...z.re, ...z.re]);
  wide.im.set([...z.im, ...z.im]);
  modRelu(wide, Float64Array.of(-1, 1), 5);
  const close = (values: Float64Array, expected: readonly number[]): void => {
    for (const [index, value] of expected.entries()) expect(values[index]).toBeCloseTo(value, 4);
  };
  close(wide.re, [2.4, 0, 0, -2, 0, 3.6, 0.9, 0, -4, 0]);
  close(wide.im, [3.2, 0, 0, 0, 0, 4.8, 1.2, 0, 0, 0]);
});

const CASES = (['squared', 'softmax'] as const).flatMap((loss) =>
  (['last', 'every'] as const).flatMap((readout) => [8, 16].map((hidden) => ({ loss, readout, hidden }))),
);

describe('a uRNN on the CPU engine in float64', () => {
  test.each(CASES)('computes what the paper says: $loss, $readout, hidden $hidden', async (c) => {
    const task = noiseTask(c.loss, c.readout);
    const experiment = experimentOf({ hidden: c.hidden, batch: 3, lanes: [lane({ seed: 4 })] });
    const shape = shapeFor(task, experiment);
    const [own] = experiment.lanes;
    const parameters = parametersOf(shape, own as Lane);
    const engine = await engineAt(task, experiment, parameters);
    const { batch, lanes } = await engine.inspect();
    let loss = 0;
    let terms = 0;
    for (let b = 0; b < 3; b++) {
      const outputs = plainOutputs(shape, own as Lane, parameters, batch.inputs, b);
      for (const [s, y] of outputs.entries()) {
        if (c.loss === 'squared') {
          for (const [o, value] of y.entries()) {
            loss += (value - (batch.targets[(s * 3 + b) * y.length + o] as number)) ** 2;
            terms++;
          }
        } else {
          const total = y.reduce((sum, value) => sum + Math.exp(value), 0);
          loss += Math.log(total) - (y[batch.targets[s * 3 + b] as number] as number);
          terms++;
        }
      }
    }
    expect(lanes[0]?.loss).toBeCloseTo(loss / terms, 12);
  });

  test.each(CASES)('has the gradient of its loss: $loss, $readout, hidden $hidden', async (c) => {
    const task = noiseTask(c.loss, c.readout);
    const own = lane({ optimizer: 'sgd', decay: 0, clip: 0 });
    const experiment = experimentOf({ hidden: c.hidden, length: 6, batch: 4, lanes: [own] });
    const shape = shapeFor(task, experiment);
    const parameters = parametersOf(shape, own);
    const engine = await engineAt(task, experiment, parameters);
    const gradient = (await engine.inspect()).lanes[0]?.gradient as Float64Array;
    for (const { name, offset, rows, columns } of shape.matrices) {
      expect(Math.hypot(...gradient.subarray(offset, offset + rows * columns)), name).toBeGreaterThan(1e-4);
    }
    const lossAt = async (changed: number, by: number): Promise<number> => {
      const moved = parameters.slice();
      moved[changed] = (moved[changed] as number) + by;
      await setParameters(engine, moved);
      await engine.train(1);
      return (await engine.metrics(0))[0]?.loss as number;
    };
    const size = Math.hypot(...gradient);
    let difference = 0;
    const step = 1e-5;
    for (const [index, value] of gradient.entries()) {
      const slope = ((await lossAt(index, step)) - (await lossAt(index, -step))) / (2 * step);
      difference = Math.max(difference, Math.abs(slope - value));
    }
    expect(difference / size).toBeLessThan(1e-6);
  });
});

describe('beside lanes of another network', () => {
  const task = noiseTask('softmax', 'every');
  const own = lane({ seed: 6, momentum: 0.5 });
  const both = experimentOf({ hidden: 8, lanes: [laneOf('path'), own, laneOf('sgd')] });
  const alone = { ...both, lanes: [own] };
  const engineOf = (experiment: Experiment) =>
    createCpuEngineFor(task, experiment, { data: null, precision: 'float32' });

  test('has the bits that it has alone', async () => {
    const [beside, one] = [engineOf(both), engineOf(alone)];
    for (const engine of [beside, one]) await engine.train(5);
    const shapes = laneShapesFor(task, both);
    const span = parameterSpans(shapes)[1] as { first: number; end: number };
    const { parameters, squares } = await beside.checkpoint();
    const expected = await one.checkpoint();
    expect(parameters.slice(span.first, span.end)).toEqual(expected.parameters);
    expect(squares.slice(span.first, span.end)).toEqual(expected.squares);
    const losses = (await beside.metrics(0)).filter((line) => line.lane === 1).map(({ loss }) => loss);
    expect(losses).toEqual((await one.metrics(0)).map(({ loss }) => loss));
    expect((await beside.evaluate()).lanes[1]).toEqual((await one.evaluate()).lanes[0]);
    const snapshot = await beside.inspect({ states: true });
    expect(snapshot.lanes[1]).toEqual((await one.inspect({ states: true })).lanes[0]);
    expect(snapshot.lanes[1]?.kappa1).toEqual([]);
    expect((await beside.metrics(5))[1]?.pathNormLog2).toBeNaN();
  });

  test('goes on from a checkpoint with the same bits; lanes are picked from one', async () => {
    const [through, resumed] = [engineOf(both), engineOf(both)];
    await through.train(3);
    const checkpoint = await through.checkpoint();
    await through.train(3);
    await resumed.restore(checkpoint);
    await resumed.train(3);
    expect(await resumed.checkpoint()).toEqual(await through.checkpoint());
    const shapes = laneShapesFor(task, both);
    const picks = [1, 2].map((index) => ({ lane: index, exponents: null }));
    const picked = engineOf({ ...both, lanes: both.lanes.slice(1) });
    await picked.restore(arrangeLanes(checkpoint, shapes, picks));
    await picked.train(3);
    const expected = await through.checkpoint();
    const { first } = parameterSpans(shapes)[1] as { first: number };
    expect((await picked.checkpoint()).parameters).toEqual(expected.parameters.slice(first));
    const rescaled = [{ lane: 1, exponents: new Int8Array(8) }];
    expect(() => arrangeLanes(checkpoint, shapes, rescaled)).toThrow('cannot be rescaled');
    const short = { ...checkpoint, velocity: checkpoint.velocity.slice(1) };
    await expect(resumed.restore(short)).rejects.toThrow('damaged');
  });

  test('states that are carried begin anew at h_0', async () => {
    const carrying = { ...task, segments: () => 2, heldOutSequences: () => 6 };
    const engine = createCpuEngineFor(carrying, alone, { data: null, precision: 'float64' });
    const { offset, rows } = matrixOf(shapeFor(carrying, alone), 'initial', 0);
    const gradients: number[] = [];
    const initials: boolean[] = [];
    for (let step = 0; step < 4; step++) {
      const [snapshot] = (await engine.inspect()).lanes;
      gradients.push(Math.hypot(...(snapshot?.gradient ?? []).slice(offset, offset + rows)));
      initials.push(snapshot?.initial === null);
    }
    expect(initials).toEqual([true, false, true, false]);
    expect(gradients.map((size) => size > 0)).toEqual([true, false, true, false]);
  });
});

describe('what is seen inside a uRNN', () => {
  test.each(['last', 'every'] as const)('the gradient of its states, %s step scored', async (readout) => {
    const task = noiseTask('squared', readout);
    const experiment = experimentOf({ hidden: 8, lanes: [lane()] });
    const shape = shapeFor(task, experiment);
    const engine = await engineAt(task, experiment, parametersOf(shape, experiment.lanes[0] as Lane));
    const { batch, lanes } = await engine.inspect({ states: true });
    const [snapshot] = lanes;
    if (!snapshot) throw new Error('no lane');
    const found = shapeOfSnapshot(experiment, batch.inputs.length, snapshot.before.length, task);
    expect(found).toEqual(shape);
    const gradient = stateGradient(experiment, shape, batch, snapshot, 1e9, task);
    // That of h_0 is the last of a chain: a step earlier it is as long as dL/dz of the first step, which W keeps.
    const { deltas } = snapshot.states ?? { deltas: new Float64Array() };
    for (let t = 0; t + 1 < shape.length && readout === 'last'; t++) {
      let mean = 0;
      for (let b = 0; b < shape.batch; b++) {
        const first = ((t + 1) * shape.batch + b) * shape.hidden;
        mean += Math.hypot(...deltas.subarray(first, first + shape.hidden)) / shape.batch;
      }
      expect(gradient?.norms[t]).toBeCloseTo(mean, 12);
    }
    // The sum over sequences of dL/dh before the first step is the gradient of h_0.
    const matrix = unitaryMatrixOf(shape, experiment.lanes[0] as Lane, snapshot.before);
    const sum = new Float64Array(shape.hidden);
    for (let b = 0; b < shape.batch; b++) {
      const back = matrix.inverse(deltas.subarray(b * shape.hidden, (b + 1) * shape.hidden));
      for (const [index, value] of back.entries()) sum[index] = (sum[index] as number) + value;
    }
    const { offset, rows } = matrixOf(shape, 'initial', 0);
    expect(largestDifference(sum, snapshot.gradient.subarray(offset, offset + rows))).toBeLessThan(1e-14);
  });

  test.each([8, 32])('its eigenvalues, on the unit circle: %i', (units) => {
    const { matrix } = randomMatrix(units, units);
    const entries = newComplex(units * units);
    for (let j = 0; j < units; j++) entries.re[j * units + j] = 1;
    matrix.forward(entries, units);
    const found = unitaryEigenvalues(entries.re, entries.im, units);
    if (!found) throw new Error('none');
    for (const [index, re] of found.real.entries()) {
      expect(Math.hypot(re, found.imaginary[index] as number)).toBeCloseTo(1, 10);
    }
    // Their sum and that of their squares are the traces of W and of W W.
    const trace = (power: 1 | 2): Pair => {
      let sum: Pair = [0, 0];
      for (let j = 0; j < units; j++) {
        for (let k = 0; k < units; k++) {
          const at = (row: number, column: number): Pair => [
            entries.re[row * units + column] as number,
            entries.im[row * units + column] as number,
          ];
          if (power === 2) sum = plus(sum, times(at(j, k), at(k, j)));
          else if (j === k) sum = plus(sum, at(j, j));
        }
      }
      return sum;
    };
    const sums = Array.from(found.real, (re, index): Pair => [re, found.imaginary[index] as number]);
    for (const power of [1, 2] as const) {
      const total = sums.reduce<Pair>(
        (sum, value) => plus(sum, power === 2 ? times(value, value) : value),
        [0, 0],
      );
      expect(largestDifference(total, trace(power))).toBeLessThan(1e-8);
    }
    const wrong = entries.re.map((value) => 2 * value);
    expect(unitaryEigenvalues(wrong, entries.im, units)).toBeNull();
  });
});

test('a uRNN that reads one-hot inputs, and one that answers held-out sequences, compute what the engine does', async () => {
  const { experiment } = parseLink(
    'task=copying&length=4&hidden=8&batch=8&lane=sgd&lane=rmsprop,network:urnn,seed:3',
  );
  const engine = createCpuEngineFor(taskOf(experiment), experiment, { data: null, precision: 'float64' });
  await engine.train(3);
  const { parameters } = await engine.checkpoint();
  const [, own] = experiment.lanes as [Lane, Lane];
  const shapes = laneShapesFor(taskOf(experiment), experiment);
  const span = parameterSpans(shapes)[1] as { first: number; end: number };
  const weights = parameters.slice(span.first, span.end);

  const { batch, outputs } = predictHeldOut(experiment, null, parameters);
  const answers = outputs[1] ?? new Float64Array();
  let loss = 0;
  const width = 9;
  for (const [row, target] of batch.targets.entries()) {
    const y = Array.from(answers.subarray(row * width, (row + 1) * width));
    loss += Math.log(y.reduce((sum, value) => sum + Math.exp(value), 0)) - (y[target] as number);
  }
  const held = await engine.evaluate(8);
  expect(loss / batch.targets.length).toBeCloseTo(held.lanes[1]?.loss ?? Number.NaN, 10);

  const shape = shapes[1] as Shape;
  const snapshot = await engine.inspect({ states: true });
  const hidden = snapshot.lanes[1]?.states?.hidden ?? new Float64Array();
  const reader = readerOf(shape, own, weights);
  for (let t = 0; t < shape.length; t++) {
    const row = t * shape.batch * shape.inputs;
    reader.read(snapshot.batch.inputs.slice(row, row + shape.inputs).indexOf(1));
    const first = t * shape.batch * shape.hidden;
    expect(largestDifference(reader.state, hidden.subarray(first, first + shape.hidden))).toBeLessThan(1e-12);
  }
});

describe('links and edits', () => {
  const problems = (link: string) => parseLink(link).messages.map(({ problem }) => problem);

  test('a lane of its own defaults', () => {
    const { experiment, messages } = parseLink('length=50&hidden=64&lane=rmsprop,network:urnn&lane=path');
    expect(messages).toEqual([]);
    expect(experiment.lanes[0]).toEqual(defaultLane('rmsprop', experiment, 'urnn'));
    expect(experiment.lanes[0]).toMatchObject({ rate: 0.001, decay: 0.9, init: 'unitary' });
    expect(parseExperiment(experiment)).toEqual(experiment);
    expect(laneStyles(experiment).map(({ name }) => name)).toEqual([
      'uRNN, RMSprop, rate 0.001',
      'Path-SGD, rate 0.003',
    ]);
  });

  test.each([
    ['lane=path2,network:urnn', 'path geometry'],
    ['lane=sgd,network:urnn,init:identity', 'a start of its own'],
    ['lane=sgd,network:urnn,unbalance:2', 'cannot be rescaled'],
    ['lane=sgd,network:urnn,activation:tanh', 'modReLU'],
    ['lane=sgd,init:unitary', 'it must be nprnn, identity'],
    ['layers=2&lane=sgd,network:urnn', 'one layer'],
    ['hidden=100&lane=sgd,network:urnn', 'a power of two from 8 to 512'],
    ['hidden=200&lane=sgd,network:urnn&lane=sgd', 'a power of two from 8 to 256'],
    ['hidden=4&lane=sgd,network:urnn', 'a whole number from 8 to 512'],
    ['task=mnist-flat&lane=sgd,network:urnn', 'network of mnist-flat'],
  ])('%s is refused: %s', (link, reason) => {
    expect(problems(link)).toHaveLength(1);
    expect(problems(link)[0]).toContain(reason);
    const { experiment } = parseLink(link);
    expect(parseExperiment(experiment)).toEqual(experiment);
  });

  test('up to 512 units where no other network is beside it', () => {
    expect(problems('hidden=512&lane=sgd,network:urnn')).toEqual([]);
    expect(parseLink('hidden=512&lane=sgd').experiment.hidden).toBe(256);
    const { experiment } = parseLink('hidden=512&lane=sgd,network:urnn');
    expect(withAddedLane(experiment).hidden).toBe(256);
  });

  test('a lane becomes a uRNN and back, with sizes that it can have', () => {
    const { experiment } = parseLink('hidden=100&layers=2&lane=path,seed:5&lane=sgd');
    const unitary = withNetwork(experiment, 0, 'urnn');
    expect(unitary).toMatchObject({ hidden: 128, layers: 1 });
    expect(unitary.lanes[0]).toMatchObject({
      network: 'urnn',
      optimizer: 'rmsprop',
      init: 'unitary',
      seed: 5,
    });
    const adam = withNetwork(
      withLane(experiment, 1, { optimizer: 'adam', momentum: 0.9, decay: 0.999 }),
      1,
      'urnn',
    );
    expect(adam.lanes[1]).toMatchObject({ network: 'urnn', optimizer: 'adam' });
    const back = withNetwork(unitary, 0, 'relu');
    expect(back.lanes[0]).toMatchObject({ network: 'relu', init: 'nprnn', optimizer: 'rmsprop' });
    for (const one of [unitary, adam, back, withoutLane(unitary, 1), withTask(unitary, 'mnist-flat')]) {
      expect(parseExperiment(one)).toEqual(one);
    }
  });
});
