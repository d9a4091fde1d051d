import { useEffect, useRef, useState } from 'react';
import { type Started, startWorker } from '../../session/startWorker.ts';
import { loadCode } from '../part/code.ts';
import type { Eigenvalues } from './eigenvalues.ts';
import type { EigenRequest } from './serve.ts';

/** What the worker last answered, and for which key. */
export interface EigenAnswer {
  readonly key: string;
  /** Null where an entry of the matrix is not finite, or they could not be found. */
  readonly eigenvalues: Eigenvalues | null;
  /** Why they could not be found. */
  readonly problem: string | null;
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
  const worker = useRef<Started<EigenRequest> | null>(null);
  const under = useRef<Request | null>(null);
  const next = useRef<Request | null>(null);

  useEffect(() => {
    const take = (eigenvalues: Eigenvalues | null, problem: string | null): void => {
      if (under.current) setAnswer({ key: under.current.key, eigenvalues, problem });
      send(next.current);
    };
    const start = (): Started<EigenRequest> =>
      startWorker<EigenRequest, Eigenvalues | null>({
        start: () => new Worker(new URL('./eigenWorker.ts', import.meta.url), { type: 'module' }),
        load: async () => (await loadCode('page/inside/serve.ts')).serve,
        onAnswer: (eigenvalues) => take(eigenvalues, null),
        onFailure: (problem) => {
          worker.current = start();
          take(null, problem);
        },
      });
    const send = (request: Request | null): void => {
      under.current = request;
      next.current = null;
      if (request) worker.current?.send(request.matrix);
    };
    worker.current = start();
    send(next.current);
    return () => {
      worker.current?.end();
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
      worker.current.send(matrix);
    }
  }, [key, matrix]);

  return answer;
}
