import { create } from 'zustand';
import type { LanePick } from '../../engine/arrange.ts';
import type { Checkpoint, EngineInfo, EngineKind } from '../../engine/engine.ts';
import { defaultExperiment, type Experiment } from '../../experiment/schema.ts';
import { type Task, taskOf } from '../../experiment/tasks/index.ts';
import type {
  ExamplesEvent,
  GeneratedEvent,
  GenerationSettings,
  InsideEvent,
  OwnText,
  RecoveredEvent,
  SessionEvent,
  Stop,
  TextInfo,
  Watched,
} from '../protocol.ts';
import { recordRun } from '../store/runRecord.ts';
import type { SavedRun } from '../store/savedRun.ts';
import { type Client, connect } from './client.ts';
import { EARLIER_POINTS, remember } from './earlierRuns.ts';
import { Keeper, savedRunOf } from './keeping.ts';
import { type Copy, RunData, withoutCopies } from './runData.ts';

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
  /** Whether another device is being sought in the place of one that was lost. */
  readonly recovering: boolean;
  /** How the last loss of a device ended, or null. */
  readonly recovered: RecoveredEvent | null;
  /** Why the browser does not keep the run, or null. */
  readonly notKept: string | null;
  readonly stops: readonly Stop[];
  readonly error: string | null;
}

const NOT_PREPARED = { message: 'Preparing', fraction: null } as const;

export const useRun = create<RunState>(() => ({
  status: 'preparing',
  experiment: defaultExperiment(),
  data: new RunData(0),
  engine: null,
  fallback: null,
  preparing: NOT_PREPARED,
  playWhenReady: false,
  baseline: null,
  text: null,
  generated: null,
  inside: null,
  examples: null,
  copies: [],
  arranging: false,
  copyProblem: null,
  recovering: false,
  recovered: null,
  notKept: null,
  stops: [],
  error: null,
}));

const { getState, setState } = useRun;

let client: Client | null = null;
let run = 0;
let engineChoice: EngineKind | 'auto' = 'auto';
let ownText: OwnText | null = null;
let generation: GenerationSettings | null = null;
let watched: Watched = { inside: false, examples: false };
/** The copies once the lanes are arranged as asked for. */
let arranged: readonly Copy[] = [];
/** The latest checkpoint of the run, or null. */
let checkpoint: Checkpoint | null = null;
/** The saved run that this one goes on from, or null. */
let goneOnFrom: SavedRun | null = null;
const keeper = new Keeper((notKept) => setState({ notKept }));
let pending: ReturnType<typeof setTimeout> | undefined;

/** Milliseconds that an edit waits for the next one before an engine is made for it. */
const EDIT_DELAY = 200;

/**
 * Starts a new run of the experiment at step 0, paused; the run before it ends.
 * @param text the visitor's own, for an experiment with data=own: without it the run waits for one
 * @param delay milliseconds to wait for further edits before the engine is made
 */
export function prepareRun(
  experiment: Experiment,
  engine: EngineKind | 'auto',
  text: OwnText | null,
  delay = EDIT_DELAY,
): void {
  prepare(experiment, engine, text, delay, null);
}

/**
 * Goes on with a saved run, paused where it stood; the run before it ends.
 * @param text the visitor's own, where it trains on one: without it the run waits for one
 * @throws Error where its numbers are damaged: the run before it then goes on
 */
export function continueRun(saved: SavedRun, text: OwnText | null): void {
  prepare(saved.checkpoint.experiment, saved.engine, text, 0, saved);
}

