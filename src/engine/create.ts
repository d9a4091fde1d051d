import type { Experiment } from '../experiment/schema.ts';
import type { TaskData } from '../experiment/tasks/index.ts';
import { createCpuEngine } from './cpu/index.ts';
import { createCpuEngineInWorkers, type LaneWorkers, WorkerEndedError } from './cpu/laneWorkers.ts';
import { type Checkpoint, type Engine, type EngineKind, messageOf, ShapeTooLargeError } from './engine.ts';
import type { ShaderSources } from './shaders.ts';
import { deviceOf } from './webgpu/device.ts';
import { createWebGpuEngine } from './webgpu/index.ts';

export interface EngineRequest {
  readonly experiment: Experiment;
  /** `auto`: WebGPU where a GPU, not an emulated one, passes the self-test and takes the kernels; else the CPU engine in float32. */
  readonly kind: EngineKind | 'auto';
  /** `navigator.gpu`, or Dawn's in Node; undefined where there is none. */
  readonly gpu: GPU | undefined;
  readonly shaders: ShaderSources;
  /** The task's data, loaded; null for generated tasks. */
  readonly data: TaskData | null;
  /** Workers for the lanes of the CPU engine; without them it computes in the calling thread. */
  readonly workers?: LaneWorkers | undefined;
  /** A checkpoint of the experiment, at which the engine is to stand; without one at step 0. */
  readonly from?: Checkpoint | null;
}

export interface CreatedEngine {
  readonly engine: Engine;
  /** Why `auto` fell back to the CPU engine, in a sentence for the visitor; null where it did not. */
  readonly fallback: string | null;
}

/**
 * Makes the engine that a request asks for. What is made on the way to a failure is disposed of.
 * @throws NoAdapterError where `webgpu` was asked for and there is no adapter, or it fails the self-test
 * @throws ShapeTooLargeError where the adapter, or memory, cannot hold the shape: `auto` too leaves that to the visitor
 * @throws Error where the checkpoint is not of the experiment
 */
export async function createEngine(request: EngineRequest): Promise<CreatedEngine> {
  const { kind, experiment } = request;
  const onCpu = async (fallback: string | null): Promise<CreatedEngine> => ({
    engine: await standingAt(await createFloat32Engine(request), request.from),
    fallback,
  });
  const onGpu = async (): Promise<CreatedEngine> => ({
    engine: await standingAt(await createWebGpuEngine(experiment, request), request.from),
    fallback: null,
  });
  if (kind === 'cpu') return onCpu(null);
  if (kind === 'webgpu') return onGpu();
  try {
    const { info } = await deviceOf(request.gpu);
    if (!info.software) return await onGpu();
    return onCpu(`WebGPU here only emulates a GPU (${info.name}), which is slower than the CPU engine.`);
  } catch (error) {
    if (error instanceof ShapeTooLargeError) throw error;
    return onCpu(messageOf(error));
  }
}

async function standingAt(engine: Engine, from: Checkpoint | null | undefined): Promise<Engine> {
  try {
    if (from) await engine.restore(from);
    return engine;
  } catch (error) {
    engine.dispose();
    throw error;
  }
}

/** The CPU engine that trains: in workers where it gains by them and they can be started. */
async function createFloat32Engine({ experiment, data, workers }: EngineRequest): Promise<Engine> {
  try {
    const engine = workers && (await createCpuEngineInWorkers(experiment, data, workers));
    if (engine) return engine;
  } catch (error) {
    if (!(error instanceof WorkerEndedError)) throw error;
  }
  return createCpuEngine(experiment, { data, precision: 'float32' });
}
