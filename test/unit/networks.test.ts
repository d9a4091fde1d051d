import { describe, expect, test } from 'vitest';
import { noiseTask } from '../../src/engine/checks/noise.ts';
import { createCpuEngineFor } from '../../src/engine/cpu/engine.ts';
import { loadKernels } from '../../src/engine/cpu/kernels.ts';
import type { Checkpoint, Engine, LaneSnapshot } from '../../src/engine/engine.ts';
import { unbalanceExponents, unbalanceFactors } from '../../src/engine/initialise.ts';
import { STREAM } from '../../src/experiment/philox.ts';
import type { Experiment, Lane } from '../../src/experiment/schema.ts';
import type { Task } from '../../src/experiment/tasks/index.ts';
import {
  ALL_ARITHMETICS,
  ARITHMETICS,
  type Arithmetic,
  experimentOf,
  laneOf,
  plainRun,
  pooled,
  randomParameters,
  SINGLE_ARITHMETICS,
  shapeFor,
  uniforms,
} from './support.ts';

/** Every kind of network beside the plain ReLU RNN, each on a task of random numbers. */
const KINDS: { name: string; task: Task; lane: Lane; changes?: Partial<Experiment> }[] = [
  {
    name: 'tanh, every step scored',
    task: noiseTask({ inputs: 3, outputs: 4, loss: 'softmax', readout: 'every' }),
    lane: laneOf('sgd', { activation: 'tanh' }),
    changes: { layers: 2 },
  },
  {
    name: 'tanh, last step scored',
    task: noiseTask({ inputs: 3, outputs: 2, loss: 'squared', readout: 'last' }),
    lane: laneOf('sgd', { activation: 'tanh' }),
  },
  {
    name: 'feedforward, three layers',
    task: noiseTask({ inputs: 7, outputs: 5, loss: 'softmax', readout: 'last', feedforward: true }),
    lane: laneOf('sgd', { init: 'gaussian', network: 'feedforward' }),
    changes: { layers: 3 },
  },
  {
    name: 'feedforward, tanh, two layers',
    task: noiseTask({ inputs: 7, outputs: 5, loss: 'squared', readout: 'last', feedforward: true }),
    lane: laneOf('sgd', { init: 'gaussian', network: 'feedforward', activation: 'tanh' }),
    changes: { layers: 2 },
  },
  {
    name: 'carried states, two layers',
    task: noiseTask({ inputs: 3, outputs: 4, loss: 'softmax', readout: 'every', segments: 3 }),
    lane: laneOf('sgd'),
    changes: { layers: 2 },
  },
  {
    name: 'carried states, tanh',
    task: noiseTask({ inputs: 3, outputs: 4, loss: 'squared', readout: 'every', segments: 3 }),
    lane: laneOf('sgd', { activation: 'tanh' }),
  },
];

async function engineFor(task: Task, experiment: Experiment, arithmetic: Arithmetic): Promise<Engine> {
  const { precision, webAssembly } = ARITHMETICS[arithmetic];
  const kernels = webAssembly ? await loadKernels() : null;
  const engine = createCpuEngineFor(task, experiment, { data: null, precision, kernels });
  expect(engine.info.name).toBe(arithmetic);
  return engine;
}

/** A checkpoint after step 1 with random parameters and, where states are carried, random ones that a lane may have. */
function startOf(task: Task, experiment: Experiment, fresh: Checkpoint): Checkpoint {
  const random = uniforms(23);
  const parameters = Float64Array.from(Float32Array.from(randomParameters(shapeFor(task, experiment), 7)));
  const carried = Float64Array.from(fresh.carried, () => Math.fround(random()));
  return { ...fresh, step: 1, parameters, carried };
}

const distance = (actual: ArrayLike<number>, expected: ArrayLike<number>): number =>
  Math.hypot(...Array.from(expected, (value, i) => value - (actual[i] as number))) /
  Math.hypot(...Array.from(expected));