function prepare(
  experiment: Experiment,
  engine: EngineKind | 'auto',
  text: OwnText | null,
  delay: number,
  saved: SavedRun | null,
): void {
  const data = saved ? RunData.restored(saved.data) : new RunData(experiment.lanes.length);
  clearTimeout(pending);
  if (getState().data.step > 0) remember(recordRun(getState(), EARLIER_POINTS));
  run++;
  engineChoice = engine;
  ownText = text;
  goneOnFrom = saved;
  checkpoint = saved?.checkpoint ?? null;
  const waiting = experiment.data === 'own' && text === null;
  setState({
    status: waiting ? 'waiting' : 'preparing',
    experiment,
    data,
    preparing: NOT_PREPARED,
    playWhenReady: false,
    baseline: taskOf(experiment).data === null ? taskOf(experiment).baseline(experiment, null) : null,
    text: null,
    generated: null,
    inside: null,
    examples: null,
    copies: saved?.data.copies ?? [],
    arranging: false,
    copyProblem: null,
    recovering: false,
    recovered: null,
    stops: saved?.stops ?? [],
    error: null,
  });
  // The run before is over: without this it would train on until the next engine is made.
  if (waiting || delay > 0) client?.send({ type: 'pause', run: run - 1 });
  if (waiting) return;
  if (delay > 0) pending = setTimeout(sendCreate, delay);
  else sendCreate();
}

function sendCreate(): void {
  pending = undefined;
  const { experiment } = getState();
  const pageHasGpu = (navigator as { readonly gpu?: GPU }).gpu !== undefined;
  const base = document.baseURI;
  connected().send({
    type: 'create',
    run,
    experiment,
    from: goneOnFrom && { checkpoint: goneOnFrom.checkpoint, seconds: getState().data.clock.seconds },
    engine: engineChoice,
    ownText,
    base,
    pageHasGpu,
  });
}

function connected(): Client {
  client ??= connect(receive);
  return client;
}

/** Files that are being read, by their number. */
const reading = new Map<number, (problem: string | null) => void>();

/**
 * Reads a text, which the run does not notice.
 * @returns why the experiment cannot train on it, or null where it can
 */
export function readText(text: OwnText, experiment: Experiment): Promise<string | null> {
  return new Promise((resolve) => {
    reading.set(text.number, resolve);
    connected().send({ type: 'read', ownText: text, experiment, base: document.baseURI });
  });
}

/** Has every lane write a text now and again, of this run and later ones; null: no more. */
export function generate(settings: GenerationSettings | null): void {
  generation = settings;
  const { status } = getState();
  if (status !== 'preparing' && status !== 'waiting') client?.send({ type: 'generate', run, settings });
}

/** Has the host look at the run now and again, of this run and later ones: `inside` and `examples` then have what it saw. */
export function watch(what: keyof Watched, on: boolean): void {
  watched = { ...watched, [what]: on };
  if (!on) setState({ [what]: null });
  const { status } = getState();
  if (status !== 'preparing' && status !== 'waiting') client?.send({ type: 'watch', run, watched });
}

/** A rescaled copy to be made. */
export type NewCopy = Pick<Copy, 'of' | 'exponents'>;

/** Lets rescaled copies of lanes train beside them from the current step on, unless a change of lanes is under way. */
export function addCopies(wanted: readonly NewCopy[]): void {
  const { experiment, copies, data } = getState();
  const first = experiment.lanes.length;
  arrange(
    [...keptLanes(), ...wanted.map(({ of, exponents }) => ({ lane: of, exponents }))],
    [...copies, ...wanted.map((copy, index) => ({ ...copy, lane: first + index, step: data.step }))],
  );
}

/** Ends a copy, unless a change of lanes is under way; those behind it move up. */
export function removeCopy(lane: number): void {
  arrange(
    keptLanes().filter((kept) => kept.lane !== lane),
    getState()
      .copies.filter((copy) => copy.lane !== lane)
      .map((copy) => (copy.lane > lane ? { ...copy, lane: copy.lane - 1 } : copy)),
  );
}

const keptLanes = (): LanePick[] => getState().experiment.lanes.map((_, lane) => ({ lane, exponents: null }));

function arrange(picks: readonly LanePick[], copies: readonly Copy[]): void {
  const { arranging, status } = getState();
  if (arranging || status === 'preparing' || status === 'waiting' || status === 'failed') return;
  arranged = copies;
  setState({ arranging: true, copyProblem: null });
  client?.send({ type: 'arrange', run, picks });
}

export function play(): void {
  const { status } = getState();
  if (status === 'preparing') {
    setState({ playWhenReady: true });
  } else if (status === 'idle' || status === 'paused') {
    client?.send({ type: 'play', run });
    setState({ status: 'running' });
  }
}

