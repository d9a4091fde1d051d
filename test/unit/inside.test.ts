import { describe, expect, test } from 'vitest';
import { createCpuEngineFor } from '../../src/engine/cpu/engine.ts';
import { loadKernels } from '../../src/engine/cpu/kernels.ts';
import type { ScaledArray, StepSnapshot } from '../../src/engine/engine.ts';
import { initialParametersFor, unbalanceFactors } from '../../src/engine/initialise.ts';
import { balanceGaps, balanceSums } from '../../src/engine/inside/balance.ts';
import { kappaRatio } from '../../src/engine/inside/kappaRatio.ts';
import { pathFlow } from '../../src/engine/inside/pathFlow.ts';
import { addScaled, log2At } from '../../src/engine/inside/scaled.ts';
import { shapeOfSnapshot } from '../../src/engine/inside/shape.ts';
import { stateGradient } from '../../src/engine/inside/stateGradient.ts';
import { matrixOf, type Shape } from '../../src/engine/layout.ts';
import type { Experiment } from '../../src/experiment/schema.ts';
import { type Batch, TASKS, type Task } from '../../src/experiment/tasks/index.ts';
import { eigenvalues } from '../../src/page/inside/eigenvalues.ts';
import {
  describeGrid,
  formatCell,
  type Grid,
  type GridValues,
  gridOf,
  levelAt,
  pixelLevels,
} from '../../src/page/inside/grid.ts';
import {
  engineAt,
  experimentOf,
  laneOf,
  noiseTask,
  randomParameters,
  relativeError,
  shapeFor,
  uniforms,
  valuesOf,
} from './support.ts';

/** A network of any task at random weights, and everything about its next step. */
async function lookAt(task: Task, changes: Partial<Experiment> = {}) {
  const experiment = experimentOf({ ...changes });
  const shape = shapeFor(task, experiment);
  const engine = await engineAt(task, experiment, randomParameters(shape, 3, 1.2));
  const snapshot = await engine.inspect({ states: true });
  const [lane] = snapshot.lanes;
  if (!lane) throw new Error('no lane');
  return { experiment, shape, snapshot, lane };
}

const NETWORKS: readonly (readonly [string, Task, Partial<Experiment>])[] = [
  ['one layer, last step', noiseTask('squared', 'last'), {}],
  ['one layer, every step', noiseTask('softmax', 'every'), {}],
  ['three layers, last step', noiseTask('squared', 'last'), { layers: 3, hidden: 7 }],
  ['two layers, every step', noiseTask('softmax', 'every'), { layers: 2, hidden: 7 }],
  ['tanh', noiseTask('squared', 'every'), { layers: 2, lanes: [laneOf('sgd', { activation: 'tanh' })] }],
  [
    'feedforward',
    { ...noiseTask('softmax', 'last'), feedforward: true },
    { length: 1, layers: 2, hidden: 7 },
  ],
];

/** The loss of one batch with something added to one hidden state, in float64 and written out plainly. */
function lossWith(
  task: Task,
  shape: Shape,
  weights: Float64Array,
  batch: Batch,
  tanh: boolean,
  nudge: { layer: number; t: number; b: number; unit: number; by: number },
): number {
  const { layers, length, hidden, batch: sequences, inputs, outputs, scoredFrom, scoredSteps } = shape;
  const at = (kind: Parameters<typeof matrixOf>[1], layer: number, row: number, column: number): number => {
    const { offset, columns } = matrixOf(shape, kind, layer);
    return weights[offset + row * columns + column] as number;
  };
  const units = [...new Array(hidden).keys()];
  let loss = 0;
  for (let b = 0; b < sequences; b++) {
    let states = Array.from({ length: layers }, () => units.map(() => 0));
    for (let t = 0; t < length; t++) {
      let below = Array.from(
        { length: inputs },
        (_, k) => batch.inputs[(t * sequences + b) * inputs + k] as number,
      );
      states = states.map((before, layer) => {
        below = units.map((j) => {
          let z = at('bias', layer, j, 0);
          for (const [k, x] of below.entries()) z += at('input', layer, j, k) * x;
          if (shape.recurrent) for (const [k, h] of before.entries()) z += at('recurrent', layer, j, k) * h;
          return tanh ? Math.tanh(z) : Math.max(0, z);
        });
        if (nudge.layer === layer && nudge.t === t && nudge.b === b) {
          below[nudge.unit] = (below[nudge.unit] as number) + nudge.by;
        }
        return below;
      });
      if (t < scoredFrom) continue;
      const s = t - scoredFrom;
      const answer = Array.from({ length: outputs }, (_, o) =>
        below.reduce((sum, h, k) => sum + at('readout', layers, o, k) * h, at('readoutBias', layers, o, 0)),
      );
      if (task.loss === 'squared') {
        for (const [o, y] of answer.entries()) {
          const target = batch.targets[(s * sequences + b) * outputs + o] as number;
          loss += (y - target) ** 2 / (outputs * scoredSteps * sequences);
        }
      } else {
        const total = answer.reduce((sum, y) => sum + Math.exp(y), 0);
        const target = answer[batch.targets[s * sequences + b] as number] as number;
        loss += (Math.log(total) - target) / (scoredSteps * sequences);
      }
    }
  }
  return loss;
}

