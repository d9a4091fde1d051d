import { type MomentsChange, runMoments } from '../../moments/run.ts';
import type { MomentsSettings } from '../../moments/settings.ts';

declare const self: DedicatedWorkerGlobalScope;

/** What the worker tells: what has changed, and last of all how it ended. */
export interface MomentsMessage {
  readonly change: MomentsChange;
  /** Set once: null where all went well, else why not. */
  readonly end?: string | null;
}

/** Milliseconds between two messages. */
const INTERVAL = 100;

self.addEventListener('message', ({ data }: MessageEvent<MomentsSettings>) => {
  let waiting: MomentsChange = {};
  let toldAt = performance.now();
  const tell = (end?: string | null): void => {
    const message: MomentsMessage = { change: waiting, end };
    self.postMessage(message);
    waiting = {};
    toldAt = performance.now();
  };
  try {
    for (const change of runMoments(data)) {
      waiting = { ...waiting, ...change };
      if (performance.now() - toldAt >= INTERVAL) tell();
    }
    tell(null);
  } catch (error) {
    tell(error instanceof Error ? error.message : String(error));
  }
});
