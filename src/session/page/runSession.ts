import { create, type StoreApi, type UseBoundStore } from 'zustand';
import type { LanePick } from '../../engine/arrange.ts';
import type { Checkpoint, EngineKind } from '../../engine/engine.ts';
import type { Experiment } from '../../experiment/schema.ts';
import type { GenerationSettings, OwnText, RecoveredEvent, Watched } from '../protocol.ts';
import type { SavedRun } from '../store/savedRun.ts';
import { type Clock, realClock } from '../worker/clock.ts';
import { LossCounter } from '../worker/recovery.ts';
import type { Client, ClientEvent, Connect } from './client.ts';
import { type Copy, withoutCopies } from './runData.ts';
import { movedStops, newRun, noRun, type RunState, savedAt, withStops } from './runState.ts';

/** What a session needs of its page; tests bring their own. */
export interface SessionParts {
  readonly connect: Connect;
  /** Keeps runs beyond the life of the page. */
  readonly keeper: { keep(run: SavedRun, now: boolean): void };
  /** Told of a run with steps that another one replaces. */
  readonly remember: (run: RunState) => void;
  /** Address of the page, below which data/ lies. */
  readonly base: () => string;
  readonly pageHasGpu: () => boolean;
  /** Which GPU of a machine with two. */
  readonly powerPreference: () => GPUPowerPreference;
  readonly isHidden: () => boolean;
  readonly clock?: Clock;
}

/** A rescaled copy to be made. */
export type NewCopy = Pick<Copy, 'of' | 'exponents'>;

/** Milliseconds that an edit waits for the next one before an engine is made for it. */
const EDIT_DELAY = 200;

/** What a run is made of beside its experiment. */
interface Choice {
  readonly engine: EngineKind | 'auto';
  readonly ownText: OwnText | null;
}

/**
 * The page's side of training: sends commands, and keeps in `useRun` what is known of the run at hand. Events of an
 * earlier run are left out, so that nothing of one run ever stands beside another.
 */
