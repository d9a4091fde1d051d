import { type MomentsChange, runMoments } from '../../moments/run.ts';
import type { MomentsSettings } from '../../moments/settings.ts';
import type { Serve } from '../../session/startWorker.ts';

/** What the worker tells: what has changed, and whether that is all. */
export interface MomentsMessage {
  readonly change: MomentsChange;
  readonly done: boolean;
}

/** Milliseconds between two messages. */
const INTERVAL = 100;

/** What the worker does with settings: a run. */
export const serve: Serve<MomentsSettings, MomentsMessage> = async (settings, post) => {
  let waiting: MomentsChange = {};
  let toldAt = performance.now();
  const tell = async (done: boolean): Promise<void> => {
    const change = waiting;
    waiting = {};
    await post({ change, done });
    toldAt = performance.now();
  };
  try {
    for (const change of runMoments(settings)) {
      waiting = { ...waiting, ...change };
      if (performance.now() - toldAt >= INTERVAL) await tell(false);
    }
  } catch (error) {
    await tell(false);
    throw error;
  }
  await tell(true);
};
