import { createWebGpuEngine } from '../src/engine/webgpu/index.ts';
import {
  defaultExperiment,
  defaultLane,
  type OptimizerName,
  parseExperiment,
} from '../src/experiment/schema.ts';
import { shaders } from '../src/session/shaders.ts';
import type { BenchShape, Contestant } from './contestant.ts';

/** One lane of this project's WebGPU engine, at its default settings. */
export async function createOurs(optimizer: OptimizerName, shape: BenchShape): Promise<Contestant> {
  const base = defaultExperiment('adding');
  const experiment = parseExperiment({
    ...base,
    ...shape,
    lanes: [defaultLane(optimizer, shape.length, base.seed)],
  });
  const engine = await createWebGpuEngine(experiment, { gpu: navigator.gpu, shaders, data: null });
  return {
    async train(steps) {
      await engine.train(steps);
      const last = (await engine.metrics(engine.step - 1)).at(-1);
      if (last?.step !== engine.step) throw new Error('The engine returned no loss of the last step.');
      return last.loss;
    },
  };
}