describe.each(KINDS)('$name', ({ task, lane, changes }) => {
  const experiment = experimentOf({ hidden: 5, length: 6, batch: 4, lanes: [lane], ...changes });
  const shape = shapeFor(task, experiment);
  const activation = lane.activation === 'tanh' ? Math.tanh : undefined;

  /** States of sequence b, [layers][hidden], out of [layers, batch, hidden]. */
  const statesOf = (states: ArrayLike<number>, b: number): number[][] =>
    Array.from({ length: shape.layers }, (_, layer) =>
      Array.from(
        { length: shape.hidden },
        (_, unit) => states[(layer * shape.batch + b) * shape.hidden + unit] as number,
      ),
    );

  test('has the loss of the network written out plainly, and carries its last states', async () => {
    const engine = await engineFor(task, experiment, 'float64, TypeScript');
    const start = startOf(task, experiment, await engine.checkpoint());
    await engine.restore(start);
    const { batch, lanes } = await engine.inspect();
    const { loss, before, initial } = lanes[0] as LaneSnapshot;
    expect(initial === null).toBe(shape.segments === null);
    if (initial) expect([...initial]).toEqual([...start.carried]);
    const { carried } = await engine.checkpoint();
    let sum = 0;
    for (let b = 0; b < shape.batch; b++) {
      const from = initial ? statesOf(initial, b) : undefined;
      const { outputs, states } = plainRun(shape, before, batch.inputs, shape.batch, b, activation, from);
      for (const [s, y] of outputs.entries()) {
        const row = s * shape.batch + b;
        if (task.loss === 'squared') {
          for (const [o, value] of y.entries()) {
            const target = batch.targets[row * shape.outputs + o] as number;
            sum += (value - target) ** 2 / shape.outputs;
          }
        } else {
          const total = y.reduce((all, value) => all + Math.exp(value), 0);
          sum -= Math.log(Math.exp(y[batch.targets[row] as number] as number) / total);
        }
      }
      if (initial) expect(distance(statesOf(carried, b).flat(), states.flat())).toBeLessThan(1e-14);
    }
    expect(loss).toBeCloseTo(sum / (shape.batch * shape.scoredSteps), 12);
  });

  test('has the gradient of its loss, which ends at the initial states', async () => {
    const engine = await engineFor(task, experiment, 'float64, TypeScript');
    const start = startOf(task, experiment, await engine.checkpoint());
    await engine.restore(start);
    const { gradient } = (await engine.inspect()).lanes[0] as LaneSnapshot;
    const lossAt = async (index: number, by: number): Promise<number> => {
      const parameters = Float64Array.from(start.parameters);
      parameters[index] = (parameters[index] as number) + by;
      await engine.restore({ ...start, parameters });
      return (await engine.inspect()).lanes[0]?.loss as number;
    };
    const slopes: number[] = [];
    const step = 1e-5;
    for (const index of gradient.keys()) {
      slopes.push(((await lossAt(index, step)) - (await lossAt(index, -step))) / (2 * step));
    }
    expect(Math.hypot(...gradient)).toBeGreaterThan(0.01);
    expect(distance(gradient, slopes)).toBeLessThan(1e-7);
  });

  test.each(SINGLE_ARITHMETICS)('agrees with float64 to rounding, %s', async (arithmetic) => {
    const [single, double] = [
      await engineFor(task, experiment, arithmetic),
      await engineFor(task, experiment, 'float64, TypeScript'),
    ];
    const results = [];
    for (const engine of [single, double]) {
      await engine.restore(startOf(task, experiment, await engine.checkpoint()));
      const heldOut = await engine.evaluate();
      const { lanes } = await engine.inspect({ states: true });
      results.push({ lane: lanes[0] as LaneSnapshot, heldOut, end: await engine.checkpoint() });
    }
    const [a, b] = results as [(typeof results)[0], (typeof results)[0]];
    expect(Math.abs(a.lane.loss / b.lane.loss - 1)).toBeLessThan(1e-6);
    expect(distance(a.lane.gradient, b.lane.gradient)).toBeLessThan(1e-5);
    expect(distance(a.lane.states?.deltas ?? [], b.lane.states?.deltas ?? [])).toBeLessThan(1e-5);
    expect(distance(pooled(a.lane.kappa1), pooled(b.lane.kappa1))).toBeLessThan(1e-6);
    expect(Math.abs((a.heldOut.lanes[0]?.loss ?? 0) / (b.heldOut.lanes[0]?.loss ?? 1) - 1)).toBeLessThan(
      1e-6,
    );
    if (shape.segments !== null) expect(distance(a.end.carried, b.end.carried)).toBeLessThan(1e-6);
  });
});

