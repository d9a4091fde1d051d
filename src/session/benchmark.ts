import {
  type BenchmarkShape,
  createOwn,
  describeShape,
  kindOf,
  measure,
  type Own,
  type OwnName,
  type ShapeTimings,
} from '../engine/benchmark.ts';
import { type EngineInfo, NoAdapterError, ShapeTooLargeError } from '../engine/engine.ts';
import { deviceOf } from '../engine/webgpu/device.ts';
import { shaders } from './shaders.ts';

/** What a benchmark in a visitor's browser measures. */
export interface BenchmarkSettings {
  /** Null: the lengths that suit the adapter. */
  readonly lengths: readonly number[] | null;
  readonly hidden: number;
  readonly batch: number;
  readonly pairs: number;
  /** Of one measurement. */
  readonly milliseconds: number;
}

export const DEFAULT_SETTINGS: BenchmarkSettings = {
  lengths: null,
  hidden: 100,
  batch: 32,
  pairs: 5,
  milliseconds: 1000,
};

const GPU_LENGTHS = [100, 400, 750];
/** A software adapter, or the CPU engine alone, would take many minutes for the others. */
const SOFTWARE_LENGTHS = [50, 100];

const NAMES: readonly OwnName[] = ['webgpu-sgd', 'webgpu-path', 'webgpu-8-lanes', 'cpu-sgd', 'cpu-path'];

/** What a benchmark tells while it runs. */
export type BenchmarkEvent =
  | { readonly type: 'adapter'; readonly adapter: EngineInfo }
  /** Something is left out, and why, in a sentence. */
  | { readonly type: 'note'; readonly note: string }
  /** `done` of `total` parts, and what comes next. */
  | { readonly type: 'progress'; readonly done: number; readonly total: number; readonly current: string }
  | { readonly type: 'result'; readonly result: ShapeTimings }
  | { readonly type: 'done' };

/**
 * Measures this project's engines, one shape after another. Without WebGPU the CPU engine is measured alone.
 * @param gpu `navigator.gpu`; undefined where there is none
 */
export async function runBenchmark(
  { lengths, hidden, batch, pairs, milliseconds }: BenchmarkSettings,
  gpu: GPU | undefined,
  post: (event: BenchmarkEvent) => void,
): Promise<void> {
  let names = NAMES;
  let software = true;
  const leaveOutWebGpu = (reason: string): void => {
    names = names.filter((name) => kindOf(name) !== 'webgpu');
    post({ type: 'note', note: `${reason} Only the CPU engine is measured.` });
  };
  try {
    const { info } = await deviceOf(gpu);
    software = info.software;
    post({ type: 'adapter', adapter: info });
  } catch (error) {
    if (!(error instanceof NoAdapterError)) throw error;
    leaveOutWebGpu(error.message);
  }

  /** The engine of a name, or null where it cannot take part. */
  const create = async (name: OwnName, shape: BenchmarkShape): Promise<Own | null> => {
    if (!names.includes(name)) return null;
    try {
      return await createOwn(name, shape, { gpu, shaders });
    } catch (error) {
      if (error instanceof NoAdapterError) leaveOutWebGpu(error.message);
      else if (error instanceof ShapeTooLargeError) {
        post({ type: 'note', note: `${name} is left out at ${describeShape(shape)}: ${error.message}` });
      } else throw error;
      return null;
    }
  };

  const shapes = (lengths ?? (software ? SOFTWARE_LENGTHS : GPU_LENGTHS)).map((length) => ({
    length,
    hidden,
    batch,
  }));
  for (const [index, shape] of shapes.entries()) {
    const owns: Own[] = [];
    try {
      for (const name of NAMES) {
        const own = await create(name, shape);
        if (own) owns.push(own);
      }
      const contestants = owns.map(({ contestant }) => contestant);
      const timings = await measure(
        contestants.filter(
          ({ reference }) => reference === null || contestants.some(({ name }) => name === reference),
        ),
        {
          pairs,
          milliseconds,
          onProgress: (done, total, current) =>
            post({
              type: 'progress',
              done: index + done / total,
              total: shapes.length,
              current: `Length ${shape.length}: ${current}`,
            }),
        },
      );
      post({ type: 'result', result: { shape, timings } });
    } finally {
      for (const own of owns) own.dispose();
    }
  }
  post({ type: 'done' });
}
