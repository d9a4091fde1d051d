import { create } from 'zustand';
import type { Experiment, Lane } from '../../experiment/schema.ts';
import { edit } from '../workbench.ts';

/** The lanes before the last sweep, and those that it made. */
interface SweepState {
  readonly before: readonly Lane[];
  readonly made: ReadonlySet<Lane>;
}

const useSweep = create<SweepState>(() => ({ before: [], made: new Set() }));

/** Takes over lanes made of others; `undoSweep` brings those back. */
export function takeOverLanes(before: Experiment, after: Experiment): void {
  // Copies, so that the lanes made are told from those before.
  const lanes = after.lanes.map((lane) => ({ ...lane }));
  useSweep.setState({ before: before.lanes, made: new Set(lanes) });
  edit({ ...after, lanes });
}

/** Whether lanes of the last sweep are still there, so that it can be undone. */
export const useCanUndoSweep = (experiment: Experiment): boolean =>
  useSweep(({ made }) => experiment.lanes.some((lane) => made.has(lane)));

/** Brings back the lanes before the last sweep. */
export function undoSweep(experiment: Experiment): void {
  const { before } = useSweep.getState();
  useSweep.setState({ before: [], made: new Set() });
  edit({ ...experiment, lanes: [...before] });
}
