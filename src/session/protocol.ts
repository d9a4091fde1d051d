import type { LanePick } from '../engine/arrange.ts';
import type {
  Checkpoint,
  EngineInfo,
  EngineKind,
  Evaluation,
  MetricBatch,
  StepSnapshot,
} from '../engine/engine.ts';
import type { Examples } from '../engine/predict.ts';
import type { Experiment } from '../experiment/schema.ts';
import type { Task, TextData } from '../experiment/tasks/index.ts';

/** What the page asks of the host that trains. A command of another run than the last created one is ignored. */
export type Command = CreateCommand | ReadCommand | RunCommand | { readonly type: 'dispose' };

/** What the page asks of a run. */
export type RunCommand =
  | GenerateCommand
  | WatchCommand
  | ArrangeCommand
  /** `save` asks a run that trains for a checkpoint soon; a paused run has sent its last one. */
  | { readonly type: 'play' | 'pause' | 'step' | 'save'; readonly run: number };

/** Makes a paused run, at step 0 or at a checkpoint; the run before it ends. A reset creates the same experiment again. */
export interface CreateCommand {
  readonly type: 'create';
  /** Counts up with every create, so that late events of an earlier run can be told apart. */
  readonly run: number;
  readonly experiment: Experiment;
  /** A checkpoint of the experiment, to go on from, and the seconds of training before it; null: from step 0. */
  readonly from: { readonly checkpoint: Checkpoint; readonly seconds: number } | null;
  /** The step that it had reached before it had to start again: it trains up to it, paused or not. */
  readonly reached: number;
  readonly engine: EngineKind | 'auto';
  /** The text of an experiment with data=own. */
  readonly ownText: OwnText | null;
  /** Address of the page, below which data/ lies. */
  readonly base: string;
  /** Whether the page itself has `navigator.gpu`: a worker without it then hands the run to the page. */
  readonly pageHasGpu: boolean;
  /** Which GPU of a machine with two. */
  readonly powerPreference: GPUPowerPreference;
}

/** A text file of the visitor's. It goes to the host, on the same machine, and nowhere else. */
export interface OwnText {
  /** Another one for every file, so that none is read twice. */
  readonly number: number;
  readonly file: File;
}

/** Reads a text without touching the run: whether the experiment could train on it. */
export interface ReadCommand {
  readonly type: 'read';
  readonly ownText: OwnText;
  readonly experiment: Experiment;
  readonly base: string;
}

/** Generates text at once and, while the run trains, every few seconds; null: no more. */
export interface GenerateCommand {
  readonly type: 'generate';
  readonly run: number;
  readonly settings: GenerationSettings | null;
}

/** What a visitor looks at beside the curves. */
export interface Watched {
  /** Everything about the step to come. */
  readonly inside: boolean;
  /** A few held-out examples and every lane's answers. */
  readonly examples: boolean;
}

/** Posts what is watched at once, after every step by hand and, while the run trains, now and again. */
export interface WatchCommand {
  readonly type: 'watch';
  readonly run: number;
  readonly watched: Watched;
}

/** Goes on with other lanes, from the step at which the run stands. */
export interface ArrangeCommand {
  readonly type: 'arrange';
  readonly run: number;
  readonly picks: readonly LanePick[];
}

export interface GenerationSettings {
  readonly temperature: number;
  /** What each network reads before it goes on by itself. */
  readonly prompt: string;
  /** Characters of each text. */
  readonly characters: number;
  /** Tells several texts of one step apart. */
  readonly sample: number;
}

/** A text that the host has read. */
export interface TextInfo {
  readonly title: string;
  /** That are trained on. */
  readonly characters: number;
  /** Different ones. */
  readonly vocabulary: number;
  /** What each number of the vocabulary stands for. */
  readonly symbols: readonly string[]; // [vocabulary]
}

