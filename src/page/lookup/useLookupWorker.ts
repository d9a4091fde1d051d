import { useCallback, useEffect, useRef } from 'react';
import { type Started, startWorker } from '../../session/startWorker.ts';
import { loadCode } from '../part/code.ts';
import type { LookupReply, LookupRequest } from './protocol.ts';

/** What is done with a worker's replies; `failed` where it ends by an error. */
export interface Listener {
  readonly onReply: (reply: LookupReply) => void;
  readonly onFailure: (message: string) => void;
}

/** A worker that answers one request at a time: another one, or `cancel`, ends what it is doing. */
export function useLookupWorker() {
  const worker = useRef<Started<LookupRequest> | null>(null);

  const cancel = useCallback((): void => {
    worker.current?.end();
    worker.current = null;
  }, []);

  const ask = useCallback(
    (request: LookupRequest, { onReply, onFailure }: Listener): void => {
      cancel();
      worker.current = startWorker<LookupRequest, LookupReply>({
        start: () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }),
        load: async () => (await loadCode('page/lookup/serve.ts')).serve,
        onAnswer: onReply,
        onFailure,
      });
      worker.current.send(request);
    },
    [cancel],
  );

  useEffect(() => cancel, [cancel]);
  return { ask, cancel };
}