test('a feedforward network has no recurrent matrix and no kappa2', async () => {
  const { task, lane, changes } = KINDS[2] as (typeof KINDS)[2];
  const experiment = experimentOf({
    hidden: 5,
    lanes: [{ ...lane, ...laneOf('path2'), init: 'gaussian' }],
    ...changes,
  });
  expect(shapeFor(task, experiment).matrices.map(({ name }) => name)).toEqual([
    'W_in.1',
    'b.1',
    'W_in.2',
    'b.2',
    'W_in.3',
    'b.3',
    'W_out',
    'b_out',
  ]);
  const engine = await engineFor(task, experiment, 'float64, TypeScript');
  const { kappa2 } = (await engine.inspect()).lanes[0] as LaneSnapshot;
  expect(pooled(kappa2).every((value) => value === 0)).toBe(true);
});

describe('carried states', () => {
  const task = noiseTask({ inputs: 3, outputs: 4, loss: 'softmax', readout: 'every', segments: 3 });
  const lanes = [laneOf('sgd'), laneOf('path', { seed: 4 }), laneOf('adam', { activation: 'tanh' })];
  const experiment = experimentOf({ hidden: 6, length: 5, batch: 4, layers: 2, lanes });
  const shape = shapeFor(task, experiment);

  test('begin anew from zero every so many steps, else where the step before ended', async () => {
    const engine = await engineFor(task, experiment, 'float32, WebAssembly');
    for (let step = 1; step <= 7; step++) {
      const { carried } = await engine.checkpoint();
      const { lanes } = await engine.inspect();
      for (const [index, { initial }] of lanes.entries()) {
        if ((step - 1) % 3 === 0) expect(initial).toBeNull();
        else {
          const size = carried.length / lanes.length;
          expect(initial).toEqual(carried.slice(index * size, (index + 1) * size));
          expect(Math.hypot(...(initial ?? []))).toBeGreaterThan(0);
        }
      }
    }
  });

  test('of the held-out set go from batch to batch, and leave those of training alone', async () => {
    const engine = await engineFor(task, experiment, 'float64, TypeScript');
    await engine.train(2);
    const { parameters, carried } = await engine.checkpoint();
    const evaluation = await engine.evaluate();
    expect((await engine.checkpoint()).carried).toEqual(carried);
    // Five batches of four sequences.
    for (const [lane, { loss }] of evaluation.lanes.entries()) {
      const own = parameters.slice(lane * shape.parameters, (lane + 1) * shape.parameters);
      const activation = lanes[lane]?.activation === 'tanh' ? Math.tanh : undefined;
      const states: (number[][] | undefined)[] = [undefined, undefined, undefined, undefined];
      let sum = 0;
      for (let batch = 0; batch < 5; batch++) {
        const { inputs, targets } = task.makeBatch({
          ...experiment,
          stream: STREAM.heldOut,
          step: 0,
          firstSequence: 4 * batch,
          data: null,
        });
        for (let b = 0; b < 4; b++) {
          const run = plainRun(shape, own, inputs, 4, b, activation, states[b]);
          states[b] = run.states;
          for (const [s, y] of run.outputs.entries()) {
            const total = y.reduce((all, value) => all + Math.exp(value), 0);
            sum -= Math.log(Math.exp(y[targets[s * 4 + b] as number] as number) / total);
          }
        }
      }
      expect(loss).toBeCloseTo(sum / (5 * 4 * shape.length), 12);
    }
    const [first] = (await engine.evaluate(9)).lanes;
    expect(first).toEqual((await engine.evaluate(8)).lanes[0]);
    expect((await engine.evaluate(1)).lanes).toEqual((await engine.evaluate(4)).lanes);
  });

  test.each(SINGLE_ARITHMETICS)('go on from a checkpoint, with adam, %s', async (arithmetic) => {
    const whole = await engineFor(task, experiment, arithmetic);
    await whole.train(20);
    const early = await engineFor(task, experiment, arithmetic);
    await early.train(11);
    await early.evaluate();
    const resumed = await engineFor(task, experiment, arithmetic);
    await resumed.train(2);
    await resumed.restore(structuredClone(await early.checkpoint()));
    await resumed.train(9);
    expect(await resumed.checkpoint()).toEqual(await whole.checkpoint());
    expect(await resumed.metrics(11)).toEqual(await whole.metrics(11));
    const damaged = { ...(await whole.checkpoint()), carried: new Float32Array(3) };
    await expect(resumed.restore(damaged)).rejects.toThrow('sizes do not fit');
  });
});

