import { STREAM } from '../../experiment/philox.ts';
import type { Lane } from '../../experiment/schema.ts';
import type { Batch, TaskData } from '../../experiment/tasks/index.ts';
import { differences, vectorError } from '../checks/compare.ts';
import { createCpuEngineFor } from '../cpu/engine.ts';
import { loadKernels } from '../cpu/kernels.ts';
import type { Engine, MetricBatch } from '../engine.ts';
import { shapeFor } from '../layout.ts';
import type { ShaderSources } from '../shaders.ts';
import type { Device } from './device.ts';
import { WebGpuEngine, type WebGpuEngineParts } from './engine.ts';
import { tilingFor } from './sizes.ts';
import { type Trial, trialOf } from './trial.ts';

/** Looser than the checks: what a broken driver returns is wrong altogether. */
const TOLERANCE = 1e-3;
/** Of a step, in which an optimizer may divide small gradients by their own size. */
const STEP_TOLERANCE = 1e-2;
/** Steps: the second one has a velocity, squares and states of the first. */
const STEPS = 2;

/** What was tested, by device, shaders and trial, and what it came to. */
const results = new WeakMap<Device, WeakMap<ShaderSources, Map<string, Promise<string | null>>>>();

/**
 * Tests the kernels of an engine that has not trained, once per device and set of kernels, against the CPU engine: drivers exist that
 * return zero gradients without an error. Its batches are compared bit for bit; the rest by a few tiny steps, and an evaluation, of
 * `trialOf`.
 * @returns why they cannot be trusted, or null
 * @throws Error where it could not be tested
 */
export function selfTest(engine: WebGpuEngine, parts: WebGpuEngineParts): Promise<string | null> {
  const { task, data, device, shaders } = parts;
  const tiling = tilingFor(shapeFor(task, engine.experiment, data), device, parts.tiling);
  const trial = trialOf(task, engine.experiment, data, tiling);
  // The batch follows from the sizes.
  const key = JSON.stringify([task.name, task.sizes(data), trial.experiment, trial.tiling, trial.splits]);
  const ofDevice = results.get(device) ?? new WeakMap();
  results.set(device, ofDevice);
  const known = ofDevice.get(shaders) ?? new Map();
  ofDevice.set(shaders, known);
  let result = known.get(key);
  if (!result) {
    result = run(engine, trial, parts);
    known.set(key, result);
    // What kept it from being tested may be over the next time.
    result.catch(() => known.delete(key));
  }
  return result;
}

async function run(engine: WebGpuEngine, trial: Trial, parts: WebGpuEngineParts): Promise<string | null> {
  const wrong = [...(await wrongBatches(engine, parts)), ...(await wrongNumbers(trial, parts))];
  if (wrong.length === 0) return null;
  return `${parts.device.info.name} computes wrongly (${wrong.join(', ')}).`;
}

async function wrongBatches(
  engine: WebGpuEngine,
  { task, data }: { readonly task: WebGpuEngineParts['task']; readonly data: TaskData | null },
): Promise<string[]> {
  const own = await engine.batches();
  const { seed, length, terms } = engine.experiment;
  const settings = { seed, length, terms, data, firstSequence: 0 };
  const { inputs: width } = task.sizes(data);
  const steps = task.steps(engine.experiment);
  const differ = (batch: Batch, stream: (typeof STREAM)[keyof typeof STREAM], step: number): boolean => {
    const count = batch.inputs.length / (steps * width);
    const expected = task.makeBatch({ ...settings, stream, step, batch: count });
    return differences(batch.inputs, expected.inputs) > 0 || differences(batch.targets, expected.targets) > 0;
  };
  return [
    ...(differ(own.training, STREAM.trainingBatch, engine.step + 1) ? ['the training batch'] : []),
    ...(differ(own.heldOut, STREAM.heldOut, 0) ? ['the held-out batch'] : []),
  ];
}

