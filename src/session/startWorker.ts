import { messageOf } from '../engine/engine.ts';

/**
 * What a worker does with a message.
 * @param post sends an answer. What takes long waits for it: in a page, that lets the page draw, and ends the work where nobody
 *   wants it any more
 */
export type Serve<Request, Answer> = (
  request: Request,
  post: (answer: Answer) => void | Promise<void>,
) => void | Promise<void>;

/** What goes from the worker to the page: an answer, or why there is none. */
type Message<Answer> = { readonly answer: Answer } | { readonly failure: string };

interface Start<Request, Answer> {
  /** Makes the worker, whose script calls `serveInWorker`. */
  readonly start: () => Worker;
  /** Loads what that script serves, where the browser starts no worker. */
  readonly load: () => Promise<Serve<Request, Answer>>;
  readonly onAnswer: (answer: Answer) => void;
  /** Called once at most, with a sentence for the visitor; after that nothing comes. */
  readonly onFailure: (message: string) => void;
}

/** A worker that was started, or what stands in for it. */
export interface Started<Request> {
  send(request: Request): void;
  /** Ends it at once; then nothing more is called. */
  end(): void;
}

/** Thrown into work in the page that nobody wants any more. */
class EndedError extends Error {}

/**
 * Starts a worker. Where the browser starts none (a frame that is kept apart, a script that cannot be loaded), the page does the same
 * work itself, less smoothly.
 */
export function startWorker<Request, Answer>({
  start,
  load,
  onAnswer,
  onFailure,
}: Start<Request, Answer>): Started<Request> {
  let worker: Worker | null = null;
  let inPage: Promise<Serve<Request, Answer>> | null = null;
  let ended = false;
  let answered = false;
  /** What the worker was sent before its first answer. */
  const sent: Request[] = [];

  const end = (): void => {
    ended = true;
    worker?.terminate();
  };
  const fail = (message: string): void => {
    if (ended) return;
    end();
    onFailure(message);
  };
  const post = (answer: Answer): Promise<void> => {
    if (ended) throw new EndedError();
    onAnswer(answer);
    const breath = new Promise<void>((resolve, reject) => {
      setTimeout(() => (ended ? reject(new EndedError()) : resolve()));
    });
    // Not everybody waits for it.
    breath.catch(() => {});
    return breath;
  };
  /** One request after another, as a worker takes its messages. */
  let queue: Promise<void> = Promise.resolve();
  const serveInPage = (request: Request): void => {
    inPage ??= load();
    const serving = inPage;
    queue = queue
      .then(async () => {
        const serve = await serving;
        // Whoever asked for it can show that it is under way.
        await new Promise((resolve) => setTimeout(resolve));
        if (!ended) await serve(request, post);
      })
      .catch((error: unknown) => {
        if (!(error instanceof EndedError)) fail(messageOf(error));
      });
  };
  const goOnInPage = (): void => {
    worker?.terminate();
    worker = null;
    for (const request of sent.splice(0)) serveInPage(request);
  };

  try {
    worker = start();
    worker.addEventListener('message', ({ data }: MessageEvent<Message<Answer>>) => {
      if (ended) return;
      answered = true;
      sent.length = 0;
      if ('failure' in data) fail(data.failure);
      else onAnswer(data.answer);
    });
    worker.addEventListener('messageerror', () => fail('What the worker found could not be handed over.'));
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      if (ended || worker === null) return;
      // A worker that cannot be loaded says nothing.
      if (!answered && !event.message) goOnInPage();
      else fail(event.message || 'The worker stopped: it may have run out of memory.');
    });
  } catch {
    // Refused at once.
  }
  return {
    send(request) {
      if (ended) return;
      if (worker === null) serveInPage(request);
      else {
        if (!answered) sent.push(request);
        worker.postMessage(request);
      }
    },
    end,
  };
}

/** Has a worker answer messages: the other side of `startWorker`. */
export function serveInWorker<Request, Answer>(serve: Serve<Request, Answer>): void {
  const scope = self as unknown as DedicatedWorkerGlobalScope;
  scope.addEventListener('message', ({ data }: MessageEvent<Request>) => {
    const post = (message: Message<Answer>): void => scope.postMessage(message);
    void (async () => serve(data, (answer) => post({ answer })))().catch((error: unknown) =>
      post({ failure: messageOf(error) }),
    );
  });
}
