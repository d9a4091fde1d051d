import os from 'node:os';
import { loadGpu } from '../src/cli/gpu.ts';
import {
  createOwn,
  describeShape,
  formatTables,
  kindOf,
  measure,
  type Own,
  type ShapeTimings,
} from '../src/engine/benchmark.ts';
import { NoAdapterError } from '../src/engine/engine.ts';
import type { ShaderSources } from '../src/engine/shaders.ts';
import { isPeer } from './contestant.ts';
import type { MeasureSettings } from './options.ts';

const MILLISECONDS = 1000;

/** "2 cores (AMD EPYC)". */
export const describeProcessor = (): string =>
  `${os.availableParallelism()} cores (${os.cpus()[0]?.model.trim() || 'unknown'})`;

/**
 * Measures this project's contestants in this process, WebGPU through Dawn, and prints the tables.
 * @throws NoAdapterError where WebGPU is to be measured and there is none
 */
export async function benchInNode(settings: MeasureSettings, shaders: ShaderSources): Promise<void> {
  const names = settings.names.filter((name) => !isPeer(name));
  const needsGpu = names.some((name) => kindOf(name) === 'webgpu');
  const { gpu, problem } = needsGpu ? await loadGpu() : { gpu: undefined, problem: null };
  if (problem !== null) throw new NoAdapterError(problem);

  const results: ShapeTimings[] = [];
  let adapter = '';
  for (const shape of settings.shapes) {
    process.stderr.write(`${describeShape(shape)}\n`);
    const owns: Own[] = [];
    try {
      for (const name of names) {
        const own = await createOwn(name, shape, { gpu, shaders });
        owns.push(own);
        if (own.info.kind === 'webgpu') adapter = `, WebGPU on ${own.info.name}`;
      }
      const timings = await measure(
        owns.map(({ contestant }) => contestant),
        {
          pairs: settings.pairs,
          milliseconds: settings.milliseconds ?? MILLISECONDS,
          onProgress: (done, total, current) =>
            process.stderr.write(`${done} of ${total} pairs; ${current}\n`),
        },
      );
      results.push({ shape, timings });
    } finally {
      for (const own of owns) own.dispose();
    }
  }
  const context = `Node ${process.versions.node}${adapter}, ${describeProcessor()}; medians of ${settings.pairs} interleaved pairs.`;
  process.stdout.write(`${formatTables(context, results)}\n`);
}
