import type { LaneWorkers } from '../engine/cpu/laneWorkers.ts';

/**
 * Workers for the lanes of the CPU engine, from a page or from a worker.
 * @param evenForOne whether a lone lane gets a worker too
 * @returns undefined where there are none: older browsers have them in pages only
 */
export function laneWorkers(evenForOne: boolean): LaneWorkers | undefined {
  if (typeof Worker === 'undefined') return undefined;
  return {
    threads: navigator.hardwareConcurrency,
    evenForOne,
    start() {
      const worker = new Worker(new URL('./laneWorker.ts', import.meta.url), { type: 'module' });
      return {
        post: (call) => worker.postMessage(call),
        listen(onAnswer, onEnd) {
          worker.addEventListener('message', ({ data }) => onAnswer(data));
          worker.addEventListener('messageerror', () => onEnd('a message could not be read.'));
          worker.addEventListener('error', (event) => {
            event.preventDefault();
            onEnd(event.message || 'it could not be loaded.');
          });
        },
        terminate: () => worker.terminate(),
      };
    },
  };
}
