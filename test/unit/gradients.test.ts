import { describe, expect, test } from 'vitest';
import { createCpuEngineFor } from '../../src/engine/cpu/engine.ts';
import { createCpuEngine } from '../../src/engine/cpu/index.ts';
import { STREAM } from '../../src/experiment/philox.ts';
import { type ImageSet, TASKS, type Task, type TaskData } from '../../src/experiment/tasks/index.ts';
import {
  engineAt,
  experimentOf,
  laneOf,
  noiseTask,
  plainOutputs,
  randomParameters,
  setParameters,
  shapeFor,
  uniforms,
} from './support.ts';

const LOSSES = ['squared', 'softmax'] as const;
const READOUTS = ['last', 'every'] as const;
const CASES = LOSSES.flatMap((loss) =>
  READOUTS.flatMap((readout) => [1, 2, 3].map((layers) => ({ loss, readout, layers }))),
);

/** Loss and measure of a batch by the plain network, as the tasks define them. */
function plainScore(
  task: Task,
  outputs: readonly number[][][], // [sequence][scored step][output]
  targets: ArrayLike<number>,
  scoredFrom: number,
): { loss: number; metric: number } {
  const measure = task.measure({ length: 0, batch: 0, terms: 2 });
  const batch = outputs.length;
  let loss = 0;
  let terms = 0;
  let right = 0;
  let judged = 0;
  for (const [b, sequence] of outputs.entries()) {
    for (const [s, y] of sequence.entries()) {
      if (task.loss === 'squared') {
        let within = true;
        for (const [o, value] of y.entries()) {
          const difference = value - (targets[(s * batch + b) * y.length + o] as number);
          loss += difference ** 2;
          terms++;
          if (measure.kind === 'within' && Math.abs(difference) > measure.tolerance) within = false;
        }
        judged++;
        if (within) right++;
      } else {
        const target = targets[s * batch + b] as number;
        loss -= Math.log(Math.exp(y[target] as number) / y.reduce((sum, value) => sum + Math.exp(value), 0));
        terms++;
        if (measure.kind === 'accuracy' && scoredFrom + s >= measure.firstStep) {
          judged++;
          if (y.indexOf(Math.max(...y)) === target) right++;
        }
      }
    }
  }
  return { loss: loss / terms, metric: right / judged };
}

