import type { Experiment } from '../../experiment/schema.ts';
import { TASKS, type Task } from '../../experiment/tasks/index.ts';
import { createCpuEngineFor } from '../cpu/engine.ts';
import type { Evaluation } from '../engine.ts';
import { matrixOf, shapeFor } from '../layout.ts';
import type { WebGpuEngineParts } from '../webgpu/engine.ts';
import { createUntested } from '../webgpu/index.ts';
import { GROUPS } from '../webgpu/sizes.ts';
import {
  type CheckResult,
  checked,
  compareMetrics,
  compareStep,
  differences,
  vectorError,
} from './compare.ts';
import { NETWORK_NOISE, noiseTask } from './noise.ts';
import { nearDiagonal, withSpectralRadius } from './recurrentMatrices.ts';
import {
  ADDING_SIZES,
  type CheckCase,
  type CheckContext,
  createGpu,
  experimentOf,
  LENGTH,
  lane,
  TILED_HIDDEN,
  withEngines,
} from './support.ts';

/** Sequences that are evaluated, at most: more than the device takes at once where the task has more. */
const HELD_OUT = 150;

/** Work is dealt to workgroups as the device takes it where nothing is given. */
interface Comparison extends Pick<WebGpuEngineParts, 'tiling'> {
  readonly task: Task;
  readonly experiment: Experiment;
}

/**
 * Two steps' metrics, then a whole step from the same parameters, and the held-out numbers, against float64; where states
 * are carried, five steps with an evaluation between them, so that they begin anew on the way.
 */
export async function compareEngines(
  { task, experiment, ...parts }: Comparison,
  context: CheckContext,
): Promise<CheckResult[]> {
  const cpu = createCpuEngineFor(task, experiment, { data: null, precision: 'float64' });
  const device = createUntested(task, experiment, {
    ...context,
    ...parts,
    data: null,
  });
  const carries = task.segments(experiment, null) !== null;
  return withEngines([device, Promise.resolve(cpu)], async (gpu, oracle) => {
    await gpu.train(2);
    await oracle.train(2);
    if (carries) {
      await gpu.evaluate();
      await gpu.train(3);
      await oracle.train(3);
    }
    const metrics = compareMetrics(await gpu.metrics(0), await oracle.metrics(0));
    await oracle.restore(await gpu.checkpoint());
    const step = compareStep(
      experiment,
      await gpu.inspect({ states: true }),
      await oracle.inspect({ states: true }),
    );
    const after = await gpu.checkpoint();
    const { carried } = await oracle.checkpoint();
    await oracle.restore(after);
    const [held, expected] = [await gpu.evaluate(HELD_OUT), await oracle.evaluate(HELD_OUT)];
    const column = ({ lanes }: Evaluation, name: 'loss' | 'metric'): number[] =>
      lanes.map((lane) => lane[name]);
    return [
      ...step,
      ...metrics,
      checked('held-out loss', vectorError(column(held, 'loss'), column(expected, 'loss')), 1e-5),
      checked('held-out measure', vectorError(column(held, 'metric'), column(expected, 'metric')), 1e-5),
      ...(carries
        ? [
            checked('carried states', vectorError(after.carried, carried), 1e-5),
            checked(
              'carried states that an evaluation moved',
              differences((await gpu.checkpoint()).carried, after.carried),
              0,
            ),
          ]
        : []),
    ];
  });
}

/** The tasks of the comparison by turns: both losses, both readouts. */
const COMPARED_TASKS: readonly Task[] = [
  TASKS.adding,
  noiseTask({ inputs: 3, outputs: 6, loss: 'softmax', readout: 'every' }),
  noiseTask({ inputs: 5, outputs: 3, loss: 'squared', readout: 'every' }),
  noiseTask({ inputs: 1, outputs: 11, loss: 'softmax', readout: 'last' }),
];

const HIDDEN = [5, 37, 100] as const;
const BATCHES = [1, 3, 33] as const;
const LAYERS = [1, 2, 3] as const;

