import { createCpuEngineFor } from '../../src/engine/cpu/engine.ts';
import { createCpuEngine } from '../../src/engine/cpu/index.ts';
import type { Precision } from '../../src/engine/cpu/precision.ts';
import type { Engine, ScaledArray } from '../../src/engine/engine.ts';
import { type Shape, shapeFor } from '../../src/engine/layout.ts';
import { randomWords, STREAM, uniformFromWord } from '../../src/experiment/philox.ts';
import {
  defaultExperiment,
  defaultLane,
  type Experiment,
  type Lane,
  type OptimizerName,
} from '../../src/experiment/schema.ts';
import { type Batch, TASKS, type Task } from '../../src/experiment/tasks/index.ts';

/** An experiment on the adding problem with short sequences unless said otherwise. */
export function experimentOf(changes: Partial<Experiment>): Experiment {
  return { ...defaultExperiment(), length: 5, hidden: 4, batch: 3, lanes: [laneOf('path')], ...changes };
}

/** What the CPU engine computes in. */
export const ARITHMETICS = {
  'float32, WebAssembly': { precision: 'float32', webAssembly: true },
  'float32, TypeScript': { precision: 'float32', webAssembly: false },
  'float64, TypeScript': { precision: 'float64', webAssembly: false },
} as const;

export type Arithmetic = keyof typeof ARITHMETICS;

export const ALL_ARITHMETICS = Object.keys(ARITHMETICS) as Arithmetic[];
export const SINGLE_ARITHMETICS = ['float32, WebAssembly', 'float32, TypeScript'] as const;

/** A CPU engine on a task without data that computes in just that. */
export async function cpuEngine(experiment: Experiment, arithmetic: Arithmetic): Promise<Engine> {
  const engine = await createCpuEngine(experiment, { data: null, ...ARITHMETICS[arithmetic] });
  if (engine.info.name !== arithmetic) throw new Error(`asked for ${arithmetic}, got ${engine.info.name}`);
  return engine;
}

/** A lane with its defaults at length 20, whatever the experiment's length. */
export const laneOf = (optimizer: OptimizerName, changes: Partial<Lane> = {}): Lane => ({
  ...defaultLane(optimizer, defaultExperiment()),
  ...changes,
});

/** A task of random numbers: every combination of loss and readout, before there is a real task for each. */
export function noiseTask(loss: Task['loss'], readout: Task['readout'], inputs = 3, outputs = 2): Task {
  return {
    ...TASKS.adding,
    name: `noise-${loss}-${readout}`,
    loss,
    readout,
    sizes: () => ({ inputs, outputs }),
    measure: () =>
      loss === 'squared'
        ? { kind: 'within', tolerance: 0.5, label: 'within 0.5' }
        : { kind: 'accuracy', firstStep: 2, label: 'right' },
    heldOutSequences: () => 7,
    makeBatch({ seed, stream, step, batch, firstSequence, length }): Batch {
      const random = uniforms(seed, stream, step * 1000 + firstSequence);
      const rows = (readout === 'last' ? 1 : length) * batch;
      return {
        inputs: Float32Array.from({ length: length * batch * inputs }, random),
        targets:
          loss === 'squared'
            ? Float32Array.from({ length: rows * outputs }, random)
            : Uint32Array.from({ length: rows }, () => Math.floor(random() * outputs)),
      };
    },
  };
}

/** Uniform numbers from a seed. */
export function uniforms(seed: number, stream = STREAM.sampling as number, step = 0): () => number {
  const words = new Uint32Array(4);
  let element = 0;
  return () => {
    randomWords(seed, stream as typeof STREAM.sampling, step, element++, words);
    return uniformFromWord(words[0] as number);
  };
}

/** Parameters with biases that are not zero: Gaussian-like weights at the usual scale times `scale`. */
export function randomParameters(shape: Shape, seed: number, scale = 1): Float64Array {
  const random = uniforms(seed);
  const parameters = new Float64Array(shape.parameters);
  for (const { offset, rows, columns } of shape.matrices) {
    const bound = scale * Math.sqrt(3 / columns);
    for (let i = offset; i < offset + rows * columns; i++) parameters[i] = bound * (2 * random() - 1);
  }
  return parameters;
}