describe('the gradient of the states', () => {
  test.each(NETWORKS)('is that of finite differences: %s', async (_, task, changes) => {
    const { experiment, shape, snapshot, lane } = await lookAt(task, changes);
    const found = stateGradient(experiment, shape, snapshot.batch, lane, Number.POSITIVE_INFINITY, task);
    expect(found?.times).toEqual([...new Array(shape.length).keys()]);
    expect(found?.sequences).toBe(shape.batch);
    const tanh = experiment.lanes[0]?.activation === 'tanh';
    const weights = Float64Array.from(lane.before);
    const loss = (nudge: Parameters<typeof lossWith>[5]): number =>
      lossWith(task, shape, weights, snapshot.batch, tanh, nudge);
    const by = 1e-6;
    for (let layer = 0; layer < shape.layers; layer++) {
      for (let t = 0; t < shape.length; t++) {
        let mean = 0;
        for (let b = 0; b < shape.batch; b++) {
          let squares = 0;
          for (let unit = 0; unit < shape.hidden; unit++) {
            const slope = (loss({ layer, t, b, unit, by }) - loss({ layer, t, b, unit, by: -by })) / (2 * by);
            squares += slope * slope;
          }
          mean += Math.sqrt(squares) / shape.batch;
        }
        expect(mean).toBeGreaterThan(0);
        expect(found?.norms[layer * shape.length + t]).toBeCloseTo(mean, 7);
      }
    }
  });

  test('of a long sequence is looked at in places, its two ends among them', async () => {
    const task = noiseTask('squared', 'every');
    const { experiment, shape, snapshot, lane } = await lookAt(task, { length: 300 });
    const all = stateGradient(experiment, shape, snapshot.batch, lane, 1e9, task);
    const some = stateGradient(experiment, shape, snapshot.batch, lane, 400, task);
    expect(all?.times).toHaveLength(100);
    expect(some?.times).toHaveLength(24);
    for (const times of [all?.times, some?.times]) {
      expect(times?.[0]).toBe(0);
      expect(times?.at(-1)).toBe(299);
      expect([...new Set(times)]).toEqual(times);
    }
    expect(some?.sequences).toBe(1);
  });

  test('needs the states', async () => {
    const task = noiseTask('squared', 'last');
    const { experiment, shape, snapshot, lane } = await lookAt(task);
    expect(stateGradient(experiment, shape, snapshot.batch, { ...lane, states: null }, 1, task)).toBeNull();
  });
});

test.each(NETWORKS)('the sizes follow from the snapshot: %s', async (_, task, changes) => {
  const { experiment, shape, snapshot, lane } = await lookAt(task, changes);
  const { inputs } = snapshot.batch;
  expect(shapeOfSnapshot(experiment, inputs.length, lane.before.length, task)).toEqual(shape);
  const wrong = (inputNumbers: number, parameters: number) => () =>
    shapeOfSnapshot(experiment, inputNumbers, parameters, task);
  expect(wrong(inputs.length, lane.before.length - 1)).toThrow('another experiment');
  expect(wrong(inputs.length + 1, lane.before.length)).toThrow('another experiment');
});

