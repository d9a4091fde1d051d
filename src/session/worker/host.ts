import { arrangeLanes } from '../../engine/arrange.ts';
import type { LaneWorkers } from '../../engine/cpu/laneWorkers.ts';
import { createEngine, type EngineRequest } from '../../engine/create.ts';
import { type Checkpoint, DeviceLostError, type Engine, METRIC_STEPS } from '../../engine/engine.ts';
import { laneShapes } from '../../engine/layout.ts';
import type { Experiment } from '../../experiment/schema.ts';
import { type TaskData, type TextData, taskOf } from '../../experiment/tasks/index.ts';
import {
  type ArrangeCommand,
  type Command,
  type CreateCommand,
  columnsOf,
  type GenerationSettings,
  type ReadCommand,
  type SessionEvent,
  type TextInfo,
  type Watched,
} from '../protocol.ts';
import { shaders } from '../shaders.ts';
import { loadData } from './data.ts';
import { lookAtExamples, lookAtTexts, lookInside } from './look.ts';
import {
  EVALUATION_STEPS,
  type EvaluationClock,
  evaluationDue,
  generationDue,
  initialPace,
  nextPace,
  type Pace,
  watchDue,
} from './pacing.ts';
import { checkpointDue, Recovery } from './recovery.ts';

export interface HostOptions {
  readonly gpu: GPU | undefined;
  readonly post: (event: SessionEvent) => void;
  /** Whether to leave a run to the page where only the page has WebGPU. */
  readonly mayRefuse: boolean;
  /** For the lanes of the CPU engine; undefined: it computes in the thread of the host. */
  readonly laneWorkers: LaneWorkers | undefined;
}

export interface Host {
  receive(command: Command): void;
}

/** A run that the host has made. */
interface Run {
  readonly number: number;
  readonly command: CreateCommand;
  /** The last checkpoint, from which training can go on; null: step 0. */
  safe: Checkpoint | null;
  /** When it was taken. */
  saved: EvaluationClock;
  /** Null once the run has failed or was refused. */
  engine: Engine | null;
  /** The task's, loaded; null for generated tasks. */
  readonly data: TaskData | null;
  pace: Pace;
  evaluation: EvaluationClock | null;
  /** Milliseconds of training so far. */
  trained: number;
  /** Last step whose metrics were posted. */
  reported: number;
  /** The report under way; training goes on meanwhile. */
  reporting: Promise<void> | null;
  /** What went wrong in a report, for the loop. */
  reportError: unknown;
  reportedAt: number;
  running: Set<number>;
  /** Steps and their end times of the last second, for the speed. */
  marks: { step: number; at: number }[];
}

/** Milliseconds between two reports of metrics. */
const REPORT_INTERVAL = 100;
/** Milliseconds over which the speed is measured. */
const SPEED_WINDOW = 1000;

const NOTHING_WATCHED: Watched = { inside: false, examples: false };

/**
 * Trains on command, in a worker or in the page. One loop does everything in turn, so that calls of the engine never
 * overlap; commands only note what is wanted, so that none is lost while the loop is busy.
 */