describe('adaptive optimizers', () => {
  const lanes = [
    laneOf('adagrad', { clip: 0 }),
    laneOf('adagrad', { momentum: 0.5, clip: 0.1, rate: 0.3 }),
    laneOf('rmsprop', { clip: 0 }),
    laneOf('rmsprop', { momentum: 0.9, decay: 0.5, clip: 0.1 }),
    laneOf('adam', { clip: 0 }),
    laneOf('adam', { momentum: 0.3, decay: 0.99, rate: 0.1, clip: 0.1 }),
  ];
  const task = noiseTask({ inputs: 3, outputs: 2, loss: 'squared', readout: 'last' });

  test('take the steps of their definitions, from the gradients of all steps so far', async () => {
    const engine = await engineFor(task, experimentOf({ lanes }), 'float64, TypeScript');
    const gradients: number[][][] = lanes.map(() => []);
    for (let step = 1; step <= 5; step++) {
      const snapshot = await engine.inspect();
      for (const [index, lane] of lanes.entries()) {
        const { gradient, before, after } = snapshot.lanes[index] as LaneSnapshot;
        const size = Math.hypot(...gradient);
        const clip = lane.clip === 0 ? 1 : Math.min(1, lane.clip / size);
        if (lane.clip > 0) expect(clip).toBeLessThan(1);
        const history = gradients[index] as number[][];
        history.push(Array.from(gradient, (g) => clip * g));
        const moved = Array.from(before, (value, i) => value - (after[i] as number));
        const wanted = Array.from(before, (_, i) => {
          const own = history.map((g) => g[i] as number);
          // Sums written out over the whole history: a mean weighs the gradient of k steps ago by (1 - b) b^k.
          const mean = (values: number[], b: number): number =>
            values.reduce((sum, value, at) => sum + (1 - b) * b ** (values.length - 1 - at) * value, 0);
          const { rate, momentum, decay, optimizer } = lane;
          if (optimizer === 'adam') {
            const first = mean(own, momentum) / (1 - momentum ** own.length);
            const second =
              mean(
                own.map((g) => g * g),
                decay,
              ) /
              (1 - decay ** own.length);
            return (rate * first) / (Math.sqrt(second) + 1e-8);
          }
          const stepAt = (count: number): number => {
            const squares = own.slice(0, count).map((g) => g * g);
            const root =
              optimizer === 'adagrad'
                ? Math.sqrt(squares.reduce((a, b) => a + b, 0)) + 1e-10
                : Math.sqrt(mean(squares, decay)) + 1e-8;
            return (rate * (own[count - 1] as number)) / root;
          };
          return own.reduce((sum, _, at) => sum + momentum ** (own.length - 1 - at) * stepAt(at + 1), 0);
        });
        expect(Math.hypot(...wanted)).toBeGreaterThan(1e-4);
        expect(distance(moved, wanted)).toBeLessThan(1e-9);
      }
    }
  });

  test.each(SINGLE_ARITHMETICS)(
    'go on from a checkpoint, and alone as among others, %s',
    async (arithmetic) => {
      const experiment = experimentOf({ lanes });
      const whole = await engineFor(task, experiment, arithmetic);
      await whole.train(15);
      const resumed = await engineFor(task, experiment, arithmetic);
      await resumed.train(6);
      await resumed.restore(structuredClone(await resumed.checkpoint()));
      await resumed.train(9);
      const end = await whole.checkpoint();
      expect(await resumed.checkpoint()).toEqual(end);
      const size = end.parameters.length / lanes.length;
      for (const [index, lane] of lanes.entries()) {
        const alone = await engineFor(task, experimentOf({ lanes: [lane] }), arithmetic);
        await alone.train(15);
        expect((await alone.checkpoint()).parameters).toEqual(
          end.parameters.slice(index * size, (index + 1) * size),
        );
      }
    },
  );
});

