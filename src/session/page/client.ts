import { messageOf } from '../../engine/engine.ts';
import { type LanesEnded, type LaneWorkerRequest, laneWorkersInPage, startLanes } from '../laneWorkers.ts';
import type { Command, SessionEvent } from '../protocol.ts';
import type { Host } from '../worker/host.ts';

/** What trains has ended by itself: the run is gone, and what is sent next makes another worker. */
export interface EndedEvent {
  readonly type: 'ended';
  /** In a sentence. */
  readonly reason: string;
}

export type ClientEvent = SessionEvent | EndedEvent;

/** The page's end of the connection to whatever trains. */
export interface Client {
  send(command: Command): void;
}

/** Starts something that trains; returns its end of the connection, or throws where that is not allowed. */
export type Connect = (onEvent: (event: ClientEvent) => void) => Client;

/**
 * Starts the worker that trains, and the workers for lanes that it asks for. Where the browser allows no worker, or it
 * cannot be loaded, or only the page has WebGPU, the page becomes the host itself, by the same protocol.
 */
export const connect: Connect = (onEvent) => {
  let host: Host | null = null;
  let inPage = false;
  /** What the host has not begun with: another one gets it where this one hands it back. */
  let pending: readonly Command[] = [];

  const noteCommand = (command: Command): void => {
    // A new run ends the one before.
    if (command.type === 'create') pending = pending.filter(({ type }) => type === 'read');
    pending = [...pending, command];
  };
  const noteEvent = (event: SessionEvent): void => {
    pending = pending.filter((command) => {
      if (command.type === 'read') return event.type !== 'read' || event.number !== command.ownText.number;
      return event.type === 'read' || !('run' in command) || command.run !== event.run;
    });
  };
  const trainInPage = (): void => {
    inPage = true;
    host = hostInPage(onEvent);
    for (const command of pending) host.receive(command);
    pending = [];
  };
  const trainInWorker = (): void => {
    const worker = workerHost((event) => {
      if (event.type === 'refused' || (event.type === 'ended' && event.never)) {
        worker.end();
        trainInPage();
        return;
      }
      if (event.type === 'ended') {
        host = null;
        pending = [];
      } else noteEvent(event);
      onEvent(event);
    });
    host = worker;
    for (const command of pending) worker.receive(command);
  };

  return {
    send(command) {
      if (!inPage) noteCommand(command);
      if (host) {
        host.receive(command);
        return;
      }
      try {
        trainInWorker();
      } catch {
        // In a frame without an origin, for one.
        trainInPage();
      }
    },
  };
};

/** A worker that trains. `never`: it ended before it said anything, so that nothing is lost. */
type WorkerEvent = SessionEvent | (EndedEvent & { readonly never: boolean });

/** @throws where the browser allows no worker */
function workerHost(post: (event: WorkerEvent) => void): Host & { end(): void } {
  const worker = new Worker(new URL('../worker/worker.ts', import.meta.url), { type: 'module' });
  /** What ends each of the workers for lanes. */
  const lanes = new Map<number, () => void>();
  let answered = false;
  let over = false;

  const end = (): void => {
    over = true;
    worker.terminate();
    for (const endLane of lanes.values()) endLane();
    lanes.clear();
  };
  const fail = (reason: string): void => {
    if (over) return;
    end();
    post({ type: 'ended', reason, never: !answered });
  };

  worker.addEventListener('message', ({ data }: MessageEvent<SessionEvent | LaneWorkerRequest>) => {
    if (over) return;
    answered = true;
    if (data.type === 'startLanes') {
      const { number, port } = data;
      const ended = (reason: string): void =>
        worker.postMessage({ type: 'lanesEnded', number, reason } satisfies LanesEnded);
      try {
        lanes.set(number, startLanes(port, ended));
      } catch (error) {
        ended(messageOf(error));
      }
    } else if (data.type === 'endLanes') {
      lanes.get(data.number)?.();
      lanes.delete(data.number);
    } else post(data);
  });
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    fail(`The training worker stopped${event.message ? `: ${event.message}` : ''}.`);
  });
  worker.addEventListener('messageerror', () => fail('A message of the training worker could not be read.'));
  return { receive: (command) => worker.postMessage(command), end };
}

/** Training in the page itself, loaded when it is needed. */
function hostInPage(post: (event: ClientEvent) => void): Host {
  const { gpu } = navigator as { readonly gpu?: GPU };
  const loading = import('../worker/host.ts').then(({ createHost }) =>
    createHost({ gpu, post, mayRefuse: false, laneWorkers: laneWorkersInPage() }),
  );
  return {
    receive(command) {
      loading.then(
        (host) => host.receive(command),
        (error: unknown) => {
          if (!('run' in command)) return;
          const message = `What trains could not be loaded (${messageOf(error)}). Reload the page to start again.`;
          post({ type: 'failed', run: command.run, message });
        },
      );
    },
  };
}
