import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readShaders } from '../../src/cli/shaders.ts';
import { createCpuEngineFor } from '../../src/engine/cpu/engine.ts';
import { loadKernels } from '../../src/engine/cpu/kernels.ts';
import { partsByNetwork } from '../../src/engine/joined.ts';
import { shapeFor } from '../../src/engine/layout.ts';
import { constantsOf } from '../../src/engine/webgpu/constants.ts';
import { sourceOf } from '../../src/engine/webgpu/kernels.ts';
import { planEvaluation, planStep } from '../../src/engine/webgpu/plan.ts';
import { type Adapter, packingsOf, type TilingChoice, tilingFor } from '../../src/engine/webgpu/sizes.ts';
import { trialOf } from '../../src/engine/webgpu/trial.ts';
import type { Experiment } from '../../src/experiment/schema.ts';
import { type Task, type TaskData, taskOf } from '../../src/experiment/tasks/index.ts';
import { experimentOf } from './anyExperiment.ts';

const TEXT: TaskData = {
  kind: 'text',
  title: 'Letters',
  vocabulary: [...'abcdefg'],
  training: new Uint8Array(8 * 1001),
  heldOut: new Uint8Array(8 * 1001),
};
const dataOf = (task: Task): TaskData | null => (task.data === 'text' ? TEXT : null);

const shaders = readShaders();
const ADAPTERS: readonly Adapter[] = [
  { info: { kind: 'webgpu', name: 'a GPU', software: false }, mostInvocations: 256 },
  { info: { kind: 'webgpu', name: 'an older GPU', software: false }, mostInvocations: 128 },
  { info: { kind: 'webgpu', name: 'llvmpipe', software: true }, mostInvocations: 256 },
  { info: { kind: 'webgpu', name: 'SwiftShader', software: true }, mostInvocations: 256 },
];

/** The sources of all kernels of steps and evaluations, by name; batches are tested apart. */
function sourcesOf(
  task: Task,
  experiment: Experiment,
  adapter: Adapter,
  choice?: Partial<TilingChoice>,
): Map<string, string> {
  const shape = shapeFor(task, experiment, dataOf(task));
  const [packings, tiling] = [packingsOf(shape), tilingFor(shape, adapter, choice)];
  const parts = { packings, tiling, batchGiven: true, everything: false };
  const request = { task, experiment, shape, ...parts, mostOperations: () => Number.MAX_VALUE };
  const constants = constantsOf(task, shape, packings.quads, tiling);
  const kernels = new Set([...planStep(request), ...planEvaluation(request, 1)].map(({ kernel }) => kernel));
  return new Map([...kernels].map((name) => [name, sourceOf(name, shaders, constants, task.shader)]));
}

describe('the trial of an experiment', () => {
  test('runs the very kernels that the experiment runs, on every adapter', () => {
    fc.assert(
      fc.property(experimentOf, fc.constantFrom(...ADAPTERS), (any, adapter) => {
        const task = taskOf(any);
        for (const { experiment } of partsByNetwork(any)) {
          const tiling = tilingFor(shapeFor(task, experiment, dataOf(task)), adapter, undefined);
          const trial = trialOf(task, experiment, dataOf(task), tiling);
          expect(sourcesOf(trial.task, trial.experiment, adapter, trial.tiling)).toEqual(
            sourcesOf(task, experiment, adapter),
          );
        }
      }),
      { numRuns: import.meta.env.TEST_LONG ? 10_000 : 200, seed: 20161205 },
    );
  });

  test('has numbers that are finite, and a gradient for every matrix that moves', async () => {
    await fc.assert(
      fc.asyncProperty(experimentOf, async (any) => {
        const task = taskOf(any);
        for (const { experiment } of partsByNetwork(any)) {
          const shape = shapeFor(task, experiment, dataOf(task));
          const trial = trialOf(
            task,
            experiment,
            dataOf(task),
            tilingFor(shape, ADAPTERS[0] as Adapter, undefined),
          );
          const engine = createCpuEngineFor(trial.task, trial.experiment, {
            data: null,
            precision: 'float32',
            kernels: await loadKernels(),
          });
          await engine.train(2);
          const { velocity, stoppedAt, parameters } = await engine.checkpoint();
          engine.dispose();
          expect(Math.max(...stoppedAt)).toBe(0);
          expect(parameters.every(Number.isFinite)).toBe(true);
          trial.experiment.lanes.forEach((_, lane) => {
            for (const { name, kind, offset, rows, columns } of shape.matrices) {
              // The second step begins from states of the first.
              if (kind === 'initial' && shape.segments !== null) continue;
              const first = lane * shape.parameters + offset;
              const moves = velocity.subarray(first, first + rows * columns).some((value) => value !== 0);
              expect([name, moves]).toEqual([name, true]);
            }
          });
        }
      }),
      { numRuns: import.meta.env.TEST_LONG ? 300 : 6, seed: 20161205 },
    );
  });
});
