import { randomWords, uniformFromWord } from '../philox.ts';
import { type Batch, type BatchRequest, generated, type Task } from './types.ts';

/** Philox calls per sequence: for the markers, then one for every four values. */
export const callsPerSequence = (length: number, terms: number): number =>
  Math.ceil(terms / 4) + Math.ceil(length / 4);

/**
 * The adding problem: each step shows a number from [0, 1) and a marker; the answer after the last step is the sum of
 * the marked numbers, one from each of `terms` equal parts of the sequence. Twin of shaders/tasks/adding.wgsl.
 */
function makeBatch({ seed, stream, step, batch, firstSequence, length, terms }: BatchRequest): Batch {
  const inputs = new Float32Array(length * batch * 2); // [length, batch, 2]
  const targets = new Float32Array(batch); // [batch, 1]
  const words = new Uint32Array(4);
  const calls = callsPerSequence(length, terms);
  const markerCalls = Math.ceil(terms / 4);
  const marked = new Uint32Array(terms);
  for (let b = 0; b < batch; b++) {
    const firstCall = (firstSequence + b) * calls;
    for (let term = 0; term < terms; term++) {
      if (term % 4 === 0) randomWords(seed, stream, step, firstCall + term / 4, words);
      const begin = Math.floor((term * length) / terms);
      const end = Math.floor(((term + 1) * length) / terms);
      marked[term] = begin + ((words[term % 4] as number) % (end - begin));
    }
    let sum = 0;
    for (let t = 0; t < length; t++) {
      if (t % 4 === 0) randomWords(seed, stream, step, firstCall + markerCalls + t / 4, words);
      const value = uniformFromWord(words[t % 4] as number);
      const isMarked = marked.includes(t);
      inputs[(t * batch + b) * 2] = value;
      inputs[(t * batch + b) * 2 + 1] = isMarked ? 1 : 0;
      if (isMarked) sum += value;
    }
    targets[b] = sum;
  }
  return { inputs, targets };
}

export const adding: Task = {
  ...generated,
  name: 'adding',
  title: 'Adding problem',
  description: 'Add the marked numbers of a long sequence; the answer is due after the last one.',
  citation:
    'Hochreiter, Schmidhuber, "Long Short-Term Memory", Neural Computation 1997; in this form Le, Jaitly, Hinton, arXiv:1504.00941',
  // SGD and Path-SGD part here for long enough to be watched; see `defaultLanes`.
  defaultLength: 100,
  lengthRange: { min: 4, max: 1000 },
  hasTerms: true,
  steps: ({ length }) => length,
  sizes: () => ({ inputs: 2, outputs: 1 }),
  loss: 'squared',
  readout: 'last',
  measure: () => ({ kind: 'within', tolerance: 0.04, label: 'answers within 0.04' }),
  // The variance of a sum of uniform numbers.
  baseline: ({ terms }) => ({ loss: terms / 12, label: `always answering ${terms / 2}` }),
  display: { inputs: { kind: 'numbers', names: ['value', 'marker'] }, outputs: { kind: 'number' } },
  shader: 'adding',
  shaderInvocations: (steps) => Math.ceil(steps / 4),
  makeBatch,
};
