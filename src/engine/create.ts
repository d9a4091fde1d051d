import type { Experiment } from '../experiment/schema.ts';
import type { TaskData } from '../experiment/tasks/index.ts';
import { createCpuEngine } from './cpu/index.ts';
import { type Engine, type EngineKind, NoAdapterError } from './engine.ts';
import type { ShaderSources } from './shaders.ts';
import { createWebGpuEngine } from './webgpu/index.ts';

export interface EngineRequest {
  readonly experiment: Experiment;
  /** `auto`: WebGPU where there is an adapter that passes the self-test, else the CPU engine in float32. */
  readonly kind: EngineKind | 'auto';
  /** `navigator.gpu`, or Dawn's in Node; undefined where there is none. */
  readonly gpu: GPU | undefined;
  readonly shaders: ShaderSources;
  /** The task's data, loaded; null for generated tasks. */
  readonly data: TaskData | null;
}

export interface CreatedEngine {
  readonly engine: Engine;
  /** Why `auto` fell back to the CPU engine, in a sentence for the visitor; null where it did not. */
  readonly fallback: string | null;
}

/**
 * Makes the engine that a request asks for.
 * @throws NoAdapterError where `webgpu` was asked for and there is no adapter, or it fails the self-test
 * @throws ShapeTooLargeError where the adapter cannot hold the shape
 */
export async function createEngine(request: EngineRequest): Promise<CreatedEngine> {
  const { experiment, data, gpu, shaders } = request;
  if (request.kind !== 'cpu') {
    try {
      return { engine: await createWebGpuEngine(experiment, { gpu, shaders, data }), fallback: null };
    } catch (error) {
      if (request.kind === 'webgpu' || !(error instanceof NoAdapterError)) throw error;
      return {
        engine: await createCpuEngine(experiment, { data, precision: 'float32' }),
        fallback: error.message,
      };
    }
  }
  return { engine: await createCpuEngine(experiment, { data, precision: 'float32' }), fallback: null };
}
