import { create } from 'zustand';
import type { Experiment } from '../../experiment/schema.ts';
import type { RunRecord } from '../store/runRecord.ts';

/** A run that is over, with its curves in few points. */
export interface EarlierRun {
  /** From 1, in the order in which they ended. */
  readonly id: number;
  readonly record: RunRecord;
  /** The visitor's name for it, or null. */
  readonly name: string | null;
  /** Whether it stays until it is removed. */
  readonly kept: boolean;
  /** Whether its curves are drawn; null: where they can be compared with those of the run at hand. */
  readonly shown: boolean | null;
}

/** Runs that are not kept, at most: the oldest goes. */
const MOST_UNKEPT = 5;
/** Steps of a run worth remembering. */
const LEAST_STEPS = 10;
/** Points of each curve of an earlier run. */
export const EARLIER_POINTS = 128;

export const useEarlierRuns = create<{ readonly runs: readonly EarlierRun[] }>(() => ({ runs: [] }));

const { getState, setState } = useEarlierRuns;
let lastId = 0;

/**
 * The runs with one more, oldest first. The same experiment on the same engine gives the same curves: of such runs the
 * longest stays, and a kept one whatever its length.
 */
export function withRun(runs: readonly EarlierRun[], id: number, record: RunRecord): readonly EarlierRun[] {
  if (record.step < LEAST_STEPS) return runs;
  const isTwin = (other: EarlierRun): boolean =>
    other.record.link === record.link && other.record.engine?.kind === record.engine?.kind;
  if (runs.some((other) => isTwin(other) && other.record.step >= record.step)) return runs;
  const others = runs.filter((other) => other.kept || !isTwin(other));
  const unkept = others.filter(({ kept }) => !kept);
  const tooMany = new Set(unkept.slice(0, Math.max(0, unkept.length + 1 - MOST_UNKEPT)));
  const run: EarlierRun = { id, record, name: null, kept: false, shown: null };
  return [...others.filter((other) => !tooMany.has(other)), run];
}

/** Remembers a run that has ended, if it had steps enough. */
export function remember(record: RunRecord): void {
  const { runs } = getState();
  const next = withRun(runs, lastId + 1, record);
  if (next === runs) return;
  lastId++;
  setState({ runs: next });
}

/**
 * Puts a run that was saved as a file among the earlier ones, where it stays until it is removed.
 * @param name the visitor's, or null
 * @returns whether it was not there already
 */
export function importRun(record: RunRecord, name: string | null): boolean {
  const { runs } = getState();
  const same = JSON.stringify(record);
  if (runs.some((run) => run.record.step === record.step && JSON.stringify(run.record) === same))
    return false;
  setState({ runs: [...runs, { id: ++lastId, record, name, kept: true, shown: null }] });
  return true;
}

/** Changes what the visitor decides about an earlier run. */
export function changeRun(id: number, change: Partial<Pick<EarlierRun, 'name' | 'kept' | 'shown'>>): void {
  setState(({ runs }) => ({ runs: runs.map((run) => (run.id === id ? { ...run, ...change } : run)) }));
}

export function removeRun(id: number): void {
  setState(({ runs }) => ({ runs: runs.filter((run) => run.id !== id) }));
}

/** Whether the numbers of two experiments mean the same: those of another task, or of other data, do not. */
export const areComparable = (one: Experiment, other: Experiment): boolean =>
  one.task === other.task && one.data === other.data && one.terms === other.terms;

/** Whether the curves of an earlier run are drawn beside those of the experiment. */
export const isShown = (run: EarlierRun, experiment: Experiment): boolean =>
  run.shown ?? areComparable(run.record.experiment, experiment);
