import { describe, expect, test } from 'vitest';
import { noiseTask } from '../../src/engine/checks/noise.ts';
import { shapeFor } from '../../src/engine/layout.ts';
import { FIRST_DISPATCH } from '../../src/engine/webgpu/dispatchBudget.ts';
import { type PlanRequest, planEvaluation, planStep } from '../../src/engine/webgpu/plan.ts';
import type { Dispatch } from '../../src/engine/webgpu/planner.ts';
import { capacityOf, gradientBlocksOf, packingsOf, tilingOf } from '../../src/engine/webgpu/sizes.ts';
import { type Experiment, RANGES } from '../../src/experiment/schema.ts';
import { TASKS, type Task } from '../../src/experiment/tasks/index.ts';
import { experimentOf, laneOf } from './support.ts';

const softmax = { inputs: 3, outputs: 5, loss: 'softmax', readout: 'every' } as const;

function requestOf(
  task: Task,
  changes: Partial<Experiment> = {},
  mostOperations = Number.MAX_VALUE,
): PlanRequest {
  const lanes = [laneOf('path2'), laneOf('sgd'), laneOf('adam')];
  const experiment = experimentOf({ hidden: 9, length: 10, batch: 5, layers: 2, lanes, ...changes });
  const shape = shapeFor(task, experiment);
  const parts = { packings: packingsOf(shape), tiling: tilingOf(shape, { sliced: true, groups: 4 }) };
  return { task, experiment, shape, ...parts, everything: false, mostOperations: () => mostOperations };
}

const kernelsOf = (dispatches: readonly Dispatch[]): string[] => dispatches.map(({ kernel }) => kernel);
const layersOf = (dispatches: readonly Dispatch[], kernel: string): (number | undefined)[] =>
  dispatches.filter((dispatch) => dispatch.kernel === kernel).map(({ fields }) => fields.layer);

