import { arrangeLanes } from '../../engine/arrange.ts';
import type { LaneWorkers } from '../../engine/cpu/laneWorkers.ts';
import type { CreatedEngine, createEngine, EngineRequest } from '../../engine/create.ts';
import {
  type Checkpoint,
  type Engine,
  EngineLostError,
  METRIC_STEPS,
  messageOf,
  type NoAdapterError,
} from '../../engine/engine.ts';
import { unlessAborted } from '../../engine/inTime.ts';
import { laneShapes } from '../../engine/layout.ts';
import { gpuPreferring } from '../../engine/webgpu/adapters.ts';
import type { Experiment } from '../../experiment/schema.ts';
import { type TaskData, taskOf } from '../../experiment/tasks/index.ts';
import {
  type ArrangeCommand,
  type CreateCommand,
  type RunCommand,
  type SessionEvent,
  textInfoOf,
} from '../protocol.ts';
import { shaders } from '../shaders.ts';
import { Breather } from './breather.ts';
import type { Clock } from './clock.ts';
import { loadData } from './data.ts';
import { Onlooker } from './onlooker.ts';
import {
  EVALUATION_STEPS,
  type EvaluationClock,
  evaluationDue,
  initialPace,
  nextPace,
  timed,
} from './pacing.ts';
import { checkpointDue, type Recovery } from './recovery.ts';
import { Reporter } from './reporter.ts';

/** What a run needs from where it trains. */
export interface Surroundings {
  readonly gpu: GPU | undefined;
  readonly post: (event: SessionEvent) => void;
  /** Whether to leave a run to the page where only the page has WebGPU. */
  readonly mayRefuse: boolean;
  /** For the lanes of the CPU engine; undefined: it computes in this thread. */
  readonly laneWorkers: LaneWorkers | undefined;
  readonly create: typeof createEngine;
  readonly clock: Clock;
}

/**
 * One run, from its creation to its end: it owns its engine, its commands and its clocks, and all of them end with it. One
 * loop takes commands and works in turn, so that calls of the engine never overlap.
 */
export class RunLoop {
  readonly run: number;
  readonly #around: Surroundings;
  readonly #recovery: Recovery;
  readonly #end = new AbortController();
  readonly #breather = new Breather();
  readonly #commands: RunCommand[] = [];
  #wake = (): void => {};

  #engineKind: CreateCommand['engine'];
  readonly #gpu: GPU | undefined;
  #engine: Engine | null = null;
  /** A loss that the engine told of, until the loop sees to it. */
  #loss: EngineLostError | null = null;
  #data: TaskData | null = null;
  /** The last checkpoint, from which training can go on; null: step 0. */
  #safe: Checkpoint | null;
  #saved: EvaluationClock;
  #running: Set<number>;

  #playing = false;
  /** The step up to which the run trains even while it is paused. */
  #target: number;
  /** Steps trained. The engine's own count is another one in the middle of a look. */
  #reached: number;
  #saveWanted = false;

  #pace = initialPace;
  #evaluated: EvaluationClock | null = null;
  /** Milliseconds of training so far. */
  #trained: number;
  readonly #reporter: Reporter;
  readonly #onlooker: Onlooker;

  constructor(command: CreateCommand, around: Surroundings, recovery: Recovery) {
    const from = command.from?.checkpoint ?? null;
    this.run = command.run;
    this.#around = around;
    this.#recovery = recovery;
    this.#engineKind = command.engine;
    this.#gpu = around.gpu && gpuPreferring(around.gpu, command.powerPreference);
    this.#safe = from;
    this.#saved = { ended: around.clock.now(), milliseconds: 0 };
    this.#running = from ? runningLanes(from) : new Set(command.experiment.lanes.keys());
    this.#target = command.reached;
    this.#reached = from?.step ?? 0;
    this.#trained = 1000 * (command.from?.seconds ?? 0);
    const parts = {
      run: this.run,
      clock: around.clock,
      signal: this.#end.signal,
      post: (event: SessionEvent) => this.#post(event),
    };
    this.#onlooker = new Onlooker(parts);
    this.#reporter = new Reporter({
      ...parts,
      reported: this.#reached,
      onReport: ({ stops }) => {
        for (const { lane } of stops) this.#running.delete(lane);
        if (this.#running.size === 0) this.#finish();
      },
    });
    // The host knows of the run before it hears of it.
    void Promise.resolve().then(() => this.#live(command));
  }

  /** Takes a command into the queue. */
  receive(command: RunCommand): void {
    if (this.#ended) return;
    this.#commands.push(command);
    this.#wake();
  }

  /** Ends the run: nothing of it is posted any more, and its engine is disposed of. */
  dispose(): void {
    this.#end.abort(new Error('This run has ended.'));
    this.#engine?.dispose();
    this.#engine = null;
  }

  get #ended(): boolean {
    return this.#end.signal.aborted;
  }

  #post(event: SessionEvent): void {
    if (!this.#ended) this.#around.post(event);
  }

  /** Waits for something; once the run has ended, throws. */
  #unlessEnded<Result>(making: Promise<Result>, late?: (result: Result) => void): Promise<Result> {
    return unlessAborted(making, this.#end.signal, late);
  }

