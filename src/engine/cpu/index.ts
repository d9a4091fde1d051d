import type { Experiment } from '../../experiment/schema.ts';
import { type TaskData, taskOf } from '../../experiment/tasks/index.ts';
import type { Engine } from '../engine.ts';
import { createCpuEngineFor } from './engine.ts';
import type { Precision } from './precision.ts';

export interface CpuEngineOptions {
  /** The task's data, loaded; null for generated tasks. */
  readonly data: TaskData | null;
  /** float32 trains; float64 is what kernels are tested against. */
  readonly precision: Precision;
}

/**
 * The engine in TypeScript: the same mathematics and the same batches as the WebGPU engine, on any machine.
 * @throws ShapeTooLargeError where the states do not fit in memory
 * @throws Error where the task needs data and there are none
 */
export const createCpuEngine = async (experiment: Experiment, options: CpuEngineOptions): Promise<Engine> =>
  createCpuEngineFor(taskOf(experiment), experiment, options);
