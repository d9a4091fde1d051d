import type { Experiment } from '../../experiment/schema.ts';
import { type TaskData, taskOf } from '../../experiment/tasks/index.ts';
import type { Engine } from '../engine.ts';
import { createCpuEngineFor } from './engine.ts';
import { loadKernels } from './kernels.ts';
import type { Precision } from './precision.ts';

export interface CpuEngineOptions {
  /** The task's data, loaded; null for generated tasks. */
  readonly data: TaskData | null;
  /** float32 trains; float64 is what kernels are tested against. */
  readonly precision: Precision;
  /** float32 computes in WebAssembly where it has SIMD, unless this is false; float64 always computes in TypeScript. */
  readonly webAssembly?: boolean;
}

/**
 * The engine on the CPU: the same mathematics and the same batches as the WebGPU engine, on any machine.
 * @throws ShapeTooLargeError where the states do not fit in memory
 * @throws Error where the task needs data and there are none
 */
export async function createCpuEngine(
  experiment: Experiment,
  { data, precision, webAssembly = true }: CpuEngineOptions,
): Promise<Engine> {
  const kernels = precision === 'float32' && webAssembly ? await loadKernels() : null;
  return createCpuEngineFor(taskOf(experiment), experiment, { data, precision, kernels });
}