  async #live(command: CreateCommand): Promise<void> {
    try {
      if (!(await this.#open(command))) return;
      while (!this.#ended) {
        try {
          await this.#turn();
        } catch (error) {
          // What fails for want of its device may say so in other words.
          const loss = error instanceof EngineLostError ? error : this.#loss;
          if (!loss || this.#ended) throw error;
          await this.#recover(loss);
        }
      }
    } catch (error) {
      this.#post({ type: 'failed', run: this.run, message: messageOf(error) });
    } finally {
      this.dispose();
      this.#breather.end();
    }
  }

  /** Loads the data and makes the engine; false where the page must train. */
  async #open(command: CreateCommand): Promise<boolean> {
    const { run, experiment } = command;
    const { gpu, mayRefuse } = this.#around;
    if (mayRefuse && gpu === undefined && command.pageHasGpu && command.engine !== 'cpu') {
      this.#post({ type: 'refused', run });
      return false;
    }
    const preparing = (message: string, fraction: number | null): void =>
      this.#post({ type: 'preparing', run, message, fraction });
    this.#end.signal.throwIfAborted();
    this.#data = await this.#unlessEnded(loadData(command, preparing));
    preparing('Preparing the engine', null);
    // Let the message go out before a long compilation.
    await this.#unlessEnded(this.#breather.breathe());
    const { engine, fallback } = await this.#make(experiment, this.#safe).catch((error: unknown) => {
      if (!this.#recovery.isLoss(error, this.#around.clock.now())) throw error;
      return this.#makeAfter(error, experiment);
    });
    this.#adopt(engine);
    this.#post({
      type: 'ready',
      run,
      engine: engine.info,
      fallback,
      baseline: taskOf(experiment).baseline(experiment, this.#data),
      text: this.#data?.kind === 'text' ? textInfoOf(this.#data) : null,
    });
    return true;
  }

  #requestFor(experiment: Experiment): EngineRequest {
    const { laneWorkers: workers } = this.#around;
    return { experiment, kind: this.#engineKind, gpu: this.#gpu, shaders, data: this.#data, workers };
  }

  #make(experiment: Experiment, from: Checkpoint | null): Promise<CreatedEngine> {
    return this.#unlessEnded(this.#around.create({ ...this.#requestFor(experiment), from }), disposeOf);
  }

  /** The same after a loss, at the last checkpoint. */
  #makeAfter(loss: EngineLostError | NoAdapterError, experiment: Experiment): Promise<CreatedEngine> {
    const options = { ...this.#around, signal: this.#end.signal };
    return this.#recovery.engineAfterLoss(this.#requestFor(experiment), loss, this.#safe, options);
  }

  #adopt(engine: Engine): void {
    this.#engine?.dispose();
    this.#engine = engine;
    this.#loss = null;
    this.#onlooker.forget();
    engine.onLoss((loss) => {
      if (this.#engine !== engine) return;
      this.#loss = loss;
      this.#wake();
    });
  }

  /** One command, or one piece of work; without either it sleeps. */
  async #turn(): Promise<void> {
    if (this.#loss) throw this.#loss;
    this.#reporter.check();
    const engine = this.#engine as Engine;
    const [command] = this.#commands;
    if (command?.type === 'arrange') await this.#arrange(engine, command);
    else if (command) this.#obey(engine, command);
    else if (this.#playing || engine.step < this.#target) await this.#advance(engine);
    else if (this.#reporter.reported < engine.step) await this.#report(engine);
    else if ((this.#safe?.step ?? 0) !== engine.step) await this.#save(engine);
    else if (this.#onlooker.wantsLook(engine.step)) await this.#look(engine);
    else if (this.#onlooker.wantsText(engine.step, this.#data)) await this.#write(engine);
    else await this.#sleep();
  }

  /** Nothing is awaited between the last look at the queue and this, so that no command is missed. */
  #sleep(): Promise<void> {
    this.#reporter.rest();
    return this.#unlessEnded(
      new Promise((resolve) => {
        this.#wake = resolve;
      }),
    );
  }

  #obey(engine: Engine, command: Exclude<RunCommand, ArrangeCommand>): void {
    this.#commands.shift();
    switch (command.type) {
      case 'play':
      case 'pause':
        this.#playing = command.type === 'play';
        break;
      case 'step':
        this.#target = Math.max(this.#target, engine.step) + 1;
        break;
      case 'save':
        this.#saveWanted = true;
        break;
      case 'generate':
        this.#onlooker.generate(command.settings);
        break;
      case 'watch':
        this.#onlooker.watch(command.watched);
        break;
    }
  }

  async #advance(engine: Engine): Promise<void> {
    if (this.#running.size === 0) return this.#finish();
    const now = (): number => this.#around.clock.now();
    const wanted = this.#playing ? Number.POSITIVE_INFINITY : this.#target - engine.step;
    let steps = Math.min(this.#pace.steps, wanted);
    // Held-out numbers belong to round steps, the same ones in every run.
    if (evaluationDue(this.#evaluated, now())) {
      steps = Math.min(steps, EVALUATION_STEPS - (engine.step % EVALUATION_STEPS));
    }
    const started = now();
    await this.#unlessEnded(engine.train(steps));
    const milliseconds = now() - started;
    this.#reached = engine.step;
    this.#trained += milliseconds;
    // A single step by hand says nothing about the pace.
    if (wanted > 1) this.#pace = nextPace(this.#pace, steps, milliseconds);
    if (this.#reporter.isDue) void this.#reporter.start(engine, this.#trained / 1000);
    // The ring must not come round before its steps are read.
    if (engine.step - this.#reporter.reported >= METRIC_STEPS / 2) await this.#report(engine);
    if (engine.step % EVALUATION_STEPS === 0 && evaluationDue(this.#evaluated, now())) {
      await this.#evaluate(engine);
    }
    if (this.#playing && this.#onlooker.isTextDue(this.#data)) await this.#write(engine);
    if (this.#saveWanted || checkpointDue(this.#saved, now())) await this.#save(engine);
    if (this.#playing && this.#onlooker.isLookDue) await this.#look(engine);
    await this.#unlessEnded(this.#breather.breathe());
  }

  #report(engine: Engine): Promise<void> {
    return this.#reporter.all(engine, this.#trained / 1000);
  }

  /** No lane can go on. */
  #finish(): void {
    this.#playing = false;
    this.#target = 0;
    this.#post({ type: 'finished', run: this.run });
  }

  async #evaluate(engine: Engine): Promise<void> {
    this.#evaluated = await timed(this.#around.clock, async () => {
      const evaluation = await this.#unlessEnded(engine.evaluate());
      this.#post({ type: 'evaluated', run: this.run, evaluation });
    });
  }

  async #look(engine: Engine): Promise<void> {
    // A look makes the engine forget what it measured.
    await this.#report(engine);
    await this.#onlooker.look(engine, this.#data);
  }

  #write(engine: Engine): Promise<void> {
    // Commands do not wait for texts, which are begun again later.
    return this.#onlooker.write(engine, this.#data, async () => {
      await this.#breather.breathe();
      return this.#commands.length === 0 && !this.#ended;
    });
  }

  async #save(engine: Engine): Promise<void> {
    await this.#report(engine);
    this.#saved = await timed(this.#around.clock, async () => {
      this.#safe = await this.#unlessEnded(engine.checkpoint());
    });
    this.#saveWanted = false;
    this.#post({ type: 'checkpointed', run: this.run, checkpoint: this.#safe as Checkpoint });
  }

  /** Goes on from the last checkpoint: the same steps with the same bits, on what is still there. */
  async #recover(loss: EngineLostError): Promise<void> {
    const lost = this.#engine as Engine;
    const lostAt = this.#reached;
    const from = this.#safe?.step ?? 0;
    this.#engine = null;
    lost.dispose();
    this.#post({ type: 'recovering', run: this.run, loss: loss.message });
    await this.#unlessEnded(this.#reporter.rewind(from));
    const { engine, fallback } = await this.#makeAfter(loss, lost.experiment);
    this.#adopt(engine);
    if (engine.info.kind === 'cpu') this.#engineKind = 'cpu';
    this.#pace = initialPace;
    this.#running = this.#safe ? runningLanes(this.#safe) : new Set(lost.experiment.lanes.keys());
    // A paused run, too, replays up to the step it had reached.
    this.#target = Math.max(this.#target, lostAt);
    this.#reached = from;
    const { info } = engine;
    const exact = info.kind === lost.info.kind;
    const what = { engine: info, fallback, loss: loss.message, lostAt, from, exact };
    this.#post({ type: 'recovered', run: this.run, ...what });
  }

  /** Puts an engine with other lanes in the place of the run's. The command stays in the queue, through losses too, until it is answered. */
  async #arrange(engine: Engine, { picks }: ArrangeCommand): Promise<void> {
    const { run } = this;
    // Steps that were asked for before come first.
    if (engine.step < this.#target) {
      await this.#advance(engine);
      return;
    }
    await this.#report(engine);
    try {
      const shapes = laneShapes(engine.experiment, this.#data);
      const checkpoint = arrangeLanes(await this.#unlessEnded(engine.checkpoint()), shapes, picks);
      const { engine: next, fallback } = await this.#make(checkpoint.experiment, checkpoint);
      this.#adopt(next);
      this.#safe = checkpoint;
      this.#running = runningLanes(checkpoint);
      this.#post({ type: 'arranged', run, problem: null, picks, checkpoint, engine: next.info, fallback });
    } catch (error) {
      if (this.#ended || this.#loss || error instanceof EngineLostError) throw error;
      this.#post({ type: 'arranged', run, problem: messageOf(error) });
    }
    this.#commands.shift();
  }
}

const disposeOf = ({ engine }: CreatedEngine): void => engine.dispose();

const runningLanes = ({ stoppedAt }: Checkpoint): Set<number> =>
  new Set([...stoppedAt.keys()].filter((lane) => stoppedAt[lane] === 0));
