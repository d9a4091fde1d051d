import { createHost } from './host.ts';
import { type Command, transferablesOf } from './protocol.ts';

declare const self: DedicatedWorkerGlobalScope;

const host = createHost({
  // Older browsers have WebGPU in pages only.
  gpu: (self.navigator as { readonly gpu?: GPU }).gpu,
  post: (event) => self.postMessage(event, transferablesOf(event)),
  mayRefuse: true,
});

// Null asks whether the worker still answers: see `connect`.
self.addEventListener('message', ({ data }: MessageEvent<Command | null>) => {
  if (data === null) self.postMessage(null);
  else host.receive(data);
});