describe('path flow', () => {
  const RELU = NETWORKS.filter(([name]) => name !== 'tanh');

  test.each(RELU)('through a unit is what comes in and what goes out: %s', async (_, task, changes) => {
    const { shape, lane } = await lookAt(task, changes);
    const { hidden, layers } = shape;
    // Path mass through each parameter.
    const mass = lane.kappa1.map((kappa, index) => {
      const { offset } = shape.matrices[index] as Shape['matrices'][number];
      return valuesOf(kappa).map((value, at) => value * (lane.before[offset + at] as number) ** 2);
    });
    const of = (kind: Parameters<typeof matrixOf>[1], layer: number, row: number, column: number): number => {
      const matrix = matrixOf(shape, kind, layer);
      return mass[shape.matrices.indexOf(matrix)]?.[row * matrix.columns + column] as number;
    };
    const units = [...new Array(hidden).keys()];
    const sum = (count: number, value: (index: number) => number): number =>
      [...new Array(count).keys()].reduce((total, index) => total + value(index), 0);
    for (let layer = 0; layer < layers; layer++) {
      const { shares, totalLog2 } = pathFlow(shape, lane, layer);
      const flow = Array.from(shares, (share) => share * 2 ** totalLog2);
      const comesIn = units.map(
        (j) =>
          sum(layer === 0 ? shape.inputs : hidden, (k) => of('input', layer, j, k)) +
          of('bias', layer, j, 0) +
          (shape.recurrent ? sum(hidden, (k) => of('recurrent', layer, j, k)) : 0),
      );
      const goesOut = units.map(
        (j) =>
          (layer + 1 < layers
            ? sum(hidden, (o) => of('input', layer + 1, o, j))
            : sum(shape.outputs, (o) => of('readout', layers, o, j))) +
          (shape.recurrent ? sum(hidden, (k) => of('recurrent', layer, k, j)) : 0),
      );
      expect(relativeError(flow, comesIn)).toBeLessThan(1e-12);
      expect(relativeError(flow, goesOut)).toBeLessThan(1e-12);
      expect(shares.reduce((total, share) => total + share, 0)).toBeCloseTo(1, 12);
    }
  });

  test.each(RELU)('of all layers and biases adds up to gamma squared: %s', async (_, task, changes) => {
    const { experiment, shape, snapshot, lane } = await lookAt(task, changes);
    const engine = await engineAt(task, experiment, Float64Array.from(lane.before));
    await engine.train(1);
    const [line] = await engine.metrics(0);
    const readoutBias = matrixOf(shape, 'readoutBias', shape.layers);
    const biases = Array.from(
      { length: shape.outputs },
      (_, o) => lane.before[readoutBias.offset + o] as number,
    );
    const rest = shape.scoredSteps * biases.reduce((total, bias) => total + bias * bias, 0);
    const readout = matrixOf(shape, 'readout', shape.layers);
    const kappa = lane.kappa1[shape.matrices.indexOf(readout)] as ScaledArray;
    const through = valuesOf(kappa).reduce(
      (total, value, at) => total + value * (lane.before[readout.offset + at] as number) ** 2,
      0,
    );
    expect(snapshot.step).toBe(1);
    expect(Math.log2(through + rest) / 2).toBeCloseTo(line?.pathNormLog2 as number, 10);
    if (shape.recurrent && shape.scoredSteps > 1) return;
    // Everything passes the last layer at the last step, where only that is scored.
    const top = (shape.layers * shape.length - 1) * shape.hidden;
    let last = 0;
    for (let j = 0; j < shape.hidden; j++) {
      last += 2 ** (log2At(lane.gammaIn, top + j) + log2At(lane.gammaOut, top + j));
    }
    expect(last).toBeCloseTo(through, 10);
  });

  const flowOf = (masses: readonly number[], log2 = 0) =>
    pathFlow(
      { hidden: masses.length, length: 1 },
      {
        gammaIn: { data: Float64Array.from(masses), log2: Int32Array.of(log2) },
        gammaOut: { data: new Float64Array(masses.length).fill(1), log2: Int32Array.of(log2) },
      },
      0,
    );

  test('shared alike counts every unit, through one it counts one, and none where nothing flows', () => {
    expect(flowOf([3, 3, 3, 3, 0]).effectiveUnits).toBeCloseTo(4, 12);
    expect(flowOf([0, 5, 0]).effectiveUnits).toBe(1);
    expect(flowOf([0, 0])).toEqual({
      shares: new Float64Array(2),
      totalLog2: Number.NEGATIVE_INFINITY,
      effectiveUnits: 0,
    });
  });

  test('beyond the range of numbers is shared the same', () => {
    const far = flowOf([1, 3], 5000);
    expect(Array.from(far.shares)).toEqual([0.25, 0.75]);
    expect(far.totalLog2).toBe(10_002);
  });
});

