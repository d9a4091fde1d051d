import type { LaneWorkers } from '../engine/cpu/laneWorkers.ts';

/** What the worker that trains asks of its page: another worker for lanes, which answers at that port; or that worker's end. */
export type LaneWorkerRequest =
  | { readonly type: 'startLanes'; readonly number: number; readonly port: MessagePort }
  | { readonly type: 'endLanes'; readonly number: number };

/** A worker for lanes that ended by itself, or never started. */
export interface LanesEnded {
  readonly type: 'lanesEnded';
  readonly number: number;
  readonly reason: string;
}

/** Starts a worker that answers at the other end of a port; returns what ends it. */
type Start = (port: MessagePort, onEnd: (reason: string) => void) => () => void;

/**
 * Starts a worker for lanes. Only a page does: Firefox leaves about one worker in forty for ever within the start of another.
 * @param port where the worker answers, see `serveLanes`
 * @param onEnd called with the reason where the worker ends by itself, or never starts
 * @returns what ends it
 */
export const startLanes: Start = (port, onEnd) => {
  const worker = new Worker(new URL('./worker/laneWorker.ts', import.meta.url), { type: 'module' });
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    onEnd(event.message || 'it could not be loaded.');
  });
  worker.postMessage(port, [port]);
  return () => worker.terminate();
};

/** Workers for the lanes of a CPU engine in the page: even a lone lane gets one, or the page would have to wait for it. */
export const laneWorkersInPage = (): LaneWorkers => laneWorkers(true, startLanes);

/**
 * Workers for the lanes of a CPU engine in a worker, which its page starts.
 * @param ask sends a request to the page
 * @returns the workers, and what takes the page's answers
 */
export function laneWorkersOfPage(ask: (request: LaneWorkerRequest, handedOver: Transferable[]) => void): {
  readonly workers: LaneWorkers;
  ended(event: LanesEnded): void;
} {
  const running = new Map<number, (reason: string) => void>();
  let started = 0;
  const workers = laneWorkers(false, (port, onEnd) => {
    const number = ++started;
    running.set(number, onEnd);
    ask({ type: 'startLanes', number, port }, [port]);
    return () => {
      running.delete(number);
      ask({ type: 'endLanes', number }, []);
    };
  });
  return { workers, ended: ({ number, reason }) => running.get(number)?.(reason) };
}

const laneWorkers = (evenForOne: boolean, startWorker: Start): LaneWorkers => ({
  threads: navigator.hardwareConcurrency,
  evenForOne,
  start() {
    const { port1: port, port2: other } = new MessageChannel();
    let ended = (_reason: string): void => {};
    const end = startWorker(other, (reason) => ended(reason));
    return {
      post: (call) => port.postMessage(call),
      listen(onAnswer, onEnd) {
        ended = onEnd;
        port.addEventListener('message', ({ data }) => onAnswer(data));
        port.addEventListener('messageerror', () => onEnd('a message could not be read.'));
        port.start();
      },
      terminate() {
        port.close();
        end();
      },
    };
  },
});
