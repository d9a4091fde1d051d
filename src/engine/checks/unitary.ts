import { defaultLane, type Lane, type OptimizerName } from '../../experiment/schema.ts';
import { TASKS, type Task } from '../../experiment/tasks/index.ts';
import type { Engine } from '../engine.ts';
import { createUntested } from '../webgpu/index.ts';
import { checked, differences } from './compare.ts';
import { compareEngines, ON_GPU } from './comparisons.ts';
import { NETWORK_NOISE, noiseTask } from './noise.ts';
import {
  type CheckCase,
  type CheckSet,
  createGpu,
  experimentOf,
  LENGTH,
  lane,
  withEngines,
} from './support.ts';

/** A lane that trains a uRNN. */
export const unitary = (optimizer: OptimizerName, settings: Partial<Lane> = {}): Lane => ({
  ...defaultLane(optimizer, { task: 'adding', length: LENGTH, seed: 1 }, 'urnn'),
  ...settings,
});

const LANES = [unitary('rmsprop'), unitary('sgd', { rate: 0.1, momentum: 0.5, clip: 0.5, seed: 5 })];

const carrying: Task = noiseTask({ ...NETWORK_NOISE, segments: 3 });

/** A name, its set, the task, hidden, batch, and lanes. */
type Case = readonly [string, CheckSet, Task, number, number, readonly Lane[]];

const CASES: readonly Case[] = [
  ['last step', 'short', TASKS.adding, 8, 3, LANES],
  ['beside ReLU lanes', 'long', TASKS.adding, 8, 3, [lane('path'), ...LANES, lane('sgd')]],
  ['carried states', 'few', carrying, 64, 5, LANES],
  ['last step, softmax', 'short', noiseTask({ ...NETWORK_NOISE, readout: 'last' }), 256, 2, LANES],
  ['every step', 'long', noiseTask(NETWORK_NOISE), 16, 33, LANES],
  ['carried states', 'long', carrying, 32, 1, LANES],
  ['last step', 'long', TASKS.adding, 128, 33, LANES],
  ['every step', 'long', noiseTask(NETWORK_NOISE), 512, 3, LANES],
];

/** The same bits alone, beside lanes of another network, in many short dispatches, and after a checkpoint. */
const sameBits: CheckCase = {
  name: 'uRNN: the same bits every time',
  set: 'few',
  async run(context) {
    const own = unitary('adam', { seed: 3 });
    const alone = experimentOf({ hidden: 64, batch: 9, lanes: [own] });
    const beside = { ...alone, lanes: [lane('sgd'), own] };
    const pieces = createUntested(carrying, alone, { ...context, data: null, mostOperations: 40_000 });
    return withEngines(
      [createGpu(carrying, alone, context), createGpu(carrying, beside, context), pieces],
      async (...engines) => {
        const [one, among, inPieces] = engines as [Engine, Engine, Engine];
        for (const engine of engines) await engine.train(4);
        const early = await one.checkpoint();
        const size = early.parameters.length;
        const besides = (await among.checkpoint()).parameters.slice(-size);
        const cut = (await inPieces.checkpoint()).parameters;
        await one.train(2);
        const { parameters } = await one.checkpoint();
        await inPieces.restore(early);
        await inPieces.train(2);
        const resumed = (await inPieces.checkpoint()).parameters;
        return [
          checked('beside another network: numbers that differ', differences(besides, early.parameters), 0),
          checked('in many short dispatches: numbers that differ', differences(cut, early.parameters), 0),
          checked('resumed from a checkpoint: numbers that differ', differences(resumed, parameters), 0),
        ];
      },
    );
  },
};

/** uRNNs of all sizes against the float64 CPU engine. */
const COMPARED: readonly CheckCase[] = CASES.map(([name, set, task, hidden, batch, lanes]) => ({
  name: `uRNN: hidden ${hidden}, batch ${batch}, ${name}`,
  set,
  run: (context) =>
    compareEngines({ task, experiment: experimentOf({ hidden, batch, lanes: [...lanes] }) }, context),
}));

const dealtAsOnGpu: CheckCase = {
  name: 'uRNN: hidden 16, batch 7, dealt as on a GPU',
  set: 'long',
  run: (context) => {
    const experiment = experimentOf({ hidden: 16, batch: 7, lanes: [unitary('rmsprop')] });
    return compareEngines({ task: carrying, experiment, tiling: ON_GPU }, context);
  },
};

export const UNITARY_CASES: readonly CheckCase[] = [...COMPARED, dealtAsOnGpu, sameBits];
