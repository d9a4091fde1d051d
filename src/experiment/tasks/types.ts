import type { Stream } from '../philox.ts';

/** Data sets that a task reads; generated tasks read none. */
export type DataSetName = 'mnist';

/** The images of a set: pixels are bytes, row by row, image after image. */
export interface ImageSet {
  readonly count: number;
  readonly pixels: Uint8Array; // [count, 28 * 28]
  readonly labels: Uint8Array; // [count]
}

/** What a data set holds once it is loaded. */
export interface TaskData {
  readonly training: ImageSet;
  readonly heldOut: ImageSet;
}

/** A batch in the layout of both engines. Targets are float32 for squared error, class numbers for softmax. */
export interface Batch {
  readonly inputs: Float32Array; // [length, batch, inputs]
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
  /** Time steps of a sequence. */
  readonly length: number;
  readonly data: TaskData | null;
}

/** How the readout is judged beside the loss. */
export type Measure =
  /** Share of scored steps whose every output is within the tolerance of its target. */
  | { readonly kind: 'within'; readonly tolerance: number; readonly label: string }
  /** Share of scored steps, from the given step on, whose largest output is the target's class. */
  | { readonly kind: 'accuracy'; readonly firstStep: number; readonly label: string };

/** One task: everything that the engines and the page need to know of it. */
export interface Task {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly citation: string;
  /** The range of `length`, or null where the task has a length of its own. */
  readonly lengthRange: { readonly min: number; readonly max: number } | null;
  /** Time steps of a sequence for the experiment's `length`. */
  steps(length: number): number;
  readonly inputs: number;
  readonly outputs: number;
  readonly loss: 'squared' | 'softmax';
  /** Which steps are scored: the last, or every one. */
  readonly readout: 'last' | 'every';
  measure(length: number): Measure;
  /** The loss of the best guess that ignores the input, and what that guess is. */
  baseline(length: number): { readonly loss: number; readonly label: string };
  /** Sequences of the held-out set; null: as many as the loaded data hold. */
  readonly heldOutSequences: number | null;
  readonly data: DataSetName | null;
  /** File of the batch kernel in shaders/tasks/. */
  readonly shader: string;
  /** The batch kernel's CPU twin: the same bits. */
  makeBatch(request: BatchRequest): Batch;
}