/**
 * Every hidden with every batch and every depth; nine of them, each pair of values once, are the short set, and the smallest is of the
 * few.
 */
export const SIZE_CASES: readonly CheckCase[] = HIDDEN.flatMap((hidden, i) =>
  BATCHES.flatMap((batch, j) =>
    LAYERS.map((layers, k): CheckCase => {
      const task = COMPARED_TASKS[(i + 2 * j + k) % COMPARED_TASKS.length] as Task;
      const lanes = [
        lane('sgd', { momentum: 0.5, rate: 0.1 }),
        lane('path', { momentum: 0.9 }),
        lane('path2', { init: 'nprnn', clip: 0.5, unbalance: 2 }),
      ];
      const kind = `${task.name} ${task.loss}, ${task.readout === 'last' ? 'last step' : 'every step'}`;
      return {
        name: `hidden ${hidden}, batch ${batch}, layers ${layers} (${kind})`,
        set: (i + j) % 3 !== k ? 'long' : i + j === 0 ? 'few' : 'short',
        run: (context) =>
          compareEngines(
            {
              task,
              experiment: experimentOf({ hidden, batch, layers, lanes, length: hidden === 5 ? 23 : LENGTH }),
            },
            context,
          ),
      };
    }),
  ),
);

/**
 * The recurrence in one piece and cut into slices, and sums shared by groups or not, whichever the device takes by itself: same
 * numbers to rounding.
 */
export const TILING_CASES: readonly CheckCase[] = (
  [
    ['cut into slices', 'few', { sliced: true, tile: 1, groups: GROUPS }],
    ['cut into slices, tiles of 2', 'long', { sliced: true, tile: 2 }],
    ['cut into slices, tiles of 4', 'long', { sliced: true, tile: 4 }],
    ['cut into slices, wide tiles', 'long', { sliced: true, tile: 'wide' }],
    ['in one piece', 'short', { sliced: false, groups: 1 }],
  ] as const
).flatMap(([name, set, tiling]) =>
  [6, TILED_HIDDEN, 100, 130].map((hidden) => ({
    name: `recurrence ${name}: hidden ${hidden}`,
    set: hidden === TILED_HIDDEN ? set : 'long',
    run: (context: CheckContext) => {
      const experiment = experimentOf({ hidden, batch: 6, lanes: [lane('path', { unbalance: 2 })] });
      return compareEngines({ task: noiseTask(NETWORK_NOISE), experiment, tiling }, context);
    },
  })),
);

const feedforward = (inputs: number, outputs: number, loss: Task['loss']): Task =>
  noiseTask({ inputs, outputs, loss, readout: 'last', feedforward: true });

/** A task whose states are carried over, begun anew every third step, measured in bits where it has a cross-entropy. */
function carrying(inputs: number, outputs: number, loss: Task['loss']): Task {
  const task = noiseTask({ inputs, outputs, loss, readout: 'every', segments: 3 });
  return loss === 'softmax' ? { ...task, measure: () => ({ kind: 'bits', label: 'bits' }) } : task;
}

const FEEDFORWARD_LANES = [
  lane('sgd', { network: 'feedforward', activation: 'tanh', rate: 0.1 }),
  lane('path', { network: 'feedforward', momentum: 0.9 }),
  lane('path2', { network: 'feedforward', unbalance: 2 }),
];
const MIXED_LANES = [
  lane('sgd', { activation: 'tanh', rate: 0.1 }),
  lane('path', { unbalance: 2 }),
  lane('path2'),
  lane('sgd', { activation: 'tanh', init: 'nprnn', momentum: 0.5 }),
];

/** Which emulated GPUs do not take by themselves. */
export const ON_GPU = { sliced: true, groups: GROUPS, tile: undefined } as const;

