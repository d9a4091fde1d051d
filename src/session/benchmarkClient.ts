import type { BenchmarkEvent, BenchmarkSettings } from './benchmark.ts';
import { startWorker } from './startWorker.ts';

/**
 * Starts a benchmark in a worker of its own, which leaves the page responsive; in the page where the browser starts none.
 * @param onFailure called once where it ended before its end, with the reason
 * @returns what stops it at once; then nothing more is called
 */
export function startBenchmark(
  settings: BenchmarkSettings,
  onEvent: (event: BenchmarkEvent) => void,
  onFailure: (message: string) => void,
): () => void {
  const worker = startWorker<BenchmarkSettings, BenchmarkEvent>({
    start: () => new Worker(new URL('./benchmarkWorker.ts', import.meta.url), { type: 'module' }),
    load: async () => (await import('./serveBenchmark.ts')).serve,
    onAnswer: (event) => {
      if (event.type === 'done') worker.end();
      onEvent(event);
    },
    onFailure,
  });
  worker.send(settings);
  return worker.end;
}
