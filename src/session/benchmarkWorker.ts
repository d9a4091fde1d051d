import { type BenchmarkSettings, runBenchmark } from './benchmark.ts';

declare const self: DedicatedWorkerGlobalScope;

self.addEventListener('message', ({ data }: MessageEvent<BenchmarkSettings>) => {
  // Older browsers have WebGPU in pages only.
  const { gpu } = self.navigator as { readonly gpu?: GPU };
  void runBenchmark(data, gpu, (event) => self.postMessage(event)).catch((error: unknown) => {
    // An error that nobody catches reaches the page as the worker's.
    queueMicrotask(() => {
      throw error;
    });
  });
});
