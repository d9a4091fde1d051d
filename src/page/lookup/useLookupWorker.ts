import { useCallback, useEffect, useRef } from 'react';
import type { LookupReply, LookupRequest } from './protocol.ts';

/** What is done with a worker's replies; `failed` where it ends by an error. */
export interface Listener {
  readonly onReply: (reply: LookupReply) => void;
  readonly onFailure: (message: string) => void;
}

/** A worker that answers one request at a time: another one, or `cancel`, ends what it is doing. */
export function useLookupWorker() {
  const worker = useRef<Worker | null>(null);

  const cancel = useCallback((): void => {
    worker.current?.terminate();
    worker.current = null;
  }, []);

  const ask = useCallback(
    (request: LookupRequest, { onReply, onFailure }: Listener): void => {
      cancel();
      const made = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
      worker.current = made;
      made.addEventListener('message', ({ data }: MessageEvent<LookupReply>) => {
        // What was on its way when the worker was ended.
        if (worker.current === made) onReply(data);
      });
      made.addEventListener('error', (event) => {
        event.preventDefault();
        if (worker.current === made) onFailure(event.message || 'The computation could not be started.');
      });
      made.postMessage(request);
    },
    [cancel],
  );

  useEffect(() => cancel, [cancel]);
  return { ask, cancel };
}
