import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { LaneWorkers } from '../engine/cpu/laneWorkers.ts';

/** Threads of Node for the lanes of the CPU engine. */
export const laneWorkers: LaneWorkers = {
  threads: availableParallelism(),
  evenForOne: false,
  start() {
    const worker = new Worker(new URL('./laneWorker.mjs', import.meta.url));
    return {
      post: (call) => worker.postMessage(call),
      listen(onAnswer, onEnd) {
        worker.on('message', onAnswer);
        worker.on('messageerror', ({ message }) => onEnd(message));
        worker.on('error', ({ message }) => onEnd(message));
        worker.on('exit', (code) => onEnd(`it exited with code ${code}.`));
      },
      terminate: () => void worker.terminate(),
    };
  },
};
