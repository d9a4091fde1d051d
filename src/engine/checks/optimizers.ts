import type { Lane } from '../../experiment/schema.ts';
import { TASKS } from '../../experiment/tasks/index.ts';
import { type LaneArrays, norm, update } from '../cpu/update.ts';
import type { LaneSnapshot } from '../engine.ts';
import { shapeFor } from '../layout.ts';
import { checked, stepError, vectorError } from './compare.ts';
import { ADDING_SIZES, type CheckCase, createGpu, experimentOf, lane, withEngines } from './support.ts';

const STEPS = 6;

/** Rates so large that the rounding of the parameters is small beside a step. */
const LANES: readonly (readonly [name: string, lane: Lane])[] = [
  ['adagrad', lane('adagrad', { rate: 0.1, clip: 0 })],
  ['adagrad, momentum, clip', lane('adagrad', { rate: 0.1, momentum: 0.5, clip: 0.1 })],
  ['rmsprop', lane('rmsprop', { rate: 0.1, clip: 0 })],
  ['rmsprop, momentum, clip', lane('rmsprop', { rate: 0.1, momentum: 0.9, decay: 0.5, clip: 0.1 })],
  ['adam', lane('adam', { rate: 0.1, clip: 0 })],
  ['adam, clip', lane('adam', { rate: 0.1, momentum: 0.3, decay: 0.99, clip: 0.1 })],
  ['adam, no momentum, slow decay', lane('adam', { rate: 0.1, momentum: 0, decay: 0.99999 })],
];

/**
 * Steps of the adaptive optimizers against float64. They divide an entry of the gradient by its own size, so that the
 * rounding of a tiny one becomes a whole step: the expected step is therefore taken from the device's own gradients, which
 * are held against float64 elsewhere.
 */
export const adaptiveOptimizers: CheckCase = {
  name: `adaptive optimizers for ${STEPS} steps`,
  set: 'few',
  async run(context) {
    const task = TASKS.adding;
    const experiment = experimentOf({ ...ADDING_SIZES, lanes: LANES.map(([, settings]) => settings) });
    const shape = shapeFor(task, experiment);
    return withEngines([createGpu(task, experiment, context)], async (gpu) => {
      const arrays = LANES.map(
        (): LaneArrays => ({
          parameters: new Float64Array(shape.parameters),
          velocity: new Float64Array(shape.parameters),
          squares: new Float64Array(shape.parameters),
        }),
      );
      const worst = LANES.map(() => 0);
      for (let step = 1; step <= STEPS; step++) {
        const snapshot = await gpu.inspect();
        for (const [index, [, settings]] of LANES.entries()) {
          const own = arrays[index] as LaneArrays;
          const { before, after, gradient } = snapshot.lanes[index] as LaneSnapshot;
          own.parameters.set(before);
          const exact = Float64Array.from(gradient);
          update(own, exact, norm(exact), settings, null, shape.matrices, step);
          const error = stepError({ after }, { before, after: own.parameters });
          worst[index] = Math.max(worst[index] as number, error);
        }
      }
      const { velocity, squares } = await gpu.checkpoint();
      return LANES.flatMap(([name], index) => {
        const part = (pooled: Float32Array | Float64Array) =>
          pooled.subarray(index * shape.parameters, (index + 1) * shape.parameters);
        const own = arrays[index] as LaneArrays;
        return [
          checked(`${name}: steps`, worst[index] as number, 1e-5),
          checked(`${name}: velocity`, vectorError(part(velocity), own.velocity), 1e-5),
          checked(`${name}: squares`, vectorError(part(squares), own.squares), 1e-5),
        ];
      });
    });
  },
};
