import { type LanesEnded, laneWorkersOfPage } from '../laneWorkers.ts';
import { type Command, transferablesOf } from '../protocol.ts';
import { createHost } from './host.ts';

declare const self: DedicatedWorkerGlobalScope;

const lanes = laneWorkersOfPage((request, handedOver) => self.postMessage(request, handedOver));

const host = createHost({
  // Older browsers have WebGPU in pages only.
  gpu: (self.navigator as { readonly gpu?: GPU }).gpu,
  post: (event) => self.postMessage(event, transferablesOf(event)),
  mayRefuse: true,
  laneWorkers: lanes.workers,
});

self.addEventListener('message', ({ data }: MessageEvent<Command | LanesEnded>) => {
  if (data.type === 'lanesEnded') lanes.ended(data);
  else host.receive(data);
});
