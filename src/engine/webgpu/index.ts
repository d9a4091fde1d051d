import type { Experiment } from '../../experiment/schema.ts';
import { type Task, type TaskData, taskOf } from '../../experiment/tasks/index.ts';
import { type Engine, EngineLostError, messageOf, NoAdapterError } from '../engine.ts';
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
 * An engine on this machine's GPU, which has passed the self-test.
 * @throws NoAdapterError where there is no adapter, or it computes something else than the CPU engine
 * @throws ShapeTooLargeError where it cannot hold the shape
 */
export async function createWebGpuEngine(experiment: Experiment, options: WebGpuOptions): Promise<Engine> {
  const device = await deviceOf(options.gpu);
  const failure = await selfTest(device, options.shaders).catch((error: unknown) => {
    if (error instanceof EngineLostError) throw error;
    // Whatever failed first, it failed because the device is gone.
    const loss = device.failure();
    if (loss !== null) throw loss;
    return `${device.info.name} failed its test: ${messageOf(error)}`;
  });
  if (failure !== null) throw new NoAdapterError(failure);
  return createUntested(taskOf(experiment), experiment, options);
}

/** The same on any task, without the self-test: for the checks, which compare everything themselves. */
export async function createUntested(
  task: Task,
  experiment: Experiment,
  { gpu, ...parts }: WebGpuOptions & Pick<WebGpuEngineParts, 'mostOperations' | 'tiling'>,
): Promise<Engine> {
  const device = await deviceOf(gpu);
  const create = (own: Experiment): Promise<Engine> => WebGpuEngine.create(own, { ...parts, device, task });
  const networks = partsByNetwork(experiment);
  if (networks.length === 1) return create(experiment);
  const engines: Engine[] = [];
  try {
    for (const { experiment: own } of networks) engines.push(await create(own));
  } catch (error) {
    for (const engine of engines) engine.dispose();
    throw error;
  }
  const joined = networks.map((part, index) => ({ ...part, engine: asPart(engines[index] as Engine) }));
  return new JoinedEngine(experiment, laneShapesFor(task, experiment, parts.data), joined, device.info);
}
