import { parentPort } from 'node:worker_threads';
import { serveLanes } from '../engine/cpu/laneServer.ts';

parentPort?.on(
  'message',
  serveLanes((answer) => parentPort?.postMessage(answer)),
);
