import { useCallback, useEffect, useRef, useState } from 'react';
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
  const worker = useRef<Worker | null>(null);
  const latest = useRef(receive);
  useEffect(() => {
    latest.current = receive;
  }, [receive]);

  const end = useCallback((problem: string | null): void => {
    worker.current?.terminate();
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
      worker.current?.terminate();
      const made = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
      worker.current = made;
      setState({ ...IDLE, busy: true });
      made.addEventListener('message', ({ data }: MessageEvent<Event>) => {
        if (worker.current !== made) return;
        if (data.type === 'progress') setState({ ...IDLE, busy: true, progress: data });
        else if (data.type === 'done') end(null);
        else if (data.type === 'failed') end(data.message);
        else latest.current(data);
      });
      made.addEventListener('error', ({ message }) => {
        if (worker.current === made) end(`The worker stopped${message ? `: ${message}` : ''}. Try again.`);
      });
      made.postMessage({ ...request, base: document.baseURI } satisfies Request);
    },
    [end],
  );
  useEffect(
    () => () => {
      worker.current?.terminate();
      worker.current = null;
    },
    [],
  );
  return { ...state, start, cancel };
}