export class RunSession {
  readonly useRun: UseBoundStore<StoreApi<RunState>> = create<RunState>(noRun);
  readonly #parts: SessionParts;
  readonly #clock: Clock;
  readonly #losses = new LossCounter();
  #client: Client | null = null;
  /** Number of the run at hand. */
  #run = 0;
  /** Whether the run at hand has been sent to what trains. */
  #sent = false;
  #choice: Choice = { engine: 'auto', ownText: null };
  #generation: GenerationSettings | null = null;
  #watched: Watched = { inside: false, examples: false };
  /** The copies once the lanes are arranged as asked for. */
  #arranged: readonly Copy[] = [];
  /** The step that the visitor has asked for by hand, as far as it is known. */
  #asked = 0;
  /** What ended, and at which step, where the run at hand starts again after it. */
  #restart: Pick<RecoveredEvent, 'loss' | 'lostAt' | 'from' | 'exact'> | null = null;
  /** Files that are being read, by their number. */
  readonly #reading = new Map<number, (problem: string | null) => void>();

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.#clock = parts.clock ?? realClock;
  }

  get #state(): RunState {
    return this.useRun.getState();
  }

  #set(change: Partial<RunState>): void {
    this.useRun.setState(change);
  }

  /**
   * Starts a new run of the experiment at step 0, paused; the run before it ends.
   * @param text the visitor's own, for an experiment with data=own: without it the run waits for one
   * @param delay milliseconds to wait for further edits before the engine is made
   */
  prepareRun = (
    experiment: Experiment,
    engine: EngineKind | 'auto',
    text: OwnText | null,
    delay = EDIT_DELAY,
  ): void => this.#prepare(experiment, { engine, ownText: text }, delay, null);

  /**
   * Goes on with a saved run, paused at its step; the run before it ends.
   * @param text the visitor's own, where it trains on one: without it the run waits for one
   * @throws Error where its numbers are damaged: the run before it then goes on
   */
  continueRun = (saved: SavedRun, text: OwnText | null): void =>
    this.#prepare(saved.checkpoint.experiment, { engine: saved.engine, ownText: text }, 0, saved);

  #prepare(experiment: Experiment, choice: Choice, delay: number, saved: SavedRun | null): void {
    const waiting = experiment.data === 'own' && choice.ownText === null;
    const state = newRun(experiment, saved, waiting);
    if (this.#state.data.step > 0) this.#parts.remember(this.#state);
    // The run before is over: without this it would train on until the next engine is made.
    if (this.#sent) this.#client?.send({ type: 'pause', run: this.#run });
    const run = ++this.#run;
    this.#sent = false;
    this.#restart = null;
    this.#asked = 0;
    this.#choice = choice;
    this.#set(state);
    if (waiting) return;
    if (delay === 0) this.#sendCreate();
    else
      void this.#clock.sleep(delay).then(() => {
        if (this.#run === run && !this.#sent) this.#sendCreate();
      });
  }

  #sendCreate(): void {
    const { experiment, saved, data } = this.#state;
    const { engine, ownText } = this.#choice;
    this.#sent = true;
    this.#connected().send({
      type: 'create',
      run: this.#run,
      experiment,
      from: saved && { checkpoint: saved.checkpoint, seconds: data.clock.secondsAt(saved.checkpoint.step) },
      reached: Math.max(this.#asked, this.#restart?.lostAt ?? 0),
      engine,
      ownText,
      base: this.#parts.base(),
      pageHasGpu: this.#parts.pageHasGpu(),
      powerPreference: this.#parts.powerPreference(),
    });
  }

  #connected(): Client {
    this.#client ??= this.#parts.connect((event) => this.#receive(event));
    return this.#client;
  }

  /**
   * Reads a text, which the run does not notice.
   * @returns why the experiment cannot train on it, or null where it can
   */
  readText = (text: OwnText, experiment: Experiment): Promise<string | null> =>
    new Promise((resolve) => {
      this.#reading.set(text.number, resolve);
      this.#connected().send({ type: 'read', ownText: text, experiment, base: this.#parts.base() });
    });

  /** Whether the run takes commands. */
  get #isReady(): boolean {
    const { status } = this.#state;
    return status !== 'preparing' && status !== 'waiting' && status !== 'failed';
  }

  /** Has every lane write a text now and again, of this run and later ones; null: no more. */
  generate = (settings: GenerationSettings | null): void => {
    this.#generation = settings;
    if (this.#isReady) this.#client?.send({ type: 'generate', run: this.#run, settings });
  };

  /** Has the host look at the run now and again, of this run and later ones: `inside` and `examples` then have what it saw. */
  watch = (what: keyof Watched, on: boolean): void => {
    this.#watched = { ...this.#watched, [what]: on };
    if (!on) this.#set({ [what]: null });
    if (this.#isReady) this.#client?.send({ type: 'watch', run: this.#run, watched: this.#watched });
  };

  /** Lets rescaled copies of lanes train beside them from the current step on, unless a change of lanes is under way. */
  addCopies = (wanted: readonly NewCopy[]): void => {
    const { experiment, copies, data } = this.#state;
    const first = experiment.lanes.length;
    this.#arrange(
      [...this.#keptLanes(), ...wanted.map(({ of, exponents }) => ({ lane: of, exponents }))],
      [...copies, ...wanted.map((copy, index) => ({ ...copy, lane: first + index, step: data.step }))],
    );
  };

  /** Ends a copy, unless a change of lanes is under way; those behind it move up. */
  removeCopy = (lane: number): void => {
    this.#arrange(
      this.#keptLanes().filter((kept) => kept.lane !== lane),
      this.#state.copies
        .filter((copy) => copy.lane !== lane)
        .map((copy) => (copy.lane > lane ? { ...copy, lane: copy.lane - 1 } : copy)),
    );
  };

  #keptLanes(): LanePick[] {
    return this.#state.experiment.lanes.map((_, lane) => ({ lane, exponents: null }));
  }

  #arrange(picks: readonly LanePick[], copies: readonly Copy[]): void {
    if (this.#state.arranging || !this.#isReady) return;
    this.#arranged = copies;
    this.#set({ arranging: true, copyProblem: null });
    this.#client?.send({ type: 'arrange', run: this.#run, picks });
  }

  play = (): void => {
    const { status } = this.#state;
    if (status === 'preparing') {
      this.#set({ playWhenReady: true });
    } else if (status === 'idle' || status === 'paused') {
      this.#client?.send({ type: 'play', run: this.#run });
      this.#set({ status: 'running' });
    }
  };

  pause = (): void => {
    const { status } = this.#state;
    if (status === 'preparing') {
      this.#set({ playWhenReady: false });
    } else if (status === 'running') {
      this.#client?.send({ type: 'pause', run: this.#run });
      this.#set({ status: 'paused' });
    }
  };

  /** Runs one training step; a running run pauses first. */
  step = (): void => {
    const { status } = this.#state;
    if (status === 'running') this.pause();
    if (status === 'idle' || status === 'paused' || status === 'running') {
      this.#asked = Math.max(this.#asked, this.#state.data.step) + 1;
      this.#client?.send({ type: 'step', run: this.#run });
      this.#set({ status: 'paused' });
    }
  };

  /** Back to step 0 of the same experiment, without its copies. */
  reset = (): void => {
    const { experiment, copies } = this.#state;
    this.#prepare(withoutCopies(experiment, copies), this.#choice, 0, null);
  };

  /** Saves the latest checkpoint: at once where the run is paused or nobody looks, else now and again. */
  #keep(): void {
    const { saved, status } = this.#state;
    if (saved === null || saved.checkpoint.step === 0) return;
    this.#parts.keeper.keep(saved, status !== 'running' || this.#parts.isHidden());
  }

  /** Asks for a checkpoint of a run that trains, because the page may be about to go. */
  saveSoon = (): void => {
    if (this.#state.status === 'running') this.#client?.send({ type: 'save', run: this.#run });
    this.#keep();
  };

  #receive(event: ClientEvent): void {
    if (event.type === 'ended') {
      this.#startAgain(event.reason);
      return;
    }
    if (event.type === 'read') {
      this.#reading.get(event.number)?.(event.problem);
      this.#reading.delete(event.number);
      return;
    }
    if (event.run !== this.#run) return;
    const { data, stops } = this.#state;
    switch (event.type) {
      case 'preparing':
        this.#set({ preparing: { message: event.message, fraction: event.fraction } });
        break;
      case 'ready':
        this.#ready(event);
        break;
      case 'progress':
        data.addMetrics(event.metrics, event.step, event.stepsPerSecond, event.seconds);
        if (event.metrics.stops.length > 0) this.#set({ stops: withStops(stops, event.metrics.stops) });
        break;
      case 'evaluated':
        data.addEvaluation(event.evaluation);
        break;
      case 'generated':
        this.#set({ generated: event });
        break;
      case 'checkpointed':
        this.#save(event.checkpoint);
        break;
      case 'recovering':
        this.#set({ recovering: event.loss });
        break;
      case 'recovered':
        this.#set({
          recovering: null,
          recovered: event,
          engine: event.engine,
          fallback: event.fallback ?? this.#state.fallback,
        });
        break;
      case 'inside':
        if (this.#watched.inside) this.#set({ inside: event });
        break;
      case 'examples':
        if (this.#watched.examples) this.#set({ examples: event });
        break;
      case 'arranged':
        this.#arrangedAs(event);
        break;
      case 'finished':
        this.#set({ status: 'stopped' });
        break;
      case 'failed':
        this.#fail(event.message);
        break;
      case 'refused':
        break; // Seen to by the client.
    }
  }

  #ready({
    engine,
    fallback,
    baseline,
    text,
  }: Pick<Extract<ClientEvent, { type: 'ready' }>, 'engine' | 'fallback' | 'baseline' | 'text'>): void {
    const { data, stops, experiment, playWhenReady, recovered } = this.#state;
    const over = stops.length >= experiment.lanes.length;
    const restart = this.#restart;
    this.#restart = null;
    this.#set({
      status: over ? 'stopped' : data.step > 0 ? 'paused' : 'idle',
      engine,
      fallback,
      baseline,
      text,
      playWhenReady: false,
      recovering: null,
      recovered: restart ? { ...restart, engine, fallback } : recovered,
    });
    if (this.#generation !== null) this.generate(this.#generation);
    if (this.#watched.inside || this.#watched.examples) {
      this.#client?.send({ type: 'watch', run: this.#run, watched: this.#watched });
    }
    if (playWhenReady) this.play();
  }

  /** Takes over a checkpoint, with everything else as it is at this moment. */
  #save(checkpoint: Checkpoint): void {
    const { engine, ownText } = this.#choice;
    this.#set({ saved: savedAt(checkpoint, this.#state, { engine, text: ownText?.file ?? null }) });
    this.#keep();
  }

  #arrangedAs(event: Extract<ClientEvent, { type: 'arranged' }>): void {
    if (event.problem !== null) {
      this.#set({ arranging: false, copyProblem: event.problem });
      return;
    }
    const { data, stops, fallback } = this.#state;
    const { picks, checkpoint, engine } = event;
    data.arrange(picks, this.#arranged);
    this.#set({
      experiment: checkpoint.experiment,
      copies: this.#arranged,
      stops: movedStops(stops, picks),
      engine,
      fallback: event.fallback ?? fallback,
      arranging: false,
      copyProblem: null,
    });
    this.#save(checkpoint);
  }

  /** What trained has ended: the run starts again from its last checkpoint, unless that happens too often. */
  #startAgain(reason: string): void {
    for (const answer of this.#reading.values()) answer(`${reason} Choose the file again.`);
    this.#reading.clear();
    const { status, playWhenReady, arranging, data, saved } = this.#state;
    if (!this.#sent || status === 'failed' || status === 'waiting') return;
    if (this.#losses.tooMany(this.#clock.now())) {
      this.#fail(`${reason} That was the third time within a minute. Reset starts a new run.`);
      return;
    }
    this.#run++;
    this.#restart = {
      loss: reason,
      lostAt: Math.max(data.step, this.#restart?.lostAt ?? 0),
      from: saved?.checkpoint.step ?? 0,
      // The same engine is made again.
      exact: true,
    };
    this.#set({
      status: 'preparing',
      playWhenReady: playWhenReady || status === 'running',
      recovering: reason,
      arranging: false,
      copyProblem: arranging ? `${reason} The lanes were not changed: try again.` : null,
    });
    this.#sendCreate();
  }

  /** The run is over; its numbers and its last checkpoint can still be saved. */
  #fail(error: string): void {
    const { status, engine } = this.#state;
    // What stood here of the engine before is not true of this run.
    const made = status === 'preparing' ? null : engine;
    this.#set({ status: 'failed', error, engine: made, fallback: null, arranging: false, recovering: null });
  }
}