describe('invariance under rescaling is kept to the last bit for 300 steps', () => {
  const shared = { hidden: 8, length: 10, batch: 4 };
  const softmax = { inputs: 3, outputs: 5, loss: 'softmax', readout: 'every' } as const;
  const kept: { name: string; task: Task; lane: Lane; changes?: Partial<Experiment> }[] = [
    { name: 'every step scored', task: noiseTask(softmax), lane: laneOf('path') },
    {
      name: 'three layers, kappa2, every step scored',
      task: noiseTask(softmax),
      lane: laneOf('path2', { rate: 0.003, init: 'gaussian' }),
      changes: { layers: 3 },
    },
    {
      name: 'carried states, two layers',
      task: noiseTask({ ...softmax, segments: 7 }),
      lane: laneOf('path', { momentum: 0.5, rate: 0.01 }),
      changes: { layers: 2 },
    },
    {
      name: 'feedforward, three layers',
      task: noiseTask({ ...softmax, inputs: 20, readout: 'last', feedforward: true }),
      lane: laneOf('path', { init: 'gaussian', network: 'feedforward' }),
      changes: { layers: 3 },
    },
  ];

  test.each(kept.flatMap((c) => ALL_ARITHMETICS.map((arithmetic) => ({ ...c, arithmetic }))))(
    '$name, $arithmetic',
    async ({ task, lane, changes, arithmetic }) => {
      const lanes = [lane, { ...lane, unbalance: 3 }];
      const sgd = laneOf('sgd', { init: lane.init, network: lane.network });
      const experiment = experimentOf({
        ...shared,
        lanes: [...lanes, sgd, { ...sgd, unbalance: 3 }],
        ...changes,
      });
      const shape = shapeFor(task, experiment);
      const engine = await engineFor(task, experiment, arithmetic);
      await engine.train(300);
      const lines = await engine.metrics(0);
      const lossesOf = (index: number): number[] =>
        lines.filter((line) => line.lane === index).map(({ loss }) => loss);
      expect(lossesOf(0).length).toBe(300);
      expect(lossesOf(0).every(Number.isFinite)).toBe(true);
      expect(lossesOf(1)).toEqual(lossesOf(0));
      const { parameters, carried } = await engine.checkpoint();
      const factors = unbalanceFactors(shape, unbalanceExponents(experiment, 1));
      expect(new Set(factors).size).toBeGreaterThan(5);
      const own = parameters.slice(0, shape.parameters);
      const twin = parameters.slice(shape.parameters, 2 * shape.parameters);
      expect(twin.map((value, i) => value / (factors[i] as number))).toEqual(own);
      if (shape.segments !== null) {
        const size = carried.length / 4;
        expect(carried.slice(size, 2 * size)).not.toEqual(carried.slice(0, size));
      }
      // The same change of scale moves SGD.
      const [before, after] = [lossesOf(2), lossesOf(3)];
      expect(after[0]).toBe(before[0]);
      expect(
        Math.max(...before.slice(0, 100).map((loss, i) => Math.abs((after[i] ?? 0) / loss - 1))),
      ).toBeGreaterThan(0.01);
    },
  );
});