describe('the balance gap', () => {
  test.each(NETWORKS.filter(([name]) => name !== 'tanh'))(
    'is at rest along the gradient: %s',
    async (_, task, changes) => {
      const { shape, lane } = await lookAt(task, changes);
      const slope = balanceSums(
        shape,
        (at) => 2 * (lane.before[at] as number) * (lane.gradient[at] as number),
      );
      const size = balanceSums(shape, (at) =>
        Math.abs((lane.before[at] as number) * (lane.gradient[at] as number)),
      );
      expect(Math.max(...size.map(Math.abs))).toBeGreaterThan(1e-6);
      for (const value of slope) expect(Math.abs(value)).toBeLessThan(1e-14);
    },
  );

  test('is what the words say, the diagonal left out', () => {
    const shape = shapeFor(noiseTask('squared', 'last', 1, 1), experimentOf({ hidden: 2 }));
    // W_in.1, W_rec.1, b.1, W_out, b_out.
    const parameters = Float64Array.of(2, 3, 100, 5, 7, 100, 11, 13, 17, 19, 23);
    expect(Array.from(balanceGaps(shape, parameters))).toEqual([
      4 + 25 + 121 - 49 - 289,
      9 + 49 + 169 - 25 - 361,
    ]);
  });

  test('stays under SGD as the rate falls, and moves under Path-SGD', async () => {
    const task = noiseTask('squared', 'last');
    const change = async (optimizer: 'sgd' | 'path', rate: number): Promise<number> => {
      const experiment = experimentOf({ lanes: [laneOf(optimizer, { rate, clip: 0 })] });
      const shape = shapeFor(task, experiment);
      const engine = await engineAt(task, experiment, randomParameters(shape, 3, 1.2));
      const { lanes } = await engine.inspect();
      const [lane] = lanes;
      if (!lane) throw new Error('no lane');
      const before = balanceGaps(shape, lane.before);
      return Math.max(
        ...balanceGaps(shape, lane.after).map((gap, unit) => Math.abs(gap - (before[unit] as number))),
      );
    };
    const coarse = await change('sgd', 1e-2);
    expect(coarse).toBeGreaterThan(0);
    // The error of a step is of second order.
    expect((await change('sgd', 1e-3)) / coarse).toBeCloseTo(0.01, 5);
    const path = await change('path', 1e-3);
    expect((await change('path', 1e-4)) / path).toBeCloseTo(0.1, 2);
  });
});

describe('kappa2 beside kappa1', () => {
  test('is 4(T-2)/3 on the diagonal of the identity', async () => {
    const experiment = experimentOf({
      length: 20,
      hidden: 16,
      lanes: [laneOf('path', { init: 'identity' })],
    });
    const shape = shapeFor(TASKS.adding, experiment);
    const engine = createCpuEngineFor(TASKS.adding, experiment, {
      data: null,
      precision: 'float32',
      kernels: await loadKernels(),
    });
    const { lanes } = await engine.inspect();
    const ratio = kappaRatio(shape, lanes[0] as StepSnapshot['lanes'][number], 0);
    for (const value of ratio.diagonal) expect(value).toBeCloseTo(24, 3);
  });

  test('knows exponents, and says nothing of a matrix without paths', () => {
    const shape = shapeFor(noiseTask('squared', 'last'), experimentOf({ hidden: 2 }));
    const kappas = (data: readonly number[], log2: number): ScaledArray[] =>
      shape.matrices.map(() => ({ data: Float64Array.from(data), log2 }));
    const ratio = kappaRatio(
      shape,
      { kappa1: kappas([1, 0, 0, 2], 3000), kappa2: kappas([3, 0, 0, 4], 2999) },
      0,
    );
    expect(ratio.diagonal).toEqual([1, 1.5]);
    expect(ratio.norms).toBeCloseTo(Math.sqrt(25 / 5) / 2, 12);
    const none = kappaRatio(shape, { kappa1: kappas([0, 0, 0, 0], 0), kappa2: kappas([0, 0, 0, 0], 0) }, 0);
    expect(none).toEqual({ norms: Number.NaN, diagonal: [Number.NaN, Number.NaN] });
  });
});