describe('a training step', () => {
  test('computes kappa only where a lane divides by it', () => {
    const kernels = (...lanes: Experiment['lanes']): string[] =>
      kernelsOf(planStep(requestOf(noiseTask(softmax), { lanes })));
    expect(kernels(laneOf('sgd'), laneOf('adagrad'), laneOf('rmsprop'), laneOf('adam'))).not.toContain(
      'kappa1',
    );
    expect(kernels(laneOf('sgd'), laneOf('path'))).toContain('kappa1');
    expect(kernels(laneOf('sgd'), laneOf('path'))).not.toContain('kappa2');
    expect(kernels(laneOf('sgd'), laneOf('path2'))).toContain('kappa2');
  });

  test('of a feedforward network has nothing recurrent', () => {
    const task = noiseTask({ ...softmax, readout: 'last', feedforward: true });
    const request = requestOf(task, {
      lanes: [laneOf('path2', { network: 'feedforward', init: 'gaussian' })],
    });
    expect(request.packings.list.map(({ matrix }) => matrix.kind)).not.toContain('recurrent');
    const step = planStep(request);
    expect(kernelsOf(step)).not.toContain('kappa2');
    // Every entry of the table of matrices that a sum fills: W_in and b of each layer, W_out and b_out.
    const first = step.filter(({ kernel }) => kernel === 'gradient').map(({ fields }) => fields.matrix);
    expect(first).toEqual([0, 2, 4]);
  });

  test('carries states before the first and after the last time step, where its task does', () => {
    expect(kernelsOf(planStep(requestOf(noiseTask(softmax))))).not.toContain('carry');
    const step = planStep(requestOf(noiseTask({ ...softmax, segments: 4 })));
    const kernels = kernelsOf(step);
    const carries = step.flatMap(({ kernel }, index) => (kernel === 'carry' ? [index] : []));
    expect(layersOf(step, 'carry')).toEqual([0, 1, 0, 1]);
    expect(carries.map((index) => step[index]?.fields.end)).toEqual([0, 0, 10, 10]);
    expect(carries[1]).toBeLessThan(kernels.indexOf('projectForward'));
    expect(carries[2]).toBeGreaterThan(kernels.lastIndexOf('forward'));
    expect(carries.map((index) => step[index]?.fields.segments)).toEqual([4, 4, 4, 4]);
  });

  test.each(['forward', 'backward', 'projectForward', 'projectBackward', 'kappa2', 'carry', 'gradient'])(
    'in small dispatches covers the work of %s once, in its order',
    (kernel) => {
      const task = noiseTask({ ...softmax, segments: 4 });
      const whole = planStep(requestOf(task)).filter((dispatch) => dispatch.kernel === kernel);
      const small = planStep(requestOf(task, {}, 100)).filter((dispatch) => dispatch.kernel === kernel);
      // The time steps of each layer and lane, in the order in which they are run.
      const work = (dispatches: readonly Dispatch[]): Map<string, number[]> => {
        const done = new Map<string, number[]>();
        for (const { fields, groups } of dispatches) {
          const { begin = 0, end = 0, firstLane = 0, layer } = fields;
          const lanes = kernel.startsWith('project') || kernel === 'gradient' ? groups[2] : groups[1];
          for (let lane = firstLane; lane < firstLane + lanes; lane++) {
            const key = `${layer} ${lane} ${kernel === 'carry' ? end : ''}`;
            const steps = Array.from({ length: Math.max(1, end - begin) }, (_, i) => begin + i);
            const backward = kernel === 'backward' || kernel === 'kappa2';
            done.set(key, [...(done.get(key) ?? []), ...(backward ? steps.reverse() : steps)]);
          }
        }
        return done;
      };
      expect(small.length).toBeGreaterThan(whole.length);
      expect(work(small)).toEqual(work(whole));
    },
  );

  test.each([
    ['whole chunks of a sum', 6e6, true],
    ['blocks of one chunk', 1e6, false],
  ])('in dispatches that have %s of a weight gradient', (_, mostOperations, wholeChunks) => {
    const request = requestOf(
      noiseTask(softmax),
      { hidden: 32, length: 200, batch: 200, layers: 1, lanes: [laneOf('sgd')] },
      mostOperations,
    );
    const { splits } = request.shape;
    const blocks = gradientBlocksOf(200 * 200, splits);
    expect([splits, blocks]).toEqual([64, 3]);
    const gradients = planStep(request).filter(({ kernel, fields }) => {
      return kernel === 'gradient' && fields.layer === 0;
    });
    let next = 0;
    for (const { fields, groups, operations } of gradients) {
      const { begin = 0, end = 0 } = fields;
      expect(begin).toBe(next);
      next = end;
      expect(operations).toBeLessThanOrEqual(mostOperations);
      expect(groups[1]).toBe(wholeChunks ? (end - begin) / blocks : 1);
      if (!wholeChunks) expect(Math.floor(begin / blocks)).toBe(Math.floor((end - 1) / blocks));
    }
    expect(next).toBe(splits * blocks);
    expect(gradients.length).toBeGreaterThan(1);
  });
});

describe('an evaluation', () => {
  test('goes in large batches, and, where states are carried, in those of training', () => {
    const batchesOf = (request: PlanRequest, sequences: number): (number | undefined)[] =>
      planEvaluation(request, sequences)
        .filter(({ kernel }) => kernel === 'evaluate')
        .map(({ fields }) => fields.batch);
    const plain = requestOf(noiseTask(softmax));
    expect(capacityOf(plain.shape)).toBe(128);
    expect(batchesOf(plain, 300)).toEqual([128, 128, 44]);
    const carrying = requestOf(noiseTask({ ...softmax, segments: 4 }));
    expect(batchesOf(carrying, 15)).toEqual([5, 5, 5]);
    const buffers = planEvaluation(carrying, 15).flatMap(({ kernel, buffers }) =>
      kernel === 'carry' ? [buffers.carried] : [],
    );
    expect(new Set(buffers)).toEqual(new Set(['heldOutCarried']));
  });
});

