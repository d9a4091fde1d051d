import type { Experiment, Lane } from '../../experiment/schema.ts';
import { TASKS, type Task } from '../../experiment/tasks/index.ts';
import { unbalanceExponents, unbalanceFactors } from '../initialise.ts';
import { shapeFor } from '../layout.ts';
import { checked, differences } from './compare.ts';
import { NETWORK_NOISE, noiseTask } from './noise.ts';
import {
  ADDING_SIZES,
  type CheckCase,
  type CheckSet,
  createGpu,
  experimentOf,
  lane,
  withEngines,
} from './support.ts';

const STEPS = 100;

interface Invariance {
  readonly name: string;
  readonly set: CheckSet;
  readonly task: Task;
  readonly experiment: Partial<Experiment>;
  /** Lanes, of which each gets a twin that is alike but for `unbalance`; whether the twin goes the same way. */
  readonly settings: readonly (readonly [name: string, lane: Lane, invariant: boolean])[];
}

/** Losses of every step of every lane and its twin, and weights up to their powers of two. */
const invarianceCase = ({ name, set, task, experiment: sizes, settings }: Invariance): CheckCase => ({
  name: `rescaling: unbalanced twins for ${STEPS} steps, ${name}`,
  set,
  async run(context) {
    const lanes = settings.flatMap(([, balanced]) => [balanced, { ...balanced, unbalance: 3 }]);
    const experiment = experimentOf({ ...ADDING_SIZES, ...sizes, lanes });
    const shape = shapeFor(task, experiment);
    return withEngines([createGpu(task, experiment, context)], async (gpu) => {
      await gpu.train(STEPS);
      const lines = await gpu.metrics(0);
      const { parameters } = await gpu.checkpoint();
      const lossesOf = (index: number): number[] =>
        lines.filter((line) => line.lane === index).map(({ loss }) => loss);
      return settings.flatMap(([name, , invariant], pair) => {
        const [losses, twinLosses] = [lossesOf(2 * pair), lossesOf(2 * pair + 1)];
        if (!invariant) {
          const apart = Math.max(
            ...losses.map((loss, i) => Math.abs((twinLosses[i] ?? Number.POSITIVE_INFINITY) / loss - 1)),
          );
          // Passed where the curves part: by over 1 %.
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
          checked(`${name}: steps that were run`, STEPS - losses.length, 0),
          checked(`${name}: losses that differ`, differences(losses, twinLosses), 0),
          checked(`${name}: weights that differ`, differences(rescaled, twin), 0),
        ];
      });
    });
  },
});

const slow = lane('path2', { rate: 0.003 });
const feedforward = lane('path', { network: 'feedforward' });

const CASES: readonly Invariance[] = [
  {
    name: 'adding',
    set: 'few',
    task: TASKS.adding,
    experiment: {},
    settings: [
      ['path', lane('path', { init: 'nprnn' }), true],
      ['path2, momentum', lane('path2', { init: 'identity', momentum: 0.9, rate: 0.01 }), true],
      ['path, two layers deep in gaussian', lane('path'), true],
      ['path, clip', lane('path', { clip: 0.1, dualclip: 0 }), false],
      ['sgd', lane('sgd', { init: 'nprnn', rate: 0.003 }), false],
    ],
  },
  {
    name: 'states carried through 3 layers, every step scored',
    set: 'short',
    task: noiseTask({ ...NETWORK_NOISE, segments: 7 }),
    experiment: { hidden: 9, layers: 3, length: 5 },
    settings: [
      ['path, momentum', lane('path', { init: 'nprnn', rate: 0.01, momentum: 0.5 }), true],
      ['path2', slow, true],
      ['sgd', lane('sgd'), false],
    ],
  },
  {
    name: 'every step scored',
    set: 'long',
    task: noiseTask(NETWORK_NOISE),
    experiment: { hidden: 9, layers: 1 },
    settings: [
      ['path', lane('path', { init: 'nprnn' }), true],
      ['path2', slow, true],
      ['sgd', lane('sgd'), false],
    ],
  },
  {
    name: 'feedforward, 3 layers',
    set: 'short',
    task: noiseTask({ ...NETWORK_NOISE, inputs: 20, readout: 'last', feedforward: true }),
    experiment: { hidden: 9, layers: 3 },
    settings: [
      ['path', feedforward, true],
      ['path2, momentum', { ...feedforward, optimizer: 'path2', momentum: 0.9, rate: 0.01 }, true],
      ['sgd', lane('sgd', { network: 'feedforward' }), false],
    ],
  },
];

/** Invariance under rescaling, and that what is not invariant is told apart. */
export const INVARIANCE_CASES: readonly CheckCase[] = CASES.map(invarianceCase);
