import { useEffect, useRef, useState } from 'react';
import { EMPTY_STATE, type MomentsState } from '../../moments/run.ts';
import type { MomentsSettings } from '../../moments/settings.ts';
import { type Started, startWorker } from '../../session/startWorker.ts';
import { loadCode } from '../part/code.ts';
import type { MomentsMessage } from './serve.ts';

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
  const worker = useRef<Started<MomentsSettings> | null>(null);
  const end = (status: MomentsRun['status'], problem: string | null): void => {
    worker.current?.end();
    worker.current = null;
    setRun((current) => (current?.status === 'running' ? { ...current, status, problem } : current));
  };
  const start = (settings: MomentsSettings): void => {
    worker.current?.end();
    worker.current = startWorker<MomentsSettings, MomentsMessage>({
      start: () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }),
      load: async () => (await loadCode('page/moments/serve.ts')).serve,
      onAnswer: ({ change, done }) => {
        setRun((current) => current && { ...current, state: { ...current.state, ...change } });
        if (done) end('done', null);
      },
      onFailure: (message) => end('failed', message),
    });
    setRun({ status: 'running', settings, state: EMPTY_STATE, problem: null });
    worker.current.send(settings);
  };
  const cancel = (): void => end('cancelled', null);
  const atEnd = useRef(cancel);
  atEnd.current = cancel;
  // Out of sight, as in presenter mode, nothing goes on.
  useEffect(() => () => atEnd.current(), []);
  return { run, start, cancel };
}
