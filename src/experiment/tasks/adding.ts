import { randomWords, uniformFromWord } from '../philox.ts';
import type { Batch, BatchRequest, Task } from './types.ts';

/** Philox calls per sequence: one for the two markers, then one for every four values. */
export const callsPerSequence = (length: number): number => 1 + Math.ceil(length / 4);

/**
 * The adding problem: each step shows a number from [0, 1) and a marker; the answer after the last step is the sum of
 * the two marked numbers, one from each half. Twin of shaders/tasks/adding.wgsl.
 */
function makeBatch({ seed, stream, step, batch, firstSequence, length }: BatchRequest): Batch {
  const inputs = new Float32Array(length * batch * 2); // [length, batch, 2]
  const targets = new Float32Array(batch); // [batch, 1]
  const words = new Uint32Array(4);
  const calls = callsPerSequence(length);
  const half = Math.floor(length / 2);
  for (let b = 0; b < batch; b++) {
    const firstCall = (firstSequence + b) * calls;
    randomWords(seed, stream, step, firstCall, words);
    const first = (words[0] as number) % half;
    const second = half + ((words[1] as number) % (length - half));
    let sum = 0;
    for (let t = 0; t < length; t++) {
      if (t % 4 === 0) randomWords(seed, stream, step, firstCall + 1 + t / 4, words);
      const value = uniformFromWord(words[t % 4] as number);
      const marked = t === first || t === second;
      inputs[(t * batch + b) * 2] = value;
      inputs[(t * batch + b) * 2 + 1] = marked ? 1 : 0;
      if (marked) sum += value;
    }
    targets[b] = sum;
  }
  return { inputs, targets };
}

export const adding: Task = {
  name: 'adding',
  title: 'Adding problem',
  description: 'Add the two marked numbers of a long sequence; the answer is due after the last one.',
  citation:
    'Hochreiter, Schmidhuber, "Long Short-Term Memory", Neural Computation 1997; in this form Le, Jaitly, Hinton, arXiv:1504.00941',
  lengthRange: { min: 4, max: 1000 },
  steps: (length) => length,
  inputs: 2,
  outputs: 1,
  loss: 'squared',
  readout: 'last',
  measure: () => ({ kind: 'within', tolerance: 0.04, label: 'answers within 0.04' }),
  // The variance of the sum of two uniform numbers.
  baseline: () => ({ loss: 1 / 6, label: 'always answering 1' }),
  heldOutSequences: 1000,
  data: null,
  shader: 'adding',
  makeBatch,
};