describe('the CPU engine in float64', () => {
  test.each(CASES)(
    'has the loss, measure and held-out set as defined: $loss, $readout, $layers layers',
    async (c) => {
      const task = noiseTask(c.loss, c.readout);
      const experiment = experimentOf({ layers: c.layers, hidden: 5, batch: 3 });
      const shape = shapeFor(task, experiment);
      const parameters = randomParameters(shape, 11);
      const engine = await engineAt(task, experiment, parameters);
      const evaluation = await engine.evaluate();
      const firstThree = await engine.evaluate(3);
      const { batch, lanes } = await engine.inspect();
      const [metrics] = await engine.metrics(0);
      const outputs = [0, 1, 2].map((b) => plainOutputs(shape, parameters, batch.inputs, 3, b));
      const expected = plainScore(task, outputs, batch.targets, shape.scoredFrom);
      expect(lanes[0]?.loss).toBeCloseTo(expected.loss, 12);
      expect(metrics?.loss).toBe(lanes[0]?.loss);
      expect(metrics?.metric).toBeCloseTo(expected.metric, 12);

      // Seven held-out sequences: batches of three, three and one.
      const scores = [0, 3, 6].map((firstSequence) => {
        const count = Math.min(3, 7 - firstSequence);
        const heldOut = {
          seed: experiment.seed,
          stream: STREAM.heldOut,
          step: 0,
          length: 5,
          terms: 2,
          data: null,
        };
        const { inputs, targets } = task.makeBatch({ ...heldOut, batch: count, firstSequence });
        const answers = Array.from({ length: count }, (_, b) =>
          plainOutputs(shape, parameters, inputs, count, b),
        );
        return { count, ...plainScore(task, answers, targets, shape.scoredFrom) };
      });
      const weighted = (value: 'loss' | 'metric'): number =>
        scores.reduce((sum, score) => sum + score.count * score[value], 0) / 7;
      expect(evaluation.step).toBe(0);
      expect(evaluation.lanes[0]?.loss).toBeCloseTo(weighted('loss'), 12);
      expect(evaluation.lanes[0]?.metric).toBeCloseTo(weighted('metric'), 12);
      expect(firstThree.lanes[0]?.loss).toBeCloseTo(scores[0]?.loss as number, 12);
    },
  );

  test.each(CASES)('has the gradient of its loss: $loss, $readout, $layers layers', async (c) => {
    const task = noiseTask(c.loss, c.readout);
    const experiment = experimentOf({ layers: c.layers, length: 6, batch: 5, lanes: [laneOf('sgd')] });
    const shape = shapeFor(task, experiment);
    const parameters = randomParameters(shape, 5 + c.layers, 1.5);
    const engine = await engineAt(task, experiment, parameters);
    const gradient = (await engine.inspect()).lanes[0]?.gradient as Float64Array;
    const [metrics] = await engine.metrics(0);
    const size = Math.hypot(...gradient);
    expect(size).toBeGreaterThan(0.01);
    expect(metrics?.gradientNorm).toBeCloseTo(size, 12);

    const lossAt = async (changed: number, by: number): Promise<number> => {
      const moved = parameters.slice();
      moved[changed] = (moved[changed] as number) + by;
      await setParameters(engine, moved);
      await engine.train(1);
      return (await engine.metrics(0))[0]?.loss as number;
    };
    let difference = 0;
    const step = 1e-5;
    for (const [index, value] of gradient.entries()) {
      const slope = ((await lossAt(index, step)) - (await lossAt(index, -step))) / (2 * step);
      difference += (slope - value) ** 2;
    }
    expect(Math.sqrt(difference) / size).toBeLessThan(1e-7);
  });

  test('gives hidden states and deltas when asked: the gradient follows from them', async () => {
    const task = noiseTask('squared', 'every');
    const experiment = experimentOf({ layers: 2, length: 4, batch: 3, hidden: 5 });
    const shape = shapeFor(task, experiment);
    const engine = await engineAt(task, experiment, randomParameters(shape, 2));
    expect((await engine.inspect()).lanes[0]?.states).toBeNull();
    const { lanes } = await engine.inspect({ states: true });
    const { states, gradient } = lanes[0] as (typeof lanes)[0];
    const at = (values: ArrayLike<number>, l: number, t: number, b: number, j: number): number =>
      t < 0 ? 0 : (values[((l * 4 + t) * 3 + b) * 5 + j] as number);
    const recurrent = shape.matrices.find(({ name }) => name === 'W_rec.2');
    for (let j = 0; j < 5; j++) {
      for (let k = 0; k < 5; k++) {
        let sum = 0;
        for (let t = 0; t < 4; t++) {
          for (let b = 0; b < 3; b++) {
            sum += at(states?.deltas ?? [], 1, t, b, j) * at(states?.hidden ?? [], 1, t - 1, b, k);
          }
        }
        expect(gradient[(recurrent?.offset ?? 0) + j * 5 + k]).toBeCloseTo(sum, 13);
      }
    }
    const off = [...(states?.hidden ?? [])].map((h) => h === 0);
    expect(off.some(Boolean)).toBe(true);
    expect([...(states?.deltas ?? [])].every((delta, index) => delta === 0 || !off[index])).toBe(true);
  });

  test('in float32 agrees with float64 to rounding', async () => {
    for (const layers of [1, 3]) {
      const task = noiseTask('softmax', 'every');
      const experiment = experimentOf({ layers, length: 20, batch: 7, hidden: 13 });
      const shape = shapeFor(task, experiment);
      const parameters = Float64Array.from(Float32Array.from(randomParameters(shape, 8)));
      const [single, double] = await Promise.all(
        (['float32', 'float64'] as const).map(async (precision) => {
          const engine = await engineAt(task, experiment, parameters, precision);
          return (await engine.inspect()).lanes[0];
        }),
      );
      if (!single || !double) throw new Error('no lane');
      expect(single.gradient).toBeInstanceOf(Float32Array);
      expect(Math.abs(single.loss / double.loss - 1)).toBeLessThan(1e-6);
      const difference = Math.hypot(
        ...double.gradient.map((value, i) => value - (single.gradient[i] as number)),
      );
      expect(difference / Math.hypot(...double.gradient)).toBeLessThan(1e-5);
      expect(difference).toBeGreaterThan(0);
    }
  });
});

describe('a task with data', () => {
  const images = (count: number, seed: number): ImageSet => {
    const random = uniforms(seed);
    return {
      count,
      pixels: Uint8Array.from({ length: count * 784 }, () => 256 * random()),
      labels: Uint8Array.from({ length: count }, (_, index) => index % 10),
    };
  };
  const data: TaskData = { kind: 'images', training: images(20, 1), heldOut: images(11, 2) };
  const experiment = experimentOf({ task: 'mnist-rows', length: 28, batch: 4, hidden: 8 });

  test('evaluates all held-out images in their order', async () => {
    const engine = await createCpuEngine(experiment, { data, precision: 'float64' });
    const task = TASKS['mnist-rows'];
    const shape = shapeFor(task, experiment);
    const { parameters } = await engine.checkpoint();
    const heldOut = {
      seed: 1,
      stream: STREAM.heldOut,
      step: 0,
      batch: 11,
      firstSequence: 0,
      length: 28,
      terms: 2,
      data,
    };
    const { inputs, targets } = task.makeBatch(heldOut);
    const outputs = Array.from({ length: 11 }, (_, b) => plainOutputs(shape, parameters, inputs, 11, b));
    const expected = plainScore(task, outputs, targets, shape.scoredFrom);
    const { lanes } = await engine.evaluate();
    expect(lanes[0]?.loss).toBeCloseTo(expected.loss, 12);
    expect(lanes[0]?.metric).toBeCloseTo(expected.metric, 12);
    await engine.train(2);
    expect((await engine.metrics(0)).length).toBe(2);
  });

  test('is refused without its data', async () => {
    await expect(createCpuEngine(experiment, { data: null, precision: 'float64' })).rejects.toThrow(
      'The task mnist-rows needs its data set mnist.',
    );
    expect(() =>
      createCpuEngineFor(TASKS['mnist-rows'], experiment, { data: null, precision: 'float64' }),
    ).toThrow();
  });
});
