import type { Checkpoint } from '../../engine/engine.ts';
import { recordRun } from '../store/runRecord.ts';
import type { SavedRun } from '../store/savedRun.ts';
import { connect } from './client.ts';
import { EARLIER_POINTS, remember } from './earlierRuns.ts';
import { Keeper } from './keeping.ts';
import { RunSession } from './runSession.ts';

export type { NewCopy } from './runSession.ts';
export type { RunState, RunStatus } from './runState.ts';

let powerPreference: GPUPowerPreference = 'high-performance';

/** Has the next runs train on the GPU of that preference, where the machine has two. */
export function preferGpu(preference: GPUPowerPreference): void {
  powerPreference = preference;
}

/** The session of this page. */
const session: RunSession = new RunSession({
  connect,
  keeper: new Keeper((notKept) => session.useRun.setState({ notKept })),
  remember: (run) => remember(recordRun(run, EARLIER_POINTS)),
  base: () => document.baseURI,
  pageHasGpu: () => (navigator as { readonly gpu?: GPU }).gpu !== undefined,
  powerPreference: () => powerPreference,
  isHidden: () => document.hidden,
});

export const {
  useRun,
  prepareRun,
  continueRun,
  readText,
  generate,
  watch,
  addCopies,
  removeCopy,
  play,
  pause,
  step,
  reset,
  saveSoon,
} = session;

/** The run at its latest checkpoint as plain data; null before the first step. */
export const currentSavedRun = (): SavedRun | null => useRun.getState().saved;

/** The latest checkpoint of the run, of a paused run the one of its step; null before the first step. */
export const currentCheckpoint = (): Checkpoint | null => currentSavedRun()?.checkpoint ?? null;
