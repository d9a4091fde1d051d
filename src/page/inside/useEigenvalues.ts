import { useEffect, useRef, useState } from 'react';
import type { Eigenvalues } from './eigenvalues.ts';
import type { EigenRequest } from './eigenWorker.ts';

/** What the worker last answered, and for which key. */
export interface EigenAnswer {
  readonly key: string;
  /** Null where an entry of the matrix is not finite. */
  readonly eigenvalues: Eigenvalues | null;
}

interface Request {
  readonly key: string;
  readonly matrix: EigenRequest;
}

/**
 * Eigenvalues of the newest matrix, found in a worker, because a large matrix takes seconds; matrices that come while it
 * computes are passed over for the last of them.
 * @param key tells matrices of different things apart
 * @param matrix keeps its identity while it is the same
 */
export function useEigenvalues(key: string, matrix: EigenRequest): EigenAnswer | null {
  const [answer, setAnswer] = useState<EigenAnswer | null>(null);
  const worker = useRef<Worker | null>(null);
  const under = useRef<Request | null>(null);
  const next = useRef<Request | null>(null);

  useEffect(() => {
    const made = new Worker(new URL('./eigenWorker.ts', import.meta.url), { type: 'module' });
    worker.current = made;
    const send = (request: Request | null): void => {
      under.current = request;
      next.current = null;
      if (request) made.postMessage(request.matrix);
    };
    made.addEventListener('message', ({ data }: MessageEvent<Eigenvalues | null>) => {
      if (under.current) setAnswer({ key: under.current.key, eigenvalues: data });
      send(next.current);
    });
    send(next.current);
    return () => {
      made.terminate();
      worker.current = null;
      under.current = null;
    };
  }, []);

  useEffect(() => {
    const request = { key, matrix };
    if (under.current || !worker.current) {
      next.current = request;
    } else {
      under.current = request;
      worker.current.postMessage(matrix);
    }
  }, [key, matrix]);

  return answer;
}
