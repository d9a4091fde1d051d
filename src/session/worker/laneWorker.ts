import { type Call, serveLanes } from '../../engine/cpu/laneServer.ts';

declare const self: DedicatedWorkerGlobalScope;

/** The only message of the page is the port at which whoever trains asks. */
self.addEventListener('message', ({ data: port }: MessageEvent<MessagePort>) => {
  const serve = serveLanes((answer) => port.postMessage(answer));
  port.addEventListener('message', ({ data }: MessageEvent<Call>) => serve(data));
  port.start();
});
