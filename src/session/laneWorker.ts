import { type Call, serveLanes } from '../engine/cpu/laneServer.ts';

declare const self: DedicatedWorkerGlobalScope;

const serve = serveLanes((answer) => self.postMessage(answer));

self.addEventListener('message', ({ data }: MessageEvent<Call>) => serve(data));