async function wrongNumbers(
  { task, experiment, batch, tiling, splits, mostOperations }: Trial,
  { device, shaders, tiling: chosen }: WebGpuEngineParts,
): Promise<string[]> {
  const kernels = await loadKernels();
  const oracle = createCpuEngineFor(task, experiment, { data: null, precision: 'float32', kernels });
  const parts = { device, shaders, task, data: null, batch, splits, tiling: { ...chosen, ...tiling } };
  const own = await outcomeOf(await WebGpuEngine.create(experiment, parts));
  const cutLanes = lanesOfMostKernels(experiment);
  const cutExperiment = { ...experiment, lanes: cutLanes.map((lane) => experiment.lanes[lane] as Lane) };
  const cut = await outcomeOf(await WebGpuEngine.create(cutExperiment, { ...parts, mostOperations }));
  const expected = await outcomeOf(oracle);
  const error = (numbersOf: (outcome: Outcome) => Numbers): number =>
    vectorError(numbersOf(own), numbersOf(expected));
  /** By matrix and lane, so that a small part that is wrong is seen. */
  const worstPart = (numbersOf: (outcome: Outcome) => Float64Array): number => {
    const { matrices, parameters } = shapeFor(task, experiment);
    const parts = experiment.lanes.flatMap((_, lane) =>
      matrices.map(({ offset, rows, columns }) => {
        const first = lane * parameters + offset;
        return error((outcome) => numbersOf(outcome).subarray(first, first + rows * columns));
      }),
    );
    return Math.max(...parts);
  };
  const column = (name: 'loss' | 'metric' | 'gradientNorm' | 'pathNormLog2') => (outcome: Outcome) =>
    // NaN of a uRNN, which has no paths.
    outcome.metrics.map((line) => (Number.isNaN(line[name]) && name === 'pathNormLog2' ? 0 : line[name]));
  const errors = {
    'the loss': [error(column('loss')), TOLERANCE],
    'the measure': [error(column('metric')), TOLERANCE],
    'the gradient norm': [error(column('gradientNorm')), TOLERANCE],
    'the path norm': [error(column('pathNormLog2')), TOLERANCE],
    'the velocity': [worstPart(({ velocity }) => velocity), STEP_TOLERANCE],
    'the squares': [worstPart(({ squares }) => squares), STEP_TOLERANCE],
    'the step': [worstPart(({ step }) => step), STEP_TOLERANCE],
    'the carried states': [error(({ carried }) => carried), TOLERANCE],
    'the held-out loss': [error(({ heldOut }) => heldOut.map(({ loss }) => loss)), TOLERANCE],
    'the held-out measure': [error(({ heldOut }) => heldOut.map(({ metric }) => metric)), TOLERANCE],
  } satisfies Record<string, readonly [number, number]>;
  const size = cut.step.length / cutLanes.length;
  const differ = cutLanes.filter((lane, index) => {
    const whole = own.step.subarray(lane * size, (lane + 1) * size);
    return differences(cut.step.subarray(index * size, (index + 1) * size), whole) > 0;
  });
  return [
    ...Object.entries(errors)
      .filter(([, [size, allowed]]) => !(size <= allowed))
      .map(([quantity, [size]]) => `${quantity} by ${size.toPrecision(2)}`),
    ...(differ.length > 0 ? ['a step in short dispatches'] : []),
  ];
}

/** Two lanes, or the only one, of which the first runs every kernel that any lane does. */
function lanesOfMostKernels({ lanes }: Trial['experiment']): number[] {
  const kernels = ({ optimizer }: Lane): number => ['path', 'path2'].indexOf(optimizer);
  const byKernels = [...lanes.keys()].sort((a, b) => kernels(lanes[b] as Lane) - kernels(lanes[a] as Lane));
  return byKernels.slice(0, 2);
}

type Numbers = ArrayLike<number>;
type Outcome = Awaited<ReturnType<typeof outcomeOf>>;

/** What a few steps of an engine come to; the engine is disposed of. */
async function outcomeOf(engine: Engine) {
  try {
    const made = await engine.checkpoint();
    // Biases start at zero, which hides what is done to them.
    const size = made.parameters.length / engine.experiment.lanes.length;
    const biased = made.parameters.map((value, i) => value || 0.1 * Math.sin((i % size) + 1));
    const before = { ...made, parameters: biased };
    await engine.restore(before);
    await engine.train(STEPS);
    const after = await engine.checkpoint();
    const metrics: MetricBatch = await engine.metrics(0);
    const { lanes: heldOut } = await engine.evaluate();
    return {
      step: Float64Array.from(before.parameters, (value, i) => (after.parameters[i] as number) - value),
      velocity: Float64Array.from(after.velocity),
      squares: Float64Array.from(after.squares),
      carried: after.carried,
      metrics,
      heldOut,
    };
  } finally {
    engine.dispose();
  }
}