/** Networks beside the plain ReLU RNN, in lanes beside it where they share its kernels. */
export const NETWORK_CASES: readonly CheckCase[] = (
  [
    ['tanh beside ReLU, 3 layers', 'few', noiseTask(NETWORK_NOISE), { layers: 3 }],
    ['tanh beside ReLU, 1 layer', 'long', TASKS.adding, { layers: 1 }],
    ['tanh beside ReLU, dealt as on a GPU', 'long', TASKS.adding, { layers: 1 }, ON_GPU],
    ['feedforward, 3 layers, softmax', 'few', feedforward(20, 5, 'softmax'), { layers: 3 }],
    ['feedforward, 2 layers, softmax', 'long', feedforward(785, 10, 'softmax'), { layers: 2 }],
    ['feedforward, 1 layer, softmax', 'long', feedforward(7, 3, 'softmax'), { layers: 1 }],
    ['feedforward, 3 layers, squared', 'long', feedforward(7, 3, 'squared'), { layers: 3 }],
    ['feedforward, 2 layers, squared', 'long', feedforward(30, 10, 'squared'), { layers: 2 }],
    ['feedforward, 1 layer, squared', 'long', feedforward(785, 1, 'squared'), { layers: 1 }],
    ['carried states, 3 layers', 'few', carrying(3, 5, 'softmax'), { layers: 3 }],
    ['carried states, 2 layers, squared', 'long', carrying(3, 2, 'squared'), { layers: 2 }],
    ['feedforward, dealt as on a GPU', 'long', feedforward(20, 5, 'softmax'), { layers: 3 }, ON_GPU],
    [
      'carried states, 3 layers, dealt as on a GPU',
      'short',
      carrying(3, 5, 'softmax'),
      { layers: 3 },
      ON_GPU,
    ],
    ['carried states, 1 layer, dealt as on a GPU', 'long', carrying(4, 6, 'softmax'), { layers: 1 }, ON_GPU],
    ['256 inputs and outputs', 'short', carrying(256, 256, 'softmax'), { layers: 1, batch: 2, length: 3 }],
  ] as const
).map(([name, set, task, sizes, tiling]) => ({
  name,
  set,
  run: (context) => {
    const lanes = task.feedforward ? FEEDFORWARD_LANES : MIXED_LANES;
    const experiment = experimentOf({ hidden: 9, batch: 6, length: 7, lanes, ...sizes });
    return compareEngines({ task, experiment, ...(tiling === undefined ? {} : { tiling }) }, context);
  },
}));

/** Path quantities at a length where gamma leaves float32, from given recurrent matrices. */
function rangeCase(name: string, matrix: (hidden: number) => Float32Array): CheckCase {
  return {
    name: `range: length 750, ${name}`,
    set: 'few',
    async run(context) {
      const experiment = experimentOf({ ...ADDING_SIZES, length: 750, batch: 1, lanes: [lane('path2')] });
      const task = TASKS.adding;
      const shape = shapeFor(task, experiment);
      const cpu = createCpuEngineFor(task, experiment, { data: null, precision: 'float64' });
      return withEngines(
        [createGpu(task, experiment, context), Promise.resolve(cpu)],
        async (gpu, oracle) => {
          const start = await gpu.checkpoint();
          const parameters = Float32Array.from(start.parameters);
          parameters.set(matrix(experiment.hidden), matrixOf(shape, 'recurrent', 0).offset);
          await gpu.restore({ ...start, parameters });
          await oracle.restore({ ...start, parameters });
          // The batch's own passes overflow at this radius: only what is carried with exponents is compared.
          const compared = new Set(['gamma in', 'gamma out', 'kappa1', 'kappa2']);
          const results = compareStep(experiment, await gpu.inspect(), await oracle.inspect());
          return results.filter(({ quantity }) => compared.has(quantity));
        },
      );
    },
  };
}

export const RANGE_CASES: readonly CheckCase[] = [
  rangeCase('Gaussian recurrent matrix of spectral radius 1.4', (hidden) => withSpectralRadius(hidden, 1.4)),
  rangeCase('near-diagonal recurrent matrix of spectral radius 1.4', (hidden) => nearDiagonal(hidden, 1.4)),
];
