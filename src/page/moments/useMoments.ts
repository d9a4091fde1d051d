import { useEffect, useRef, useState } from 'react';
import { EMPTY_STATE, type MomentsState } from '../../moments/run.ts';
import type { MomentsSettings } from '../../moments/settings.ts';
import type { MomentsMessage } from './worker.ts';

/** A run in the worker. */
export interface MomentsRun {
  readonly status: 'running' | 'done' | 'cancelled' | 'failed';
  readonly settings: MomentsSettings;
  readonly state: MomentsState;
  /** Why it failed. */
  readonly problem: string | null;
}

interface Moments {
  /** Null before the first one. */
  readonly run: MomentsRun | null;
  readonly start: (settings: MomentsSettings) => void;
  readonly cancel: () => void;
}

/** Runs in a worker, one at a time; what a cancelled one has found out stays. */
export function useMoments(): Moments {
  const [run, setRun] = useState<MomentsRun | null>(null);
  const worker = useRef<Worker | null>(null);
  const end = (status: MomentsRun['status'], problem: string | null): void => {
    worker.current?.terminate();
    worker.current = null;
    setRun((current) => (current?.status === 'running' ? { ...current, status, problem } : current));
  };
  const start = (settings: MomentsSettings): void => {
    worker.current?.terminate();
    const made = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    worker.current = made;
    setRun({ status: 'running', settings, state: EMPTY_STATE, problem: null });
    made.addEventListener('message', ({ data }: MessageEvent<MomentsMessage>) => {
      if (worker.current !== made) return;
      setRun((current) => current && { ...current, state: { ...current.state, ...data.change } });
      if (data.end !== undefined) end(data.end === null ? 'done' : 'failed', data.end);
    });
    made.addEventListener('error', () => {
      if (worker.current === made) end('failed', 'Its worker could not be loaded, or ran out of memory.');
    });
    made.postMessage(settings);
  };
  const cancel = (): void => end('cancelled', null);
  const atEnd = useRef(cancel);
  atEnd.current = cancel;
  // Out of sight, as in presenter mode, nothing goes on.
  useEffect(() => () => atEnd.current(), []);
  return { run, start, cancel };
}
