import { create } from 'zustand';
import type { EngineInfo, EngineKind } from '../engine/engine.ts';
import { defaultExperiment, type Experiment } from '../experiment/schema.ts';
import { type Task, taskOf } from '../experiment/tasks/index.ts';
import { type Client, connect } from './client.ts';
import type {
  GeneratedEvent,
  GenerationSettings,
  OwnText,
  SessionEvent,
  Stop,
  TextInfo,
} from './protocol.ts';
import { RunData } from './runData.ts';

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
  stops: [],
  error: null,
}));

const { getState, setState } = useRun;

let client: Client | null = null;
let run = 0;
let engineChoice: EngineKind | 'auto' = 'auto';
let ownText: OwnText | null = null;
let generation: GenerationSettings | null = null;
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
  clearTimeout(pending);
  run++;
  engineChoice = engine;
  ownText = text;
  const waiting = experiment.data === 'own' && text === null;
  setState({
    status: waiting ? 'waiting' : 'preparing',
    experiment,
    data: new RunData(experiment.lanes.length),
    preparing: NOT_PREPARED,
    playWhenReady: false,
    baseline: taskOf(experiment).data === null ? taskOf(experiment).baseline(experiment, null) : null,
    text: null,
    generated: null,
    stops: [],
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
  connected().send({ type: 'create', run, experiment, engine: engineChoice, ownText, base, pageHasGpu });
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

/** Back to step 0 of the same experiment. */
export function reset(): void {
  prepareRun(getState().experiment, engineChoice, ownText, 0);
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
        status: 'idle',
        engine: event.engine,
        fallback: event.fallback,
        baseline: event.baseline,
        text: event.text,
      });
      if (generation !== null) client?.send({ type: 'generate', run, settings: generation });
      if (playWhenReady) play();
      break;
    case 'progress':
      data.addMetrics(event.metrics, event.step, event.stepsPerSecond);
      if (event.metrics.stops.length > 0) setState({ stops: [...stops, ...event.metrics.stops] });
      break;
    case 'evaluated':
      data.addEvaluation(event.evaluation);
      break;
    case 'generated':
      setState({ generated: event });
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