/** What the host tells the page. */
export type SessionEvent =
  /** `fraction` of a download, from 0 to 1; null where there is nothing to count. */
  | {
      readonly type: 'preparing';
      readonly run: number;
      readonly message: string;
      readonly fraction: number | null;
    }
  /** `fallback`: why the CPU engine trains where any engine would do, or null. */
  | {
      readonly type: 'ready';
      readonly run: number;
      readonly engine: EngineInfo;
      readonly fallback: string | null;
      /** The task's, with its data. */
      readonly baseline: ReturnType<Task['baseline']>;
      /** The text that the run trains on; null where it trains on none. */
      readonly text: TextInfo | null;
    }
  | {
      readonly type: 'progress';
      readonly run: number;
      readonly step: number;
      /** Over about the last second; 0 where too little was measured. */
      readonly stepsPerSecond: number;
      /** Of training up to that step, all lanes together; pauses and evaluations do not count. */
      readonly seconds: number;
      readonly metrics: MetricColumns;
    }
  | { readonly type: 'evaluated'; readonly run: number; readonly evaluation: Evaluation }
  /** All that the run needs to go on from here. */
  | { readonly type: 'checkpointed'; readonly run: number; readonly checkpoint: Checkpoint }
  /** What it computed on was lost (`loss` says how): training goes on as soon as there is another. */
  | { readonly type: 'recovering'; readonly run: number; readonly loss: string }
  | RecoveredEvent
  | GeneratedEvent
  | InsideEvent
  | ExamplesEvent
  | ArrangedEvent
  /** `problem`: why the experiment cannot train on the text with that number; null where it can. */
  | { readonly type: 'read'; readonly number: number; readonly problem: string | null }
  /** Every lane has stopped: the host has paused. */
  | { readonly type: 'finished'; readonly run: number }
  /** The run is over; `message` is for the visitor. */
  | { readonly type: 'failed'; readonly run: number; readonly message: string }
  /** This host has no `navigator.gpu`, the page has: the page is to be the host. */
  | { readonly type: 'refused'; readonly run: number };

/** The run goes on with these lanes from a new checkpoint; or, for the problem, with those that it had. */
export type ArrangedEvent = { readonly type: 'arranged'; readonly run: number } & (
  | { readonly problem: string }
  | {
      readonly problem: null;
      readonly picks: readonly LanePick[];
      readonly checkpoint: Checkpoint;
      readonly engine: EngineInfo;
      readonly fallback: string | null;
    }
);

/** Another device, or the CPU engine, goes on from step `from` with the same numbers. */
export interface RecoveredEvent {
  readonly type: 'recovered';
  readonly run: number;
  readonly engine: EngineInfo;
  /** Why the CPU engine goes on, or null. */
  readonly fallback: string | null;
  /** What was lost, in a sentence. */
  readonly loss: string;
  readonly lostAt: number;
  readonly from: number;
  /** Whether the numbers stay the same to the last bit: those of another engine agree to rounding. */
  readonly exact: boolean;
}

/** What each lane wrote after the update of `step`. */
export interface GeneratedEvent {
  readonly type: 'generated';
  readonly run: number;
  readonly step: number;
  readonly settings: GenerationSettings;
  readonly texts: readonly string[]; // [lane]
}

/** Everything about the step that comes next, as if it had been taken. */
export interface InsideEvent extends StepSnapshot {
  readonly type: 'inside';
  readonly run: number;
}

/** Held-out examples and what every lane answers after the update of `step`. */
export interface ExamplesEvent extends Examples {
  readonly type: 'examples';
  readonly run: number;
  readonly step: number;
}

/** Metrics of many steps and lanes by column, line i of each belonging together: arrays that a worker can hand over. */
export interface MetricColumns {
  readonly step: Uint32Array;
  readonly lane: Uint8Array;
  readonly loss: Float64Array;
  readonly metric: Float64Array;
  readonly gradientNorm: Float64Array;
  readonly pathNormLog2: Float64Array;
  readonly stops: readonly Stop[];
}

export const textInfoOf = ({ title, training, vocabulary }: TextData): TextInfo => ({
  title,
  characters: training.length,
  vocabulary: vocabulary.length,
  symbols: vocabulary,
});

/** A lane that has stopped: at which step, and why. */
export interface Stop {
  readonly lane: number;
  readonly step: number;
  readonly reason: string;
}

/** The columns of a batch of metrics. */
export function columnsOf(batch: MetricBatch): MetricColumns {
  return {
    step: Uint32Array.from(batch, (line) => line.step),
    lane: Uint8Array.from(batch, (line) => line.lane),
    loss: Float64Array.from(batch, (line) => line.loss),
    metric: Float64Array.from(batch, (line) => line.metric),
    gradientNorm: Float64Array.from(batch, (line) => line.gradientNorm),
    pathNormLog2: Float64Array.from(batch, (line) => line.pathNormLog2),
    stops: batch.flatMap(({ lane, step, stopped }) =>
      stopped === null ? [] : [{ lane, step, reason: stopped }],
    ),
  };
}

/** The buffers of an event that can be handed over instead of copied. */
export function transferablesOf(event: SessionEvent): Transferable[] {
  if (event.type !== 'progress') return [];
  const { step, lane, loss, metric, gradientNorm, pathNormLog2 } = event.metrics;
  return [step, lane, loss, metric, gradientNorm, pathNormLog2].map((column) => column.buffer as ArrayBuffer);
}
