import type { Host } from './host.ts';
import type { Command, SessionEvent } from './protocol.ts';

/** The page's end of the connection to whatever trains. */
export interface Client {
  send(command: Command): void;
}

/**
 * Milliseconds without an answer after which a worker that prepares a run is taken for stuck. Firefox was seen to leave about one
 * in forty for ever within `new Worker`, by which it starts those of the lanes.
 */
const PATIENCE = 10_000;
/** Workers that may be given up for one run: what is still stuck then is no such accident. */
const MOST_RESTARTS = 3;

/**
 * Starts the worker that trains, and another one where it is stuck. Where workers have no WebGPU but the page has, the page becomes the host itself, by
 * the same protocol; the commands of the run go there again, in their order.
 */
export function connect(onEvent: (event: SessionEvent) => void): Client {
  let pageHost: Promise<Host> | null = null;
  /** Commands since the last `create`. */
  let commands: Command[] = [];
  let run = 0;
  /** Whether the worker prepares the run: a run that trains may have steps that take long. */
  let preparing = false;
  let restarts = 0;
  let patience: ReturnType<typeof setTimeout> | undefined;
  const failed = (message: string): void =>
    onEvent({ type: 'failed', run, message: `${message} Reload the page to start again.` });
  let worker = start();

  function start(): Worker {
    const started = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    started.addEventListener('message', ({ data: event }: MessageEvent<SessionEvent | null>) => {
      if (event !== null) preparing = event.type === 'preparing';
      if (preparing) watch();
      else clearTimeout(patience);
      if (event?.type === 'refused') trainInPage();
      else if (event !== null) onEvent(event);
    });
    started.addEventListener('error', (event) => {
      failed(`The training worker stopped${event.message ? `: ${event.message}` : ''}.`);
    });
    started.addEventListener('messageerror', () =>
      failed('A message of the training worker could not be read.'),
    );
    return started;
  }

  /** Asks the worker whether it still answers, which it does while it waits for data or a compilation. */
  function watch(): void {
    clearTimeout(patience);
    patience = setTimeout(() => {
      worker.postMessage(null);
      patience = setTimeout(restart, PATIENCE);
    }, PATIENCE / 2);
  }

  function restart(): void {
    if (restarts >= MOST_RESTARTS) return;
    restarts++;
    worker.terminate();
    worker = start();
    for (const command of commands) worker.postMessage(command);
    watch();
  }

  function trainInPage(): void {
    if (pageHost) return;
    clearTimeout(patience);
    worker.terminate();
    pageHost = import('./host.ts').then(({ createHost }) =>
      createHost({ gpu: navigator.gpu, post: onEvent, mayRefuse: false }),
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
        restarts = 0;
      }
      if (pageHost) {
        void pageHost.then((host) => host.receive(command));
      } else {
        commands.push(command);
        worker.postMessage(command);
        if (command.type === 'create') {
          preparing = true;
          watch();
        }
      }
    },
  };
}
