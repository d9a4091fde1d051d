import { createHost } from './host.ts';
import { type Command, transferablesOf } from './protocol.ts';

declare const self: DedicatedWorkerGlobalScope;

const host = createHost({
  // Older browsers have WebGPU in pages only.
  gpu: (self.navigator as { readonly gpu?: GPU }).gpu,
  post: (event) => self.postMessage(event, transferablesOf(event)),
  mayRefuse: true,
});

self.addEventListener('message', (message: MessageEvent<Command>) => host.receive(message.data));
