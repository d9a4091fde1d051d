import { useCallback, useEffect, useRef, useState } from 'react';
import { type Started, startWorker } from '../../session/startWorker.ts';
import { loadCode } from '../part/code.ts';
import type { Event, Request } from './work.ts';

/** How a piece of work stands. */
export interface Work {
  readonly busy: boolean;
  readonly progress: { readonly text: string; readonly fraction: number | null } | null;
  /** Whether the last one was given up. */
  readonly cancelled: boolean;
  /** Why the last one came to nothing, or null. */
  readonly problem: string | null;
  /** Starts in a worker of its own; what is under way is given up. */
  readonly start: (request: Omit<Request, 'base'>) => void;
  /** What is under way is given up. */
  readonly cancel: () => void;
}

const IDLE = { busy: false, progress: null, cancelled: false, problem: null } as const;

/**
 * One piece of work at a time, off the page's thread.
 * @param receive told of everything but progress and the end
 */
export function useWork(receive: (event: Event) => void): Work {
  const [state, setState] = useState<Omit<Work, 'start' | 'cancel'>>(IDLE);
  const worker = useRef<Started<Request> | null>(null);
  const latest = useRef(receive);
  useEffect(() => {
    latest.current = receive;
  }, [receive]);

  const end = useCallback((problem: string | null): void => {
    worker.current?.end();
    worker.current = null;
    setState({ ...IDLE, problem });
  }, []);
  const cancel = useCallback((): void => {
    const cancelled = worker.current !== null;
    end(null);
    setState({ ...IDLE, cancelled });
  }, [end]);
  const start = useCallback(
    (request: Omit<Request, 'base'>): void => {
      worker.current?.end();
      worker.current = startWorker<Request, Event>({
        start: () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }),
        load: async () => (await loadCode('page/reachability/serve.ts')).serve,
        onAnswer: (event) => {
          if (event.type === 'progress') setState({ ...IDLE, busy: true, progress: event });
          else if (event.type === 'done') end(null);
          else latest.current(event);
        },
        onFailure: end,
      });
      setState({ ...IDLE, busy: true });
      worker.current.send({ ...request, base: document.baseURI });
    },
    [end],
  );
  useEffect(
    () => () => {
      worker.current?.end();
      worker.current = null;
    },
    [],
  );
  return { ...state, start, cancel };
}
