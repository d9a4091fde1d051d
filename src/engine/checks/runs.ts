import type { Experiment } from '../../experiment/schema.ts';
import { TASKS } from '../../experiment/tasks/index.ts';
import { createCpuEngineFor } from '../cpu/engine.ts';
import type { Checkpoint, Engine, MetricBatch } from '../engine.ts';
import { shapeFor } from '../layout.ts';
import { createUntested } from '../webgpu/index.ts';
import { GROUPS } from '../webgpu/sizes.ts';
import { type CheckResult, checked, differences } from './compare.ts';
import { NETWORK_NOISE, noiseTask } from './noise.ts';
import {
  ADDING_SIZES,
  type CheckCase,
  type CheckSet,
  createGpu,
  experimentOf,
  lane,
  TILED_HIDDEN,
  withEngines,
} from './support.ts';

const sameStates = (a: Checkpoint, b: Checkpoint): number =>
  (['parameters', 'velocity', 'squares', 'carried'] as const).reduce(
    (count, name) => count + differences(a[name], b[name]),
    0,
  );

/** The same bits: twice, alone or among others, in small pieces or whole, after a checkpoint. */
export const determinism: CheckCase = {
  name: 'the same bits every time',
  set: 'few',
  async run(context) {
    const task = noiseTask({ ...NETWORK_NOISE, segments: 4 });
    const lanes = [
      lane('sgd', { momentum: 0.9 }),
      lane('path'),
      lane('path2', { init: 'nprnn' }),
      lane('adam'),
      lane('sgd', { activation: 'tanh' }),
      lane('adam', { activation: 'tanh', decay: 0.99 }),
      lane('rmsprop', { momentum: 0.9 }),
      lane('adagrad'),
    ].map((one, seed) => ({ ...one, seed }));
    const experiment = experimentOf({ hidden: 9, layers: 3, batch: 70, lanes });
    const shape = shapeFor(task, experiment);
    const alone = lanes.map((own) => ({ ...experiment, lanes: [own] }));
    const engines = [experiment, experiment, ...alone].map((one) => createGpu(task, one, context));
    const pieces = createUntested(task, experiment, { ...context, data: null, mostOperations: 20_000 });
    return withEngines([...engines, pieces], async (first, second, ...others) => {
      const [whole, again, inPieces] = [first as Engine, second as Engine, others.at(-1) as Engine];
      await whole.train(5);
      const early = await whole.checkpoint();
      await whole.evaluate(7);
      await whole.train(4);
      const end = await whole.checkpoint();
      await again.train(5);
      await again.inspect();
      await again.train(3);
      const repeated = await again.checkpoint();
      await again.restore(early);
      await again.train(4);
      const resumed = await again.checkpoint();
      await inPieces.train(5);
      let differ = 0;
      for (const [index, engine] of others.slice(0, -1).entries()) {
        await engine.train(5);
        const { parameters } = await engine.checkpoint();
        const own = early.parameters.slice(index * shape.parameters, (index + 1) * shape.parameters);
        differ += differences(parameters, own);
      }
      return [
        checked('twice: numbers that differ', sameStates(end, repeated), 0),
        checked('resumed from a checkpoint: numbers that differ', sameStates(end, resumed), 0),
        checked('each of 8 lanes alone: numbers that differ', differ, 0),
        checked(
          'in many short dispatches: numbers that differ',
          sameStates(early, await inPieces.checkpoint()),
          0,
        ),
      ];
    });
  },
};

/** The recurrence in tiles of any size: a lane's numbers must not depend on how many lanes there are. */
export const tiles: CheckCase = {
  name: 'the same bits in tiles of any size',
  set: 'few',
  async run(context) {
    const task = noiseTask(NETWORK_NOISE);
    const lanes = [lane('path'), lane('sgd', { activation: 'tanh' })];
    const experiment = experimentOf({ hidden: TILED_HIDDEN, length: 12, batch: 7, lanes });
    const sizes = [2, 4, 'wide'] as const;
    const engines = ([1, ...sizes] as const).map((tile) =>
      createUntested(task, experiment, {
        ...context,
        data: null,
        tiling: { sliced: true, tile, groups: GROUPS },
      }),
    );
    return withEngines(engines, async (...tiled) => {
      for (const engine of tiled) await engine.train(3);
      const [one, ...others] = await Promise.all(tiled.map((engine) => engine.checkpoint()));
      return others.map((other, i) =>
        checked(`tiles of 1 and ${sizes[i]}: numbers that differ`, sameStates(one as Checkpoint, other), 0),
      );
    });
  },
};