/** A fresh engine of one task with its lanes at the given parameters [parameters]. */
export async function engineAt(
  task: Task,
  experiment: Experiment,
  parameters: Float64Array,
  precision: Precision = 'float64',
  kernels: WebAssembly.Module | null = null,
): Promise<Engine> {
  const engine = createCpuEngineFor(task, experiment, { data: null, precision, kernels });
  await setParameters(engine, parameters);
  return engine;
}

/** Puts every lane of an engine at the given parameters, before its first step. */
export async function setParameters(engine: Engine, parameters: Float64Array): Promise<void> {
  const checkpoint = await engine.checkpoint();
  const pooled = new Float64Array(checkpoint.parameters.length);
  for (let at = 0; at < pooled.length; at += parameters.length) pooled.set(parameters, at);
  const velocity = new Float64Array(pooled.length);
  const stoppedAt = new Uint32Array(checkpoint.stoppedAt.length);
  await engine.restore({ ...checkpoint, step: 0, parameters: pooled, velocity, stoppedAt });
}

/** The values of scaled numbers that fit in float64. */
export const valuesOf = ({ data, log2 }: ScaledArray): number[] =>
  Array.from(data, (value, index) => {
    const exponent =
      typeof log2 === 'number' ? log2 : (log2[Math.floor(index / (data.length / log2.length))] ?? 0);
    return value * 2 ** exponent;
  });

/** kappa of all matrices in one row, in the order of the parameters. */
export const pooled = (kappa: readonly ScaledArray[]): number[] => kappa.flatMap(valuesOf);

/** Largest relative difference of two rows; numbers of both that are 0 agree. */
export function relativeError(actual: readonly number[], expected: readonly number[]): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  for (const [index, value] of actual.entries()) {
    const wanted = expected[index] as number;
    if (value === wanted) continue;
    const error = Math.abs(value - wanted) / Math.abs(wanted);
    worst = Math.max(error, worst);
  }
  return worst;
}

/** Outputs [scored steps][outputs] of sequence b of a batch, from zero states. */
export const plainOutputs = (
  shape: Shape,
  parameters: ArrayLike<number>,
  inputs: Float32Array,
  batch: number,
  b: number,
): number[][] => plainRun(shape, parameters, inputs, batch, b).outputs;

/**
 * The network written out plainly, one sequence at a time.
 * @param initial states before the first step, [layers][hidden]; zero where they are not given
 * @returns outputs [scored steps][outputs] and the last states [layers][hidden] of sequence b of a batch
 */
export function plainRun(
  shape: Shape,
  parameters: ArrayLike<number>,
  inputs: Float32Array,
  batch: number,
  b: number,
  activation: (z: number) => number = (z) => Math.max(0, z),
  initial?: readonly number[][],
): { outputs: number[][]; states: number[][] } {
  const at = (name: string, row: number, column: number): number => {
    const matrix = shape.matrices.find((candidate) => candidate.name === name);
    if (!matrix) throw new Error(`no matrix ${name}`);
    return parameters[matrix.offset + row * matrix.columns + column] as number;
  };
  const units = [...new Array(shape.hidden).keys()];
  let states = Array.from({ length: shape.layers }, (_, layer) => initial?.[layer] ?? units.map(() => 0));
  const outputs: number[][] = [];
  for (let t = 0; t < shape.length; t++) {
    let below = Array.from(
      { length: shape.inputs },
      (_, k) => inputs[(t * batch + b) * shape.inputs + k] as number,
    );
    states = states.map((before, layer) => {
      below = units.map((j) => {
        const input = below.reduce((sum, x, k) => sum + at(`W_in.${layer + 1}`, j, k) * x, 0);
        const recurrent = shape.recurrent
          ? before.reduce((sum, h, k) => sum + at(`W_rec.${layer + 1}`, j, k) * h, 0)
          : 0;
        return activation(input + recurrent + at(`b.${layer + 1}`, j, 0));
      });
      return below;
    });
    if (t < shape.scoredFrom) continue;
    const top = below;
    outputs.push(
      Array.from({ length: shape.outputs }, (_, o) =>
        top.reduce((sum, h, k) => sum + at('W_out', o, k) * h, at('b_out', o, 0)),
      ),
    );
  }
  return { outputs, states };
}

export { shapeFor };
