import { type BenchmarkEvent, type BenchmarkSettings, runBenchmark } from './benchmark.ts';
import type { Serve } from './startWorker.ts';

/** What the worker does with settings: a benchmark. Older browsers have WebGPU in pages only. */
export const serve: Serve<BenchmarkSettings, BenchmarkEvent> = (settings, post) =>
  runBenchmark(settings, (navigator as { readonly gpu?: GPU }).gpu, post);
