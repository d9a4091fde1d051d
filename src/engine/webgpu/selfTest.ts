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
 * @throws Error where it could not be tested
 */
export function selfTest(device: Device, shaders: ShaderSources): Promise<string | null> {
  let result = results.get(device);
  if (!result) {
    result = run(device, shaders);
    results.set(device, result);
    // What kept it from being tested may be over the next time.
    result.catch(() => results.delete(device));
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
  const parts = { device, shaders, task: TASKS.adding, data: null };
  const own = await outcomeOf(await WebGpuEngine.create(experiment, parts));
  const expected = await outcomeOf(await createCpuEngine(experiment, { data: null, precision: 'float64' }));
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
}

/** What one step of an engine comes to; the engine is disposed of. */
async function outcomeOf(engine: Engine) {
  try {
    const { parameters: before } = await engine.checkpoint();
    await engine.train(1);
    const { parameters: after } = await engine.checkpoint();
    const [line] = await engine.metrics(0);
    return {
      step: Float64Array.from(before, (value, i) => (after[i] as number) - value),
      loss: line?.loss ?? Number.NaN,
      gradientNorm: line?.gradientNorm ?? Number.NaN,
      pathNorm: line?.pathNormLog2 ?? Number.NaN,
    };
  } finally {
    engine.dispose();
  }
}