describe('no dispatch is too long, as far as it can be split', () => {
  const LIMIT = FIRST_DISPATCH;
  const largest = { hidden: RANGES.hidden.max, layers: RANGES.layers.max, batch: RANGES.batch.max };
  /** The kernels with dispatches above the limit at the largest shape of a task, and the longest as a multiple of it. */
  function tooLong(task: Task, lanes: number): Record<string, number> {
    const length = task.lengthRange?.max ?? task.steps({ length: 1 });
    const lane = laneOf('path2', { network: task.feedforward ? 'feedforward' : 'relu' });
    const request = requestOf(task, { ...largest, length, lanes: Array(lanes).fill(lane) }, LIMIT);
    const longest: Record<string, number> = {};
    // A number of sequences that leaves a smaller last batch.
    for (const { kernel, operations } of [planStep(request), planEvaluation(request, 300)].flat()) {
      if (operations > LIMIT) longest[kernel] = Math.max(longest[kernel] ?? 0, operations / LIMIT);
    }
    return longest;
  }
  const recurrent = Object.values(TASKS).filter((task) => !task.feedforward && task.data !== 'text');
  const bytes = noiseTask({ inputs: 256, outputs: 256, loss: 'softmax', readout: 'every', segments: 4 });

  test.each([
    ...recurrent,
    { ...bytes, name: 'text of 256 bytes' as Task['name'], lengthRange: { min: 1, max: 1000 } },
  ])('$name, at the largest shape, but for one block of rows of a weight gradient', (task) => {
    for (const lanes of [1, 3]) {
      const { gradient = 0, ...others } = tooLong(task, lanes);
      expect(others).toEqual({});
      expect(gradient).toBeLessThan(1.87);
    }
  });

  test('but for the one time step of images at once', () => {
    const over = tooLong(TASKS['mnist-flat'], 2);
    expect(Object.keys(over).sort()).toEqual(['gradient', 'projectForward']);
    for (const multiple of Object.values(over)) expect(multiple).toBeLessThan(2.87);
  });
});

test('a recurrence has as many workgroups as a GPU runs at once, in tiles as small as that allows', () => {
  const tileOf = (changes: Partial<Experiment>, lanes: number, sliced = true) => {
    const own = Array.from({ length: lanes }, () => laneOf('path'));
    return tilingOf(shapeFor(TASKS.adding, experimentOf({ ...changes, lanes: own })), { sliced, groups: 4 });
  };
  expect(tileOf({ hidden: 100, batch: 32 }, 1)).toMatchObject({
    tile: 1,
    slices: 5,
    sliceQuads: 5,
    kept: true,
  });
  // More than four warps only where that is what keeps the weights.
  expect(tileOf({ hidden: 128 }, 1)).toMatchObject({ slices: 4, sliceQuads: 8, kept: true });
  expect(tileOf({ hidden: 132 }, 1)).toMatchObject({ slices: 5, sliceQuads: 7, kept: true });
  expect(tileOf({ hidden: 100, batch: 100 }, 1).tile).toBe(1);
  expect(tileOf({ hidden: 100, batch: 32 }, 4).tile).toBe(1);
  expect(tileOf({ hidden: 100, batch: 32 }, 8).tile).toBe(2);
  expect(tileOf({ hidden: 100, batch: 32 }, 9).tile).toBe(4);
  // Weights that are not kept are read once for a tile.
  expect(tileOf({ hidden: 256, batch: 32 }, 1)).toMatchObject({ tile: 4, kept: false });
  expect(tileOf({ hidden: 100, batch: 32 }, 1, false)).toMatchObject({ tile: 4, slices: 1 });
});

test('wide tiles are taken where weights are kept, with an invocation for each quad of the path row', () => {
  const wideOf = (changes: Partial<Experiment>, sliced = true) =>
    tilingOf(shapeFor(TASKS.adding, experimentOf(changes)), { sliced, groups: 1, tile: 'wide' });
  const wide = { tile: 1, quads: 4 };
  const notWide = { tile: 4, quads: 1 };
  expect(wideOf({ hidden: 100 })).toMatchObject({ ...wide, slices: 5 });
  expect(wideOf({ hidden: 4 })).toMatchObject({ ...wide, slices: 1 });
  expect(wideOf({ hidden: 256 })).toMatchObject(notWide);
  expect(wideOf({ hidden: 100 }, false)).toMatchObject(notWide);
  for (let hidden = RANGES.hidden.min; hidden <= RANGES.hidden.max; hidden++) {
    const { quads, slices } = wideOf({ hidden });
    const ofOutputs = Math.ceil(hidden / 4);
    expect(slices * Math.ceil(ofOutputs / quads)).toBeGreaterThanOrEqual(ofOutputs);
  }
});