test('scaled numbers are added at the larger exponent', () => {
  const sum = addScaled(
    { data: Float64Array.of(1, 0), log2: 2000 },
    { data: Float64Array.of(2, 3), log2: 1999 },
  );
  expect(sum).toEqual({ data: Float64Array.of(2, 1.5), log2: 2000 });
  const zero = { data: new Float64Array(2), log2: 0 };
  const tiny = { data: Float64Array.of(1, 2), log2: -5000 };
  expect(addScaled(zero, tiny)).toBe(tiny);
  expect(addScaled(tiny, zero)).toBe(tiny);
});

describe('eigenvalues', () => {
  const moduli = (values: ArrayLike<number>, size: number): number[] => {
    const found = eigenvalues(values, size);
    if (!found) throw new Error('not finite');
    return Array.from(found.real, (real, index) => Math.hypot(real, found.imaginary[index] as number));
  };
  const recurrentOf = (init: 'nprnn' | 'orthogonal', unbalance = 0) => {
    const experiment = experimentOf({ hidden: 24 });
    const shape = shapeFor(TASKS.adding, experiment);
    const parameters = initialParametersFor(shape, laneOf('path', { init, unbalance }));
    const { offset } = matrixOf(shape, 'recurrent', 0);
    return parameters.subarray(offset, offset + 24 * 24);
  };

  test('of the identity are 1', () => {
    const found = eigenvalues([1, 0, 0, 0, 1, 0, 0, 0, 1], 3);
    expect(found).toEqual({ real: Float64Array.of(1, 1, 1), imaginary: new Float64Array(3) });
  });

  test('of a rotation are its two complex numbers, of a companion matrix the roots', () => {
    const angle = 0.7;
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    const rotation = eigenvalues([2 * c, -2 * s, 2 * s, 2 * c], 2);
    expect(rotation?.real[0]).toBeCloseTo(2 * c, 12);
    expect(Math.abs(rotation?.imaginary[0] ?? 0)).toBeCloseTo(2 * s, 12);
    expect(rotation?.imaginary[0]).toBe(-(rotation?.imaginary[1] ?? 0));
    // (x - 1)(x - 2)(x + 3) = x^3 - 7x + 6.
    const roots = eigenvalues([0, 7, -6, 1, 0, 0, 0, 1, 0], 3);
    for (const [index, root] of [-3, 2, 1].entries()) expect(roots?.real[index]).toBeCloseTo(root, 12);
  });

  test('of an orthogonal start lie on the unit circle, of np-RNN the largest is 1', () => {
    for (const modulus of moduli(recurrentOf('orthogonal'), 24)) expect(modulus).toBeCloseTo(1, 5);
    const positive = moduli(recurrentOf('nprnn'), 24);
    expect(positive[0]).toBeCloseTo(1, 5);
    expect(positive).toEqual([...positive].sort((a, b) => b - a));
  });

  test('do not move where units are rescaled', () => {
    const plain = moduli(recurrentOf('nprnn'), 24);
    const rescaled = moduli(recurrentOf('nprnn', 3), 24);
    for (const [index, modulus] of rescaled.entries()) expect(modulus).toBeCloseTo(plain[index] as number, 5);
    const shape = shapeFor(TASKS.adding, experimentOf({ hidden: 24 }));
    const exponents = Int32Array.from({ length: 24 }, (_, unit) => (unit % 3) - 1);
    expect(unbalanceFactors(shape, exponents)).toHaveLength(shape.parameters);
  });

  test('of hard matrices are found too: zero, defective, cyclic, huge', () => {
    const size = 8;
    const matrix = (entry: (row: number, column: number) => number): Float64Array =>
      Float64Array.from({ length: size * size }, (_, index) => entry(Math.floor(index / size), index % size));
    expect(
      moduli(
        matrix(() => 0),
        size,
      ),
    ).toEqual(new Array(size).fill(0));
    // All eigenvalues of a Jordan block are the one on its diagonal, badly conditioned.
    for (const modulus of moduli(
      matrix((row, column) => (row === column ? 2 : row + 1 === column ? 1 : 0)),
      size,
    )) {
      expect(Math.abs(modulus - 2)).toBeLessThan(0.05);
    }
    const shift = matrix((row, column) => ((row + 1) % size === column ? 1 : 0));
    for (const modulus of moduli(shift, size)) expect(modulus).toBeCloseTo(1, 12);
    for (const modulus of moduli(
      shift.map((value) => value * 1e300),
      size,
    )) {
      expect(modulus / 1e300).toBeCloseTo(1, 12);
    }
  });

  test('of what is not finite are none', () => {
    expect(eigenvalues([1, Number.NaN, 0, 1], 2)).toBeNull();
    expect(eigenvalues([1, 0, Number.POSITIVE_INFINITY, 1], 2)).toBeNull();
  });

  test('add up to the trace of any matrix', () => {
    const random = uniforms(5);
    const values = Float64Array.from({ length: 400 }, () => random() - 0.5);
    const trace = values.reduce((sum, value, index) => (index % 21 === 0 ? sum + value : sum), 0);
    const found = eigenvalues(values, 20);
    expect(found?.real.reduce((sum, value) => sum + value, 0)).toBeCloseTo(trace, 10);
    expect(found?.imaginary.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 10);
  });
});

