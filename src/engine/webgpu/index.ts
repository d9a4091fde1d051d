import type { Experiment } from '../../experiment/schema.ts';
import { type Task, type TaskData, taskOf } from '../../experiment/tasks/index.ts';
import { type Engine, EngineLostError, messageOf, NoAdapterError, ShapeTooLargeError } from '../engine.ts';
import { asPart, JoinedEngine, partsByNetwork } from '../joined.ts';
import { laneShapesFor } from '../layout.ts';
import type { ShaderSources } from '../shaders.ts';
import { deviceOf } from './device.ts';
import { WebGpuEngine, type WebGpuEngineParts } from './engine.ts';
import { selfTest } from './selfTest.ts';

export interface WebGpuOptions {
  /** `navigator.gpu`, or Dawn's in Node; undefined where there is none. */
  readonly gpu: GPU | undefined;
  readonly shaders: ShaderSources;
  /** The task's data, loaded; null for generated tasks. */
  readonly data: TaskData | null;
}

/**
 * An engine on this machine's GPU, whose kernels have passed the self-test.
 * @throws NoAdapterError where there is no adapter, it refuses what an engine needs, or computes something else than the CPU engine
 * @throws ShapeTooLargeError where it cannot hold the shape
 * @throws EngineLostError where it is lost meanwhile
 */
export async function createWebGpuEngine(experiment: Experiment, options: WebGpuOptions): Promise<Engine> {
  const { info, failure } = await deviceOf(options.gpu);
  try {
    return await createEngine(taskOf(experiment), experiment, options, async (engine, parts) => {
      const fault = await selfTest(engine, parts);
      if (fault !== null) throw new NoAdapterError(fault);
    });
  } catch (error) {
    const isNamed = [EngineLostError, NoAdapterError, ShapeTooLargeError].some(
      (kind) => error instanceof kind,
    );
    // Whatever failed first, it failed because the device is gone.
    throw isNamed ? error : (failure() ?? new NoAdapterError(`${info.name} failed: ${messageOf(error)}`));
  }
}

/** The same on any task, without the self-test: for the checks, which compare everything themselves. */
export const createUntested = (
  task: Task,
  experiment: Experiment,
  options: WebGpuOptions & Pick<WebGpuEngineParts, 'mostOperations' | 'splits' | 'tiling'>,
): Promise<Engine> => createEngine(task, experiment, options, async () => {});

/**
 * Milliseconds of a training step of an experiment whose lanes train one kind of network, by kernel.
 * @throws as `createWebGpuEngine`
 */
export async function timeKernels(
  experiment: Experiment,
  { gpu, ...options }: WebGpuOptions,
): Promise<ReadonlyMap<string, number>> {
  const device = await deviceOf(gpu);
  const engine = await WebGpuEngine.create(experiment, { ...options, device, task: taskOf(experiment) });
  try {
    return await engine.kernelTimes();
  } finally {
    engine.dispose();
  }
}

/** @param test fails where an engine, just made, is not to be used */
async function createEngine(
  task: Task,
  experiment: Experiment,
  { gpu, ...options }: WebGpuOptions & Pick<WebGpuEngineParts, 'mostOperations' | 'splits' | 'tiling'>,
  test: (engine: WebGpuEngine, parts: WebGpuEngineParts) => Promise<void>,
): Promise<Engine> {
  const device = await deviceOf(gpu);
  const parts = { ...options, device, task };
  const networks = partsByNetwork(experiment);
  const engines: WebGpuEngine[] = [];
  try {
    for (const { experiment: own } of networks) {
      const engine = await WebGpuEngine.create(own, parts);
      engines.push(engine);
      await test(engine, parts);
    }
  } catch (error) {
    for (const engine of engines) engine.dispose();
    throw error;
  }
  const [only] = engines;
  if (only && engines.length === 1) return only;
  const joined = networks.map((part, index) => ({ ...part, engine: asPart(engines[index] as Engine) }));
  return new JoinedEngine(experiment, laneShapesFor(task, experiment, options.data), joined, device.info);
}
