import { type LanesEnded, type LaneWorkerRequest, laneWorkersInPage, startLanes } from '../laneWorkers.ts';
import type { Command, SessionEvent } from '../protocol.ts';
import type { Host } from '../worker/host.ts';

/** The page's end of the connection to whatever trains. */
export interface Client {
  send(command: Command): void;
}

/**
 * Starts the worker that trains, and the workers for lanes that it asks for. Where workers have no WebGPU but the page has, the page
 * becomes the host itself, by the same protocol; the commands of the run go there again, in their order.
 */
export function connect(onEvent: (event: SessionEvent) => void): Client {
  const worker = new Worker(new URL('../worker/worker.ts', import.meta.url), { type: 'module' });
  let pageHost: Promise<Host> | null = null;
  /** Commands since the last `create`. */
  let commands: Command[] = [];
  let run = 0;
  const failed = (message: string): void =>
    onEvent({ type: 'failed', run, message: `${message} Reload the page to start again.` });
  /** What ends each of the workers for lanes. */
  const lanes = new Map<number, () => void>();

  worker.addEventListener('message', ({ data }: MessageEvent<SessionEvent | LaneWorkerRequest>) => {
    if (data.type === 'startLanes') {
      const { number, port } = data;
      const ended = (reason: string): void =>
        worker.postMessage({ type: 'lanesEnded', number, reason } satisfies LanesEnded);
      lanes.set(number, startLanes(port, ended));
    } else if (data.type === 'endLanes') {
      lanes.get(data.number)?.();
      lanes.delete(data.number);
    } else if (data.type === 'refused') trainInPage();
    else onEvent(data);
  });
  worker.addEventListener('error', (event) => {
    failed(`The training worker stopped${event.message ? `: ${event.message}` : ''}.`);
  });
  worker.addEventListener('messageerror', () =>
    failed('A message of the training worker could not be read.'),
  );

  function trainInPage(): void {
    if (pageHost) return;
    worker.terminate();
    pageHost = import('../worker/host.ts').then(({ createHost }) =>
      createHost({ gpu: navigator.gpu, post: onEvent, mayRefuse: false, laneWorkers: laneWorkersInPage() }),
    );
    const missed = commands;
    void pageHost.then((host) => {
      for (const command of missed) host.receive(command);
    });
  }

  return {
    send(command) {
      if (command.type === 'create') {
        commands = [];
        run = command.run;
      }
      if (pageHost) {
        void pageHost.then((host) => host.receive(command));
      } else {
        commands.push(command);
        worker.postMessage(command);
      }
    },
  };
}
