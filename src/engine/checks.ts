import {
  defaultExperiment,
  defaultLane,
  type Experiment,
  type Lane,
  type OptimizerName,
} from '../experiment/schema.ts';
import { TASKS, type Task } from '../experiment/tasks/index.ts';
import { BATCH_CASES } from './checks/batches.ts';
import {
  type CheckResult,
  checked,
  compareMetrics,
  compareStep,
  differences,
  vectorError,
} from './checks/compare.ts';
import { noiseTask } from './checks/noise.ts';
import { nearDiagonal, withSpectralRadius } from './checks/recurrentMatrices.ts';
import { createCpuEngineFor } from './cpu/engine.ts';
import type { Checkpoint, Engine } from './engine.ts';
import { unbalanceExponents, unbalanceFactors } from './initialise.ts';
import { matrixOf, shapeFor } from './layout.ts';
import type { ShaderSources } from './shaders.ts';
import { createUntested } from './webgpu/index.ts';

export type { CheckResult } from './checks/compare.ts';

/** What the checks run on. */
export interface CheckContext {
  readonly gpu: GPU;
  readonly shaders: ShaderSources;
}

/** A check of the WebGPU engine on whatever device there is. */
export interface CheckCase {
  readonly name: string;
  /** Whether it belongs to the short set. */
  readonly inShort: boolean;
  /** @throws where the device fails altogether */
  run(context: CheckContext): Promise<readonly CheckResult[]>;
}

const LENGTH = 10;

/** A lane for checks: `gaussian` has no structure that could hide a mistake. */
const lane = (optimizer: OptimizerName, settings: Partial<Lane> = {}): Lane => ({
  ...defaultLane(optimizer, { task: 'adding', length: LENGTH, seed: 1 }),
  init: 'gaussian',
  ...settings,
});

const experimentOf = (settings: Partial<Experiment>): Experiment => ({
  ...defaultExperiment('adding'),
  length: LENGTH,
  ...settings,
});

const createGpu = (task: Task, experiment: Experiment, context: CheckContext): Promise<Engine> =>
  createUntested(task, experiment, { ...context, data: null });

/** Runs on engines that are disposed of whatever happens. */
async function withEngines<Result>(
  engines: readonly Promise<Engine>[],
  use: (...engines: Engine[]) => Promise<Result>,
): Promise<Result> {
  const made = await Promise.all(engines);
  try {
    return await use(...made);
  } finally {
    for (const engine of made) engine.dispose();
  }
}

/** Two steps' metrics, then a whole step from the same parameters, and the held-out numbers, against float64. */
async function compareEngines(
  task: Task,
  experiment: Experiment,
  context: CheckContext,
  sliced?: boolean,
): Promise<CheckResult[]> {
  const cpu = createCpuEngineFor(task, experiment, { data: null, precision: 'float64' });
  const device = createUntested(task, experiment, {
    ...context,
    data: null,
    ...(sliced === undefined ? {} : { sliced }),
  });
  return withEngines([device, Promise.resolve(cpu)], async (gpu, oracle) => {
    await gpu.train(2);
    await oracle.train(2);
    const metrics = compareMetrics(await gpu.metrics(0), await oracle.metrics(0));
    await oracle.restore(await gpu.checkpoint());
    const step = compareStep(
      experiment,
      await gpu.inspect({ states: true }),
      await oracle.inspect({ states: true }),
    );
    await oracle.restore(await gpu.checkpoint());
    const [held, expected] = [await gpu.evaluate(), await oracle.evaluate()];
    return [
      ...step,
      ...metrics,
      checked(
        'held-out loss',
        vectorError(
          held.lanes.map(({ loss }) => loss),
          expected.lanes.map(({ loss }) => loss),
        ),
        1e-5,
      ),
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

/** Every hidden with every batch and every depth; nine of them, each pair of values once, are the short set. */
const COMPARISONS: readonly CheckCase[] = HIDDEN.flatMap((hidden, i) =>
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
        inShort: (i + j) % 3 === k,
        run: (context) =>
          compareEngines(
            task,
            experimentOf({ hidden, batch, layers, lanes, length: hidden === 5 ? 23 : LENGTH }),
            context,
          ),
      };
    }),
  ),
);

/** The recurrence in one piece and cut into slices, whichever the device takes by itself: same numbers to rounding. */
const SLICED: readonly CheckCase[] = [true, false].flatMap((sliced) =>
  [6, 50, 100, 130].map((hidden) => ({
    name: `recurrence ${sliced ? 'cut into slices' : 'in one piece'}: hidden ${hidden}`,
    inShort: hidden === (sliced ? 50 : 6),
    run: (context: CheckContext) => {
      const experiment = experimentOf({ hidden, batch: 6, lanes: [lane('path', { unbalance: 2 })] });
      return compareEngines(TASKS.adding, experiment, context, sliced);
    },
  })),
);