describe('a grid in colours', () => {
  const grid = (data: readonly number[], changes: Partial<GridValues> = {}): Grid =>
    gridOf({ rows: 1, columns: data.length, data, log2: 0, signed: true, ...changes });
  const levels = (of: Grid): number[] => Array.from(of.data as number[], (_, index) => levelAt(of, index));

  test('of signed values goes by their size on a logarithmic scale', () => {
    const found = levels(grid([10, -10, 0.1, -0.1, 1e-9, 0]));
    for (const [index, level] of [1, -1, 0.5, -0.5, 0, 0].entries())
      expect(found[index]).toBeCloseTo(level, 12);
  });

  test('of values without a sign goes from the least to the largest, at most twelve decades', () => {
    const found = levels(grid([1, 1e-2, 1e-4, 0], { signed: false }));
    for (const [index, level] of [1, 0.5, 0, 0].entries()) expect(found[index]).toBeCloseTo(level, 12);
    expect(grid([1, 1e-40], { signed: false }).bottom).toBe(-12);
  });

  test('of equal values, and of none, still has a scale', () => {
    expect(levels(grid([3, 3], { signed: false }))).toEqual([1, 1]);
    expect(levels(grid([0, 0]))).toEqual([0, 0]);
    expect(describeGrid(grid([0, 0]))).toBe('0 to 0, norm 0');
  });

  test('marks what is not finite', () => {
    const broken = grid([1, Number.NaN, Number.NEGATIVE_INFINITY]);
    expect(levels(broken)).toEqual([1, Number.NaN, Number.NaN]);
    expect(describeGrid(broken)).toBe('1.00 to 1.00, norm 1.00; 2 are not finite');
    expect(formatCell(broken, 1)).toBe('not a number');
  });

  test('knows exponents of columns, beyond what numbers hold', () => {
    const far = grid([1, 1, 1, 2], { rows: 2, columns: 2, log2: Int32Array.of(0, 4000), signed: false });
    expect(formatCell(far, 1)).toBe('1.32e1204');
    expect(formatCell(far, 2)).toBe('1.00');
    expect(describeGrid(far)).toBe('1.00 to 2.64e1204, norm 2.95e1204');
  });

  test('in fewer pixels than cells keeps the strongest of each', () => {
    const data = Array.from({ length: 1000 }, (_, index) => (index === 501 ? -7 : 1e-3));
    const { columns, rows, levels: found } = pixelLevels(grid(data), 40, 100);
    expect([rows, columns]).toEqual([1, 100]);
    expect(found[50]).toBe(-1);
    expect(Math.max(...found)).toBeLessThan(0.5);
    const broken = pixelLevels(grid([5, Number.NaN, 5, 1]), 1, 1);
    expect(broken.levels[0]).toBeNaN();
  });

  test('says its range and its norm', () => {
    expect(describeGrid(grid([3, -4]))).toBe('-4.00 to 3.00, norm 5.00');
  });
});
