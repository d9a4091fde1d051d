import type { Batch, Measure, Task } from '../../experiment/tasks/index.ts';
import type { Shape } from '../layout.ts';
import type { Precision } from './precision.ts';

/** How a batch was answered: sums over its sequences, means only after division by their number. */
export interface Score {
  /** Sum over sequences of their mean loss. */
  readonly loss: number;
  /** Sum over sequences of their measure. */
  readonly metric: number;
}

/** The loss of a task, its gradient and the task's own measure. */
export class Scorer {
  readonly #task: Task;
  readonly #shape: Shape;
  readonly #single: boolean;
  readonly #measure: Measure;

  /** @param measure the task's, at the experiment's length */
  constructor(task: Task, shape: Shape, measure: Measure, precision: Precision) {
    this.#task = task;
    this.#shape = shape;
    this.#measure = measure;
    this.#single = precision === 'float32';
  }

  /**
   * Judges outputs. The loss is a mean over scored steps, and over outputs for squared error (without a factor 1/2);
   * cross-entropy is in nats.
   * @param outputs [scored steps, batch, outputs], of which the first `sequences` of a batch are judged
   * @param targets of the task's batch: [scored steps, sequences, outputs] or classes [scored steps, sequences]
   * @param outputGradient receives dL/dy of the mean over the sequences, laid out as `outputs`; null: not wanted
   */
  score(
    outputs: Float64Array,
    targets: Batch['targets'],
    sequences: number,
    outputGradient: Float64Array | null,
  ): Score {
    const loss =
      this.#task.loss === 'squared'
        ? this.#squaredError(outputs, targets, sequences, outputGradient)
        : this.#crossEntropy(outputs, targets, sequences, outputGradient);
    return { loss, metric: this.#metric(loss, outputs, targets, sequences) };
  }

  #metric(loss: number, outputs: Float64Array, targets: Batch['targets'], sequences: number): number {
    const measure = this.#measure;
    switch (measure.kind) {
      case 'within':
        return this.#within(outputs, targets, sequences, measure.tolerance);
      case 'accuracy':
        return this.#accuracy(outputs, targets, sequences, measure.firstStep);
      case 'bits':
        return loss / Math.LN2;
    }
  }

  #squaredError(
    outputs: Float64Array,
    targets: Batch['targets'],
    sequences: number,
    outputGradient: Float64Array | null,
  ): number {
    const { batch, outputs: width, scoredSteps } = this.#shape;
    const scale = 2 / (sequences * width * scoredSteps);
    let sum = 0;
    for (let s = 0; s < scoredSteps; s++) {
      for (let i = 0; i < sequences * width; i++) {
        const at = s * batch * width + i;
        const difference = (outputs[at] as number) - (targets[s * sequences * width + i] as number);
        sum += difference * difference;
        if (outputGradient) outputGradient[at] = this.#round(scale * difference);
      }
    }
    return sum / (width * scoredSteps);
  }

  #crossEntropy(
    outputs: Float64Array,
    targets: Batch['targets'],
    sequences: number,
    outputGradient: Float64Array | null,
  ): number {
    const { batch, outputs: width, scoredSteps } = this.#shape;
    const scale = 1 / (sequences * scoredSteps);
    let sum = 0;
    for (let s = 0; s < scoredSteps; s++) {
      for (let b = 0; b < sequences; b++) {
        const at = (s * batch + b) * width;
        const target = targets[s * sequences + b] as number;
        let largest = outputs[at] as number;
        for (let o = 1; o < width; o++) largest = Math.max(largest, outputs[at + o] as number);
        let total = 0;
        for (let o = 0; o < width; o++) total += Math.exp((outputs[at + o] as number) - largest);
        sum += Math.log(total) + largest - (outputs[at + target] as number);
        if (!outputGradient) continue;
        for (let o = 0; o < width; o++) {
          const probability = Math.exp((outputs[at + o] as number) - largest) / total;
          outputGradient[at + o] = this.#round(scale * (probability - (o === target ? 1 : 0)));
        }
      }
    }
    return sum / scoredSteps;
  }

  /** Share of the scored steps whose every output is within the tolerance; summed over the sequences. */
  #within(outputs: Float64Array, targets: Batch['targets'], sequences: number, tolerance: number): number {
    const { batch, outputs: width, scoredSteps } = this.#shape;
    let count = 0;
    for (let s = 0; s < scoredSteps; s++) {
      for (let b = 0; b < sequences; b++) {
        let within = true;
        for (let o = 0; o < width; o++) {
          const output = outputs[(s * batch + b) * width + o] as number;
          const target = targets[(s * sequences + b) * width + o] as number;
          within &&= Math.abs(output - target) <= tolerance;
        }
        if (within) count++;
      }
    }
    return count / scoredSteps;
  }

  /** Share of the time steps from `firstStep` on whose largest output is the target's; summed over the sequences. */
  #accuracy(outputs: Float64Array, targets: Batch['targets'], sequences: number, firstStep: number): number {
    const { batch, outputs: width, scoredFrom, scoredSteps } = this.#shape;
    const first = Math.max(0, firstStep - scoredFrom);
    let count = 0;
    for (let s = first; s < scoredSteps; s++) {
      for (let b = 0; b < sequences; b++) {
        const at = (s * batch + b) * width;
        let best = 0;
        for (let o = 1; o < width; o++) {
          if ((outputs[at + o] as number) > (outputs[at + best] as number)) best = o;
        }
        if (best === targets[s * sequences + b]) count++;
      }
    }
    return count / (scoredSteps - first);
  }

  #round(x: number): number {
    return this.#single ? Math.fround(x) : x;
  }
}