/** Path quantities at a length where gamma leaves float32, from given recurrent matrices. */
function rangeCase(name: string, matrix: (hidden: number) => Float32Array, inShort: boolean): CheckCase {
  return {
    name: `range: length 750, hidden 64, ${name}`,
    inShort,
    async run(context) {
      const experiment = experimentOf({ length: 750, hidden: 64, batch: 1, lanes: [lane('path2')] });
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

/** Two lanes alike but for `unbalance`: losses of 300 steps, and weights up to their powers of two. */
const invariance: CheckCase = {
  name: 'rescaling: unbalanced twins for 300 steps',
  inShort: true,
  async run(context) {
    const settings: readonly [name: string, lane: Lane, invariant: boolean][] = [
      ['path', lane('path', { init: 'nprnn' }), true],
      ['path2, momentum', lane('path2', { init: 'identity', momentum: 0.9, rate: 0.01 }), true],
      ['path, two layers deep in gaussian', lane('path'), true],
      ['path, clip', lane('path', { clip: 0.1, dualclip: 0 }), false],
      ['sgd', lane('sgd', { init: 'nprnn', rate: 0.003 }), false],
    ];
    const lanes = settings.flatMap(([, balanced]) => [balanced, { ...balanced, unbalance: 3 }]);
    const experiment = experimentOf({ hidden: 12, layers: 2, batch: 4, lanes });
    const task = TASKS.adding;
    const shape = shapeFor(task, experiment);
    return withEngines([createGpu(task, experiment, context)], async (gpu) => {
      await gpu.train(300);
      const lines = await gpu.metrics(0);
      const { parameters } = await gpu.checkpoint();
      const lossesOf = (index: number): number[] =>
        lines.filter((line) => line.lane === index).map(({ loss }) => loss);
      return settings.flatMap(([name, , invariant], pair) => {
        const [losses, twinLosses] = [lossesOf(2 * pair), lossesOf(2 * pair + 1)];
        if (!invariant) {
          const apart = Math.max(
            ...losses
              .slice(0, 100)
              .map((loss, i) => Math.abs((twinLosses[i] ?? Number.POSITIVE_INFINITY) / loss - 1)),
          );
          // Passed where the curves part: by over 1 % within 100 steps.
          return [
            {
              quantity: `${name}: losses part by (at least)`,
              error: apart,
              allowed: 0.01,
              passed: !(apart <= 0.01),
            },
          ];
        }
        const factors = unbalanceFactors(shape, unbalanceExponents(experiment, 2 * pair + 1));
        const own = parameters.slice(2 * pair * shape.parameters, (2 * pair + 1) * shape.parameters);
        const twin = parameters.slice((2 * pair + 1) * shape.parameters, (2 * pair + 2) * shape.parameters);
        const rescaled = own.map((value, i) => value * (factors[i] as number));
        return [
          checked(`${name}: steps that were run`, 300 - losses.length, 0),
          checked(`${name}: losses that differ`, differences(losses, twinLosses), 0),
          checked(`${name}: weights that differ`, differences(rescaled, twin), 0),
        ];
      });
    });
  },
};

const sameStates = (a: Checkpoint, b: Checkpoint): number =>
  differences(a.parameters, b.parameters) + differences(a.velocity, b.velocity);

/** The same bits: twice, alone or among others, in small pieces or whole, after a checkpoint. */
const determinism: CheckCase = {
  name: 'the same bits every time',
  inShort: true,
  async run(context) {
    const task = noiseTask({ inputs: 3, outputs: 5, loss: 'softmax', readout: 'every' });
    const kinds = [lane('sgd', { momentum: 0.9 }), lane('path'), lane('path2', { init: 'nprnn' })];
    const lanes = Array.from({ length: 8 }, (_, index) => ({ ...(kinds[index % 3] as Lane), seed: index }));
    const experiment = experimentOf({ hidden: 9, layers: 2, batch: 70, lanes });
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

/** A lane that diverges stops, keeps its parameters, and leaves the others alone. */
const divergence: CheckCase = {
  name: 'a lane that diverges stops alone',
  inShort: true,
  async run(context) {
    const calm = lane('sgd');
    const experiment = experimentOf({
      hidden: 8,
      batch: 4,
      lanes: [lane('sgd', { rate: 100, clip: 0 }), calm],
    });
    const alone = { ...experiment, lanes: [calm] };
    const task = TASKS.adding;
    return withEngines(
      [createGpu(task, experiment, context), createGpu(task, alone, context)],
      async (both, one) => {
        await both?.train(60);
        await one?.train(60);
        const lines = (await both?.metrics(0)) ?? [];
        const stops = lines.filter(({ stopped }) => stopped !== null);
        const wild = lines.filter((line) => line.lane === 0);
        const rest = lines.filter((line) => line.lane === 1).map(({ loss }) => loss);
        const expected = ((await one?.metrics(0)) ?? []).map(({ loss }) => loss);
        return [
          checked('stops that are missing', 1 - stops.length, 0),
          checked('lines after the stop', wild.length - (stops[0]?.step ?? 0), 0),
          checked('losses of the other lane that differ', differences(rest, expected), 0),
        ];
      },
    );
  },
};

/** Every check, in the order in which the page lists them. */
export const CHECK_CASES: readonly CheckCase[] = [
  ...BATCH_CASES,
  ...COMPARISONS,
  ...SLICED,
  rangeCase(
    'Gaussian recurrent matrix of spectral radius 1.4',
    (hidden) => withSpectralRadius(hidden, 1.4),
    true,
  ),
  rangeCase(
    'near-diagonal recurrent matrix of spectral radius 1.4',
    (hidden) => nearDiagonal(hidden, 1.4),
    true,
  ),
  invariance,
  determinism,
  divergence,
];