export function pause(): void {
  const { status } = getState();
  if (status === 'preparing') {
    setState({ playWhenReady: false });
  } else if (status === 'running') {
    client?.send({ type: 'pause', run });
    setState({ status: 'paused' });
  }
}

/** Runs one training step; a running run pauses first. */
export function step(): void {
  const { status } = getState();
  if (status === 'running') pause();
  if (status === 'idle' || status === 'paused' || status === 'running') {
    client?.send({ type: 'step', run });
    setState({ status: 'paused' });
  }
}

/** Back to step 0 of the same experiment, without its copies. */
export function reset(): void {
  const { experiment, copies } = getState();
  prepareRun(withoutCopies(experiment, copies), engineChoice, ownText, 0);
}

/** Saves the latest checkpoint: at once where the run stands or nobody looks, else now and again. */
function keep(): void {
  const { data, stops, status } = getState();
  if (checkpoint === null || checkpoint.step === 0) return;
  const now = status !== 'running' || document.hidden;
  keeper.keep({ engine: engineChoice, checkpoint, data, stops, ownText }, now);
}

/** Asks for a checkpoint of a run that trains, because the page may be about to go. */
export function saveSoon(): void {
  if (getState().status === 'running') client?.send({ type: 'save', run });
  keep();
}

/** The latest checkpoint of the run, of a run that stands the one of its step; null before the first step. */
export const currentCheckpoint = (): Checkpoint | null => checkpoint;

/** The run at its latest checkpoint as plain data; null before the first step. */
export function currentSavedRun(): SavedRun | null {
  const { data, stops } = getState();
  return checkpoint && savedRunOf({ engine: engineChoice, checkpoint, data, stops, ownText });
}

function receive(event: SessionEvent): void {
  if (event.type === 'read') {
    reading.get(event.number)?.(event.problem);
    reading.delete(event.number);
    return;
  }
  if (event.run !== run) return;
  const { data, stops, playWhenReady } = getState();
  switch (event.type) {
    case 'preparing':
      setState({ preparing: { message: event.message, fraction: event.fraction } });
      break;
    case 'ready':
      setState({
        status: data.step > 0 ? 'paused' : 'idle',
        engine: event.engine,
        fallback: event.fallback,
        baseline: event.baseline,
        text: event.text,
        playWhenReady: false,
      });
      if (generation !== null) client?.send({ type: 'generate', run, settings: generation });
      if (watched.inside || watched.examples) client?.send({ type: 'watch', run, watched });
      if (playWhenReady) play();
      break;
    case 'progress':
      data.addMetrics(event.metrics, event.step, event.stepsPerSecond, event.seconds);
      // After a device was lost, steps come a second time.
      for (const stop of event.metrics.stops) {
        if (!stops.some(({ lane }) => lane === stop.lane)) setState({ stops: [...getState().stops, stop] });
      }
      break;
    case 'evaluated':
      data.addEvaluation(event.evaluation);
      break;
    case 'generated':
      setState({ generated: event });
      break;
    case 'checkpointed':
      checkpoint = event.checkpoint;
      keep();
      break;
    case 'recovering':
      setState({ recovering: true });
      break;
    case 'recovered':
      setState({
        recovering: false,
        recovered: event,
        engine: event.engine,
        fallback: event.fallback ?? getState().fallback,
      });
      break;
    case 'inside':
      if (watched.inside) setState({ inside: event });
      break;
    case 'examples':
      if (watched.examples) setState({ examples: event });
      break;
    case 'arranged':
      if (event.problem === null) {
        data.arrange(event.picks, arranged);
        // Lanes behind a removed one have moved up.
        const moved = event.picks.flatMap(({ lane, exponents }, index) =>
          exponents === null
            ? stops.filter((stop) => stop.lane === lane).map((stop) => ({ ...stop, lane: index }))
            : [],
        );
        setState({ experiment: event.experiment, copies: arranged, stops: moved });
      }
      setState({ arranging: false, copyProblem: event.problem });
      break;
    case 'finished':
      setState({ status: 'stopped' });
      break;
    case 'failed':
      setState({ status: 'failed', error: event.message });
      break;
    case 'refused':
      break; // Seen to by the client.
  }
}
