import type { Checkpoint, EngineInfo } from '../../engine/engine.ts';
import { defaultExperiment, type Experiment } from '../../experiment/schema.ts';
import { type Task, taskOf } from '../../experiment/tasks/index.ts';
import type {
  ArrangedEvent,
  ExamplesEvent,
  GeneratedEvent,
  InsideEvent,
  RecoveredEvent,
  Stop,
  TextInfo,
} from '../protocol.ts';
import { SAVED_FORMAT, SAVED_VERSION, type SavedRun } from '../store/savedRun.ts';
import { type Copy, RunData } from './runData.ts';

/**
 * `waiting` for a file that only the visitor has, `preparing` until the engine is made, `idle` at step 0, `running`,
 * `paused`, `stopped` once no lane can go on, `failed` where the run is over for an error.
 */
export type RunStatus = 'waiting' | 'preparing' | 'idle' | 'running' | 'paused' | 'stopped' | 'failed';

/** The run as React sees it: only what changes seldom. The numbers of every step are in `data`. */
export interface RunState {
  readonly status: RunStatus;
  readonly experiment: Experiment;
  readonly data: RunData;
  /**
   * The run at its latest checkpoint, as it is saved; null before the first one. Experiment, lanes, numbers and weights in it
   * are of one moment.
   */
  readonly saved: SavedRun | null;
  readonly engine: EngineInfo | null;
  /** Why the CPU engine trains, or null. */
  readonly fallback: string | null;
  readonly preparing: { readonly message: string; readonly fraction: number | null };
  /** Whether the run starts as soon as the engine is made. */
  readonly playWhenReady: boolean;
  /** The task's; of one with data as soon as they are loaded. */
  readonly baseline: ReturnType<Task['baseline']>;
  /** The text that the run trains on, once it is loaded. */
  readonly text: TextInfo | null;
  /** What the lanes last wrote. */
  readonly generated: Pick<GeneratedEvent, 'step' | 'settings' | 'texts'> | null;
  /** What was last seen of the step to come; null while nobody watches. */
  readonly inside: InsideEvent | null;
  /** Some held-out examples with the lanes' last answers; null while nobody watches. */
  readonly examples: ExamplesEvent | null;
  /** Rescaled copies of lanes: they stand behind the lanes that the experiment began with, which `reset` goes back to. */
  readonly copies: readonly Copy[];
  /** Whether lanes are being added or removed. */
  readonly arranging: boolean;
  /** Why the last copy could not be made, or null. */
  readonly copyProblem: string | null;
  /** What was lost, in a sentence, while the run waits for another one; else null. */
  readonly recovering: string | null;
  /** How the last loss ended, or null. */
  readonly recovered: Omit<RecoveredEvent, 'type' | 'run'> | null;
  /** Why the browser does not keep the run, or null. */
  readonly notKept: string | null;
  readonly stops: readonly Stop[];
  readonly error: string | null;
}

const NOT_PREPARED = { message: 'Preparing', fraction: null } as const;

/** What a page without a run begins with. */
export const noRun = (): RunState => ({
  ...newRun(defaultExperiment(), null, false),
  baseline: null,
  engine: null,
  fallback: null,
  notKept: null,
});

/**
 * The state of a run that is being prepared; what it leaves out belongs to the page.
 * @param saved the saved run that it goes on from, or null
 * @param waiting whether it waits for the visitor's text
 * @throws Error where the numbers of the saved run are damaged
 */
export function newRun(
  experiment: Experiment,
  saved: SavedRun | null,
  waiting: boolean,
): Omit<RunState, 'engine' | 'fallback' | 'notKept'> {
  const task = taskOf(experiment);
  return {
    status: waiting ? 'waiting' : 'preparing',
    experiment,
    data: saved ? RunData.restored(saved.data) : new RunData(experiment.lanes.length),
    saved,
    preparing: NOT_PREPARED,
    playWhenReady: false,
    baseline: task.data === null ? task.baseline(experiment, null) : null,
    text: null,
    generated: null,
    inside: null,
    examples: null,
    copies: saved?.data.copies ?? [],
    arranging: false,
    copyProblem: null,
    recovering: null,
    recovered: null,
    stops: saved?.stops ?? [],
    error: null,
  };
}

/** Stops with those of a report; after a loss, steps come a second time. */
export const withStops = (stops: readonly Stop[], more: readonly Stop[]): readonly Stop[] => {
  const others = more.filter(({ lane }) => !stops.some((stop) => stop.lane === lane));
  return others.length === 0 ? stops : [...stops, ...others];
};

/** Stops of lanes that are kept, by their new numbers: lanes behind a removed one have moved up. */
export const movedStops = (
  stops: readonly Stop[],
  picks: Extract<ArrangedEvent, { problem: null }>['picks'],
): readonly Stop[] =>
  picks.flatMap(({ lane, exponents }, index) =>
    exponents === null
      ? stops.filter((stop) => stop.lane === lane).map((stop) => ({ ...stop, lane: index }))
      : [],
  );

/** The run at a checkpoint as plain data, which later steps do not change. */
export const savedAt = (
  checkpoint: Checkpoint,
  { data, stops }: Pick<RunState, 'data' | 'stops'>,
  choice: Pick<SavedRun, 'engine' | 'text'>,
): SavedRun => ({
  format: SAVED_FORMAT,
  version: SAVED_VERSION,
  savedAt: Date.now(),
  ...choice,
  checkpoint,
  data: data.save(),
  stops,
});
