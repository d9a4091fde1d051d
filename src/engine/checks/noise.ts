import { randomWords, uniformFromWord } from '../../experiment/philox.ts';
import type { Batch, BatchRequest, Task } from '../../experiment/tasks/index.ts';
import { generated } from '../../experiment/tasks/types.ts';

/** Sizes of a task of random inputs and targets. */
export interface NoiseOptions {
  readonly inputs: number;
  readonly outputs: number;
  readonly loss: Task['loss'];
  readonly readout: Task['readout'];
  /** One step and no recurrent weights. */
  readonly feedforward?: boolean;
  /** Batches after which carried states begin anew; none are carried where nothing is given. */
  readonly segments?: number;
}

/** Sizes that several checks share, so that their kernels are compiled once. */
export const NETWORK_NOISE: NoiseOptions = { inputs: 3, outputs: 5, loss: 'softmax', readout: 'every' };

/**
 * Random inputs and targets of any width, for checks of every loss and readout. There is nothing to learn in it. Twin
 * of shaders/tasks/noise.wgsl.
 */
export function noiseTask(options: NoiseOptions): Task {
  const { inputs, outputs, loss, readout, feedforward = false, segments } = options;
  const softmax = loss === 'softmax';
  const draws = inputs + outputs;
  const words = new Uint32Array(4);
  function makeBatch(request: BatchRequest): Batch {
    const { seed, stream, step, batch, firstSequence } = request;
    const length = feedforward ? 1 : request.length;
    const scoredFrom = readout === 'last' ? length - 1 : 0;
    const scored = length - scoredFrom;
    const values = new Float32Array(length * batch * inputs); // [length, batch, inputs]
    const targets = softmax ? new Uint32Array(scored * batch) : new Float32Array(scored * batch * outputs);
    const draw = (element: number): number => {
      randomWords(seed, stream, step, element, words);
      return words[0] as number;
    };
    for (let b = 0; b < batch; b++) {
      for (let t = 0; t < length; t++) {
        const element = ((firstSequence + b) * length + t) * draws;
        for (let i = 0; i < inputs; i++) {
          values[(t * batch + b) * inputs + i] = uniformFromWord(draw(element + i));
        }
        if (t < scoredFrom) continue;
        const row = (t - scoredFrom) * batch + b;
        if (softmax) targets[row] = draw(element + inputs) % outputs;
        else {
          for (let o = 0; o < outputs; o++)
            targets[row * outputs + o] = uniformFromWord(draw(element + inputs + o));
        }
      }
    }
    return { inputs: values, targets };
  }
  return {
    ...generated,
    name: 'noise',
    title: 'Noise',
    description: 'Random inputs and targets.',
    citation: '',
    lengthRange: { min: 1, max: 1000 },
    steps: ({ length }) => (feedforward ? 1 : length),
    feedforward,
    sizes: () => ({ inputs, outputs }),
    loss,
    readout,
    measure: () =>
      softmax
        ? { kind: 'accuracy', firstStep: 0, label: 'classes guessed' }
        : { kind: 'within', tolerance: 0.25, label: 'answers within 0.25' },
    baseline: () => ({ loss: softmax ? Math.log(outputs) : 1 / 12, label: 'guessing' }),
    heldOutSequences: ({ batch }) => (segments === undefined ? 50 : 5 * batch),
    segments: () => segments ?? null,
    display: { inputs: { kind: 'numbers', names: [] }, outputs: { kind: 'number' } },
    shader: 'noise',
    makeBatch,
  };
}