/**
 * Steps of many rows, whose sums are cut within their chunks.
 * @param splits chunks of a sum, where they are not those of the shape
 */
const splittingOf = (
  name: string,
  set: CheckSet,
  sizes: Pick<Experiment, 'length' | 'batch'>,
  splits?: number,
): CheckCase => ({
  name: `the same bits in short dispatches${name}`,
  set,
  async run(context) {
    const task = noiseTask(NETWORK_NOISE);
    const lanes = [lane('path'), lane('adam')];
    const experiment = experimentOf({ hidden: TILED_HIDDEN, ...sizes, lanes });
    const results: CheckResult[] = [];
    for (const [tiled, tiling] of [
      ['as the device takes them', {}],
      ['shared by groups', { groups: GROUPS }],
    ] as const) {
      const parts = { ...context, data: null, tiling, ...(splits === undefined ? {} : { splits }) };
      const engines = [parts, { ...parts, mostOperations: 200_000 }].map((each) =>
        createUntested(task, experiment, each),
      );
      const found = await withEngines(engines, async (...made) => {
        const [whole, inPieces] = made as [Engine, Engine];
        // What is measured in a step changes the plan of the next.
        for (const engine of made) await engine.train(3);
        const lossesOf = async (engine: Engine): Promise<number[]> =>
          (await engine.evaluate()).lanes.map(({ loss }) => loss);
        return [
          checked(
            `sums ${tiled}: numbers that differ`,
            sameStates(await whole.checkpoint(), await inPieces.checkpoint()),
            0,
          ),
          checked(
            `sums ${tiled}: held-out losses that differ`,
            differences(await lossesOf(whole), await lossesOf(inPieces)),
            0,
          ),
        ];
      });
      results.push(...found);
    }
    return results;
  },
});

export const SPLITTING_CASES: readonly CheckCase[] = [
  splittingOf('', 'few', { length: 30, batch: 20 }, 2),
  splittingOf(', 16,900 rows', 'long', { length: 130, batch: 130 }),
];

/** The rectifier in shaders/forward.wgsl. */
const RELU = 'let rectified = select(x, vec4<f32>(), x < vec4<f32>());';

/**
 * A lane that diverges stops, keeps its parameters, and leaves the others alone.
 * @param relu what stands in the shaders for the rectifier
 */
const divergenceOf = (name: string, relu = RELU): CheckCase => ({
  name: `a lane that diverges stops alone${name}`,
  set: 'few',
  async run({ gpu, shaders }) {
    const file = 'forward.wgsl';
    const source = (shaders[file] as string).replace(RELU, relu);
    const context = { gpu, shaders: { ...shaders, [file]: source } };
    const calm = lane('sgd');
    const experiment = experimentOf({
      ...ADDING_SIZES,
      lanes: [lane('sgd', { rate: 100, clip: 0 }), calm],
    });
    const alone = { ...experiment, lanes: [calm] };
    const task = TASKS.adding;
    const onCpu = createCpuEngineFor(task, experiment, { data: null, precision: 'float32' });
    return withEngines(
      [createGpu(task, experiment, context), createGpu(task, alone, context), Promise.resolve(onCpu)],
      async (...engines) => {
        for (const engine of engines) await engine.train(60);
        const [lines, others, expected] = (await Promise.all(engines.map((engine) => engine.metrics(0)))) as [
          MetricBatch,
          MetricBatch,
          MetricBatch,
        ];
        const stopsOf = (batch: MetricBatch): number[] =>
          batch.filter(({ stopped }) => stopped !== null).map(({ step }) => step);
        const wild = lines.filter((line) => line.lane === 0);
        const lossesOf = (batch: MetricBatch): number[] => batch.map(({ loss }) => loss);
        return [
          checked('stops at other steps than on the CPU', differences(stopsOf(lines), stopsOf(expected)), 0),
          checked('lines after the stop', wild.length - (stopsOf(lines)[0] ?? 0), 0),
          checked(
            'losses of the other lane that differ',
            differences(lossesOf(lines.filter((line) => line.lane === 1)), lossesOf(others)),
            0,
          ),
        ];
      },
    );
  },
});

export const DIVERGENCE_CASES: readonly CheckCase[] = [
  divergenceOf(''),
  divergenceOf(', where the rectifier drops what is no number', 'let rectified = max(x, vec4<f32>());'),
];
