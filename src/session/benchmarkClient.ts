import type { BenchmarkEvent, BenchmarkSettings } from './benchmark.ts';

/**
 * Starts a benchmark in a worker of its own, which leaves the page responsive.
 * @param onFailure called once where it ended before its end, with the reason
 * @returns what stops it at once; then nothing more is called
 */
export function startBenchmark(
  settings: BenchmarkSettings,
  onEvent: (event: BenchmarkEvent) => void,
  onFailure: (message: string) => void,
): () => void {
  const worker = new Worker(new URL('./benchmarkWorker.ts', import.meta.url), { type: 'module' });
  worker.addEventListener('message', ({ data }: MessageEvent<BenchmarkEvent>) => {
    if (data.type === 'done') worker.terminate();
    onEvent(data);
  });
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    worker.terminate();
    onFailure(event.message || 'The worker could not be started.');
  });
  worker.postMessage(settings);
  return () => worker.terminate();
}
