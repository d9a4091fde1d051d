import { create } from 'zustand';
import type { EngineInfo, EngineKind } from '../engine/engine.ts';
import { defaultExperiment, type Experiment } from '../experiment/schema.ts';
import { type Client, connect } from './client.ts';
import type { SessionEvent, Stop } from './protocol.ts';
import { RunData } from './runData.ts';

/**
 * `preparing` until the engine is made, `idle` at step 0, `running`, `paused`, `stopped` once no lane can go on,
 * `failed` where the run is over for an error.
 */
export type RunStatus = 'preparing' | 'idle' | 'running' | 'paused' | 'stopped' | 'failed';

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
  stops: [],
  error: null,
}));

const { getState, setState } = useRun;

let client: Client | null = null;
let run = 0;
let engineChoice: EngineKind | 'auto' = 'auto';
let pending: ReturnType<typeof setTimeout> | undefined;

/** Milliseconds that an edit waits for the next one before an engine is made for it. */
const EDIT_DELAY = 200;

/**
 * Starts a new run of the experiment at step 0, paused; the run before it ends.
 * @param delay milliseconds to wait for further edits before the engine is made
 */
export function prepareRun(experiment: Experiment, engine: EngineKind | 'auto', delay = EDIT_DELAY): void {
  clearTimeout(pending);
  run++;
  engineChoice = engine;
  setState({
    status: 'preparing',
    experiment,
    data: new RunData(experiment.lanes.length),
    preparing: NOT_PREPARED,
    playWhenReady: false,
    stops: [],
    error: null,
  });
  if (delay > 0) {
    // The run before is over: without this it would train on until the engine is made.
    client?.send({ type: 'pause', run: run - 1 });
    pending = setTimeout(sendCreate, delay);
  } else {
    sendCreate();
  }
}

function sendCreate(): void {
  pending = undefined;
  client ??= connect(receive);
  const { experiment } = getState();
  const pageHasGpu = (navigator as { readonly gpu?: GPU }).gpu !== undefined;
  client.send({ type: 'create', run, experiment, engine: engineChoice, base: document.baseURI, pageHasGpu });
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
  prepareRun(getState().experiment, engineChoice, 0);
}

function receive(event: SessionEvent): void {
  if (event.run !== run) return;
  const { data, stops, playWhenReady } = getState();
  switch (event.type) {
    case 'preparing':
      setState({ preparing: { message: event.message, fraction: event.fraction } });
      break;
    case 'ready':
      setState({ status: 'idle', engine: event.engine, fallback: event.fallback });
      if (playWhenReady) play();
      break;
    case 'progress':
      data.addMetrics(event.metrics, event.step, event.stepsPerSecond);
      if (event.metrics.stops.length > 0) setState({ stops: [...stops, ...event.metrics.stops] });
      break;
    case 'evaluated':
      data.addEvaluation(event.evaluation);
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
