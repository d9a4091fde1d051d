import { defaultExperiment, defaultLane, type Experiment } from '../../experiment/schema.ts';
import { TASKS } from '../../experiment/tasks/index.ts';
import { vectorError } from '../checks/compare.ts';
import { createCpuEngine } from '../cpu/index.ts';
import type { Engine } from '../engine.ts';
import type { ShaderSources } from '../shaders.ts';
import type { Device } from './device.ts';
import { WebGpuEngine } from './engine.ts';

const results = new WeakMap<Device, Promise<string | null>>();

/** Looser than the checks: what a broken driver returns is wrong altogether. */
const TOLERANCE = 1e-3;

/**
 * One tiny step on the device against the CPU engine in float64, once per device: drivers exist that return zero
 * gradients without an error. A path step divides the gradient by kappa, so that both are in it.
 * @returns why the device cannot be trusted, or null
 */
export function selfTest(device: Device, shaders: ShaderSources): Promise<string | null> {
  let result = results.get(device);
  if (!result) {
    result = run(device, shaders);
    results.set(device, result);
  }
  return result;
}

async function run(device: Device, shaders: ShaderSources): Promise<string | null> {
  const seed = 1;
  const experiment: Experiment = {
    ...defaultExperiment('adding'),
    length: 6,
    hidden: 5,
    batch: 3,
    lanes: [{ ...defaultLane('path', { task: 'adding', length: 6, seed }), init: 'gaussian' }],
  };
  try {
    const gpu = await WebGpuEngine.create(experiment, { device, shaders, task: TASKS.adding, data: null });
    const cpu = await createCpuEngine(experiment, { data: null, precision: 'float64' });
    const outcomeOf = async (engine: Engine) => {
      const { parameters: before } = await engine.checkpoint();
      await engine.train(1);
      const { parameters: after } = await engine.checkpoint();
      const [line] = await engine.metrics(0);
      engine.dispose();
      return {
        step: Float64Array.from(before, (value, i) => (after[i] as number) - value),
        loss: line?.loss ?? Number.NaN,
        gradientNorm: line?.gradientNorm ?? Number.NaN,
        pathNorm: line?.pathNormLog2 ?? Number.NaN,
      };
    };
    const [own, expected] = [await outcomeOf(gpu), await outcomeOf(cpu)];
    const errors = {
      loss: vectorError([own.loss], [expected.loss]),
      'the gradient norm': vectorError([own.gradientNorm], [expected.gradientNorm]),
      'the path norm': vectorError([own.pathNorm], [expected.pathNorm]),
      'the path step': vectorError(own.step, expected.step),
    };
    const wrong = Object.entries(errors).filter(([, error]) => !(error <= TOLERANCE));
    if (wrong.length === 0) return null;
    const list = wrong.map(([quantity, error]) => `${quantity} by ${error.toPrecision(2)}`).join(', ');
    return `${device.info.name} computes wrongly (${list}).`;
  } catch (error) {
    return `${device.info.name} failed its test: ${error instanceof Error ? error.message : String(error)}`;
  }
}
