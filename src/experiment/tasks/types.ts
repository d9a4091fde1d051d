import type { Stream } from '../philox.ts';

/** Data sets that a task reads; generated tasks read none. */
export type DataSetName = 'mnist' | 'text';

/** Which data of its data set a task reads: a part of the images, or one of the texts. */
export const DATA_CHOICES = ['small', 'full', 'moby-dick', 'own'] as const;
export type DataChoice = (typeof DATA_CHOICES)[number];

/** The images of a set: pixels are bytes, row by row, image after image. */
export interface ImageSet {
  readonly count: number;
  readonly pixels: Uint8Array; // [count, 28 * 28]
  readonly labels: Uint8Array; // [count]
}

/** The images of MNIST once they are loaded. */
export interface ImageData {
  readonly kind: 'images';
  readonly training: ImageSet;
  readonly heldOut: ImageSet;
}

/** A text once it is loaded: its characters as numbers of the vocabulary. */
export interface TextData {
  readonly kind: 'text';
  /** For a person: "Moby Dick", or the name of a file. */
  readonly title: string;
  /** What each number stands for, one character each; rare characters share the number of `RARE_CHARACTER`. */
  readonly vocabulary: readonly string[];
  readonly training: Uint8Array; // [characters]
  readonly heldOut: Uint8Array; // [characters]
}

/** What a data set holds once it is loaded. */
export type TaskData = ImageData | TextData;

/** The settings of an experiment on which a task depends. */
export interface TaskSettings {
  readonly length: number;
  /** Marked numbers of the adding problem. */
  readonly terms: number;
  /** Sequences of a training batch. */
  readonly batch: number;
}

/** A batch in the layout of both engines. Targets are float32 for squared error, class numbers for softmax. */
export interface Batch {
  readonly inputs: Float32Array; // [steps, batch, inputs]
  readonly targets: Float32Array | Uint32Array; // [scored steps, batch, outputs] or [scored steps, batch]
}

export interface BatchRequest {
  readonly seed: number;
  readonly stream: Stream;
  /** Training step, from 1; 0 for the held-out set. */
  readonly step: number;
  /** Sequences of the batch. */
  readonly batch: number;
  /** Number of the first sequence: 0 in training, where the held-out set goes on from one batch to the next. */
  readonly firstSequence: number;
  /** The experiment's `length`. */
  readonly length: number;
  /** The experiment's `terms`. */
  readonly terms: number;
  readonly data: TaskData | null;
}

/** How the readout is judged beside the loss. */
export type Measure =
  /** Share of scored steps whose every output is within the tolerance of its target. */
  | { readonly kind: 'within'; readonly tolerance: number; readonly label: string }
  /** Share of scored steps, from the given step on, whose largest output is the target's class. */
  | { readonly kind: 'accuracy'; readonly firstStep: number; readonly label: string }
  /** The loss, a cross-entropy, in bits instead of nats: the one measure of which less is better. */
  | { readonly kind: 'bits'; readonly label: string };

/** How a task's inputs look, for a picture of them. */
export type InputDisplay =
  /** Each input a row of numbers over time. */
  | { readonly kind: 'numbers'; readonly names: readonly string[] }
  /** An image of `side` x `side` pixels, of which every step reads the next `inputs` pixels of `orderOf`. */
  | {
      readonly kind: 'image';
      readonly side: number;
      /** Pixel, row by row, of each number read, in the order of reading: [steps * inputs]. */
      readonly orderOf: (seed: number) => Uint32Array;
    }
  /** One-hot symbols with these names. */
  | { readonly kind: 'symbols'; readonly names: readonly string[] }
  /** One-hot characters of the text's vocabulary. */
  | { readonly kind: 'text' };

/** How a task's answers look: a number, a class of these names at the last step, a symbol at every step, text. */
export type OutputDisplay =
  | { readonly kind: 'number' }
  | { readonly kind: 'class'; readonly names: readonly string[] }
  | { readonly kind: 'symbols'; readonly names: readonly string[] }
  | { readonly kind: 'text' };

/** One task: everything that the engines and the page need to know of it. */
export interface Task {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly citation: string;
  /** The range of `length`, or null where the task has a length of its own. */
  readonly lengthRange: { readonly min: number; readonly max: number } | null;
  /** The length of an experiment that names none; where the task has a length of its own, its number of steps. */
  readonly defaultLength: number;
  /** Whether `terms` applies. */
  readonly hasTerms: boolean;
  /** Time steps of a sequence. */
  steps(settings: Pick<TaskSettings, 'length'>): number;
  /** Whether there is but one step, and therefore nothing to recur: the network has no recurrent weights. */
  readonly feedforward: boolean;
  /**
   * Numbers of inputs and outputs at a time step.
   * @throws Error where they follow from data that are not there
   */
  sizes(data: TaskData | null): { readonly inputs: number; readonly outputs: number };
  readonly loss: 'squared' | 'softmax';
  /** Which steps are scored: the last, or every one. */
  readonly readout: 'last' | 'every';
  measure(settings: TaskSettings): Measure;
  /** The loss of the best guess that ignores the input, and what that guess is. */
  baseline(
    settings: TaskSettings,
    data: TaskData | null,
  ): { readonly loss: number; readonly label: string } | null;
  /** Sequences of the held-out set. */
  heldOutSequences(settings: TaskSettings, data: TaskData | null): number;
  /**
   * Where a batch continues the sequences of the batch before, so that hidden states are carried over: the number of
   * batches after which all begin anew, from zero; step N begins anew where (N - 1) mod segments is 0. Null: every batch
   * begins anew. Held-out batches of such a task have exactly `batch` sequences, and continue each other from the first
   * to the last.
   */
  segments(settings: TaskSettings, data: TaskData | null): number | null;
  readonly data: DataSetName | null;
  /** What `data` may be, the default first; empty for generated tasks. */
  readonly dataChoices: readonly DataChoice[];
  /** Why the data do not do for these settings, naming what would; null where they do. */
  problem(settings: TaskSettings, data: TaskData | null): string | null;
  readonly display: { readonly inputs: InputDisplay; readonly outputs: OutputDisplay };
  /** File of the batch kernel in shaders/tasks/. */
  readonly shader: string;
  /** Invocations of the batch kernel for each sequence. */
  shaderInvocations(steps: number, inputs: number): number;
  /** The task's data as its batch kernel reads them; null for generated tasks. */
  shaderData(data: TaskData | null, seed: number): Uint32Array<ArrayBuffer> | null;
  /** The batch kernel's CPU twin: the same bits. */
  makeBatch(request: BatchRequest): Batch;
}

/** What most tasks have in common, above all those that make their own sequences. */
export const generated = {
  defaultLength: 20,
  hasTerms: false,
  feedforward: false,
  heldOutSequences: () => 1000,
  segments: () => null,
  data: null,
  dataChoices: [],
  problem: () => null,
  shaderInvocations: (steps: number) => steps,
  shaderData: () => null,
} as const satisfies Partial<Task>;
