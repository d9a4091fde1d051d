import { eigenvalues } from './eigenvalues.ts';

declare const self: DedicatedWorkerGlobalScope;

self.addEventListener('message', ({ data }: MessageEvent<{ values: Float64Array; size: number }>) => {
  self.postMessage(eigenvalues(data.values, data.size));
});