export function createHost({ gpu, post, mayRefuse, laneWorkers }: HostOptions): Host {
  let wanted: CreateCommand | null = null;
  let run: Run | null = null;
  let playing = false;
  let stepsWanted = 0;
  /** How text is to be generated; null: not at all. */
  let generation: GenerationSettings | null = null;
  /** The last text by these settings. */
  let generated: (EvaluationClock & { readonly step: number }) | null = null;
  let watched = NOTHING_WATCHED;
  /** The last look at what is watched. */
  let looked: (EvaluationClock & { readonly step: number }) | null = null;
  let arrangements: ArrangeCommand[] = [];
  /** Whether the page wants a checkpoint soon. */
  let saveWanted = false;
  const recovery = new Recovery();
  let disposed = false;
  let wake = (): void => {};

  /** Lets commands in between two calls: timers would cost 4 ms each, and far more in a hidden tab. */
  const channel = new MessageChannel();
  const yieldToCommands = (): Promise<void> =>
    new Promise((resolve) => {
      channel.port1.onmessage = () => resolve();
      channel.port2.postMessage(null);
    });

  const fail = (number: number, error: unknown): void => {
    playing = false;
    stepsWanted = 0;
    const message = error instanceof Error ? error.message : String(error);
    post({ type: 'failed', run: number, message });
  };

  function requestOf(
    { engine: kind }: CreateCommand,
    experiment: Experiment,
    data: TaskData | null,
  ): EngineRequest {
    return { experiment, kind, gpu, shaders, data, workers: laneWorkers };
  }

  async function open(command: CreateCommand): Promise<Run> {
    const { experiment } = command;
    const from = command.from?.checkpoint ?? null;
    const opened = (engine: Engine | null, data: TaskData | null = null): Run => ({
      number: command.run,
      command,
      safe: from,
      saved: { ended: performance.now(), milliseconds: 0 },
      engine,
      data,
      pace: initialPace,
      evaluation: null,
      trained: 1000 * (command.from?.seconds ?? 0),
      reported: from?.step ?? 0,
      reporting: null,
      reportError: null,
      reportedAt: 0,
      running: from ? runningLanes(from) : new Set(experiment.lanes.keys()),
      marks: [],
    });
    if (mayRefuse && gpu === undefined && command.pageHasGpu && command.engine !== 'cpu') {
      post({ type: 'refused', run: command.run });
      return opened(null);
    }
    const preparing = (message: string, fraction: number | null): void =>
      post({ type: 'preparing', run: command.run, message, fraction });
    try {
      const data = await loadData(command, preparing);
      preparing('Preparing the engine', null);
      // Keep the message on its way before a long compilation.
      await yieldToCommands();
      const created = await createEngine(requestOf(command, experiment, data));
      if (from !== null) await created.engine.restore(from);
      post({
        type: 'ready',
        run: command.run,
        engine: created.engine.info,
        fallback: created.fallback,
        baseline: taskOf(experiment).baseline(experiment, data),
        text: data?.kind === 'text' ? textInfo(data) : null,
      });
      return opened(created.engine, data);
    } catch (error) {
      fail(command.run, error);
      return opened(null);
    }
  }

  async function report(current: Run, engine: Engine): Promise<void> {
    const { step } = engine;
    const seconds = current.trained / 1000;
    const batch = await engine.metrics(current.reported);
    if (run !== current) return;
    const now = performance.now();
    current.reported = step;
    current.marks.push({ step, at: now });
    while (current.marks.length > 2 && now - (current.marks[1]?.at ?? now) > SPEED_WINDOW)
      current.marks.shift();
    const oldest = current.marks[0];
    const elapsed = oldest ? now - oldest.at : 0;
    const stepsPerSecond = oldest && elapsed > 0 ? ((step - oldest.step) * 1000) / elapsed : 0;
    const metrics = columnsOf(batch);
    post({ type: 'progress', run: current.number, step, stepsPerSecond, seconds, metrics });
    for (const { lane } of metrics.stops) current.running.delete(lane);
    if (current.running.size === 0 && (playing || stepsWanted > 0)) {
      playing = false;
      stepsWanted = 0;
      post({ type: 'finished', run: current.number });
    }
  }

  /** Starts a report; the device goes on computing while its numbers come back. */
  function startReport(current: Run, engine: Engine): Promise<void> {
    current.reportedAt = performance.now();
    current.reporting ??= report(current, engine)
      .catch((error: unknown) => {
        current.reportError = error;
      })
      .finally(() => {
        current.reporting = null;
      });
    return current.reporting;
  }

  /** Reports everything up to the step at which the engine stands. */
  async function reportAll(current: Run, engine: Engine): Promise<void> {
    while (current.reported < engine.step) {
      await startReport(current, engine);
      if (current.reportError !== null) throw current.reportError;
    }
  }

  async function evaluate(current: Run, engine: Engine): Promise<void> {
    const started = performance.now();
    const evaluation = await engine.evaluate();
    const ended = performance.now();
    current.evaluation = { ended, milliseconds: ended - started };
    post({ type: 'evaluated', run: current.number, evaluation });
  }

  async function generate(current: Run, engine: Engine, settings: GenerationSettings): Promise<void> {
    const { data } = current;
    if (data?.kind !== 'text') return;
    const started = performance.now();
    const { step } = engine;
    const texts = await lookAtTexts(engine, data, settings, async () => {
      await yieldToCommands();
      return generation === settings && wanted?.run === current.number;
    });
    if (texts === null) return;
    const ended = performance.now();
    generated = { step, ended, milliseconds: ended - started };
    post({ type: 'generated', run: current.number, step, settings, texts });
  }

  async function look(current: Run, engine: Engine): Promise<void> {
    const { inside, examples } = watched;
    const { number, data } = current;
    // A look makes the engine forget what it measured.
    await reportAll(current, engine);
    const started = performance.now();
    const { step } = engine;
    if (inside) post({ type: 'inside', run: number, ...(await lookInside(engine, data)) });
    if (examples) post({ type: 'examples', run: number, step, ...(await lookAtExamples(engine, data)) });
    const ended = performance.now();
    looked = { step, ended, milliseconds: ended - started };
  }

  async function save(current: Run, engine: Engine): Promise<void> {
    await reportAll(current, engine);
    const started = performance.now();
    const checkpoint = await engine.checkpoint();
    const ended = performance.now();
    current.safe = checkpoint;
    current.saved = { ended, milliseconds: ended - started };
    saveWanted = false;
    post({ type: 'checkpointed', run: current.number, checkpoint });
  }

  /** Goes on from the last checkpoint: the same steps with the same bits, on a device that is there. */
  async function recover(current: Run, engine: Engine, loss: DeviceLostError): Promise<void> {
    const { command, data, safe } = current;
    const lostAt = engine.step;
    const from = safe?.step ?? 0;
    engine.dispose();
    current.engine = null;
    post({ type: 'recovering', run: current.number });
    // The report under way tells of the same loss, which counts once.
    await current.reporting;
    current.reportError = null;
    const request = requestOf(command, engine.experiment, data);
    const created = await recovery.engineAfterLoss(request, safe, performance.now());
    current.engine = created.engine;
    current.pace = initialPace;
    current.reported = from;
    current.marks = [];
    looked = null;
    // A run that stands goes on to where it stood.
    if (!playing) stepsWanted += lostAt - from;
    const { info } = created.engine;
    const { fallback } = created;
    post({
      type: 'recovered',
      run: current.number,
      engine: info,
      fallback,
      loss: loss.message,
      lostAt,
      from,
    });
  }

  /** Puts an engine with other lanes in the place of the run's, at the same step. */
  async function arrange(current: Run, engine: Engine, { picks }: ArrangeCommand): Promise<void> {
    await reportAll(current, engine);
    const { data, command } = current;
    let problem: string | null = null;
    try {
      const shapes = laneShapes(engine.experiment, data);
      const checkpoint = arrangeLanes(await engine.checkpoint(), shapes, picks);
      const { engine: next } = await createEngine(requestOf(command, checkpoint.experiment, data));
      await next.restore(checkpoint);
      engine.dispose();
      current.engine = next;
      current.safe = checkpoint;
      current.running = runningLanes(checkpoint);
      looked = null;
      generated = null;
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
    const { experiment } = current.engine ?? engine;
    post({ type: 'arranged', run: current.number, picks, experiment, problem });
  }

  async function read({ ownText, experiment, base }: ReadCommand): Promise<void> {
    const problem = await loadData({ ownText, experiment, base }, () => {}).then(
      () => null,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    post({ type: 'read', number: ownText.number, problem });
  }

  const isWatching = (): boolean => watched.inside || watched.examples;

  async function advance(current: Run, engine: Engine): Promise<void> {
    let steps = 1;
    if (playing) {
      steps = current.pace.steps;
      // Held-out numbers belong to round steps, the same ones in every run.
      if (evaluationDue(current.evaluation, performance.now())) {
        steps = Math.min(steps, EVALUATION_STEPS - (engine.step % EVALUATION_STEPS));
      }
    }
    const started = performance.now();
    await engine.train(steps);
    const now = performance.now();
    current.trained += now - started;
    if (playing) current.pace = nextPace(current.pace, steps, now - started);
    else stepsWanted = Math.max(0, stepsWanted - 1);
    if (now - current.reportedAt >= REPORT_INTERVAL) void startReport(current, engine);
    // The ring must not come round before its steps are read.
    if (engine.step - current.reported >= METRIC_STEPS / 2) await startReport(current, engine);
    if (engine.step % EVALUATION_STEPS === 0 && evaluationDue(current.evaluation, now)) {
      await evaluate(current, engine);
    }
    if (playing && generation !== null && generationDue(generated, performance.now())) {
      await generate(current, engine, generation);
    }
    if (saveWanted || checkpointDue(current.saved, performance.now())) await save(current, engine);
    if (playing && isWatching() && watchDue(looked, performance.now())) await look(current, engine);
    await yieldToCommands();
  }

  async function loop(): Promise<void> {
    while (!disposed) {
      if (wanted !== null && wanted.run !== run?.number) {
        run?.engine?.dispose();
        run = await open(wanted);
        continue;
      }
      const engine = run?.engine;
      if (run && engine) {
        try {
          if (run.reportError !== null) throw run.reportError;
          const arrangement = arrangements.shift();
          if (arrangement) {
            await arrange(run, engine, arrangement);
            continue;
          }
          if (playing || stepsWanted > 0) {
            await advance(run, engine);
            continue;
          }
          if (run.reported < engine.step) {
            await startReport(run, engine);
            continue;
          }
          run.marks = [];
          if ((run.safe?.step ?? 0) !== engine.step) {
            await save(run, engine);
            continue;
          }
          if (isWatching() && looked?.step !== engine.step) {
            await look(run, engine);
            continue;
          }
          if (generation !== null && run.data?.kind === 'text' && generated?.step !== engine.step) {
            await generate(run, engine, generation);
            continue;
          }
        } catch (error) {
          try {
            if (!(error instanceof DeviceLostError)) throw error;
            await recover(run, engine, error);
            continue;
          } catch (final) {
            fail(run.number, final);
            engine.dispose();
            run.engine = null;
          }
        }
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    run?.engine?.dispose();
    channel.port1.close();
  }

  void loop();

  return {
    receive(command) {
      if (command.type === 'create') {
        wanted = command;
        playing = false;
        stepsWanted = 0;
        generation = null;
        generated = null;
        watched = NOTHING_WATCHED;
        looked = null;
        arrangements = [];
        saveWanted = false;
      } else if (command.type === 'read') {
        void read(command);
      } else if (command.type === 'dispose') {
        disposed = true;
      } else if (command.run === wanted?.run) {
        if (command.type === 'step') stepsWanted++;
        else if (command.type === 'generate') {
          generation = command.settings;
          generated = null;
        } else if (command.type === 'watch') {
          watched = command.watched;
          looked = null;
        } else if (command.type === 'arrange') arrangements.push(command);
        else if (command.type === 'save') saveWanted = true;
        else playing = command.type === 'play';
      }
      wake();
    },
  };
}

const runningLanes = ({ stoppedAt }: Checkpoint): Set<number> =>
  new Set([...stoppedAt.keys()].filter((lane) => stoppedAt[lane] === 0));

const textInfo = ({ title, training, vocabulary }: TextData): TextInfo => ({
  title,
  characters: training.length,
  vocabulary: vocabulary.length,
  symbols: vocabulary,
});
