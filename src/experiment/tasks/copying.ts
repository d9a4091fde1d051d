import { randomWords } from '../philox.ts';
import { type Batch, type BatchRequest, generated, type Task } from './types.ts';

/** Symbols to remember, and how many different ones there are. */
const RECALLED = 10;
const SYMBOLS = 8;

/** Inputs and classes: 0 is the blank, 1 to 8 are the symbols; the delimiter is an input only. */
const BLANK = 0;
const DELIMITER = SYMBOLS + 1;
const NAMES = ['blank', ...'abcdefgh', 'delimiter'];

const stepsOf = (delay: number): number => delay + 2 * RECALLED;

/**
 * Copying memory: ten symbols, blanks, a delimiter, and ten steps in which to say the symbols; until then the answer is
 * the blank. Every step is scored. `length` is the delay: the steps from the last symbol to the delimiter. The ten
 * symbols are bits 0 to 29 of one random word, three bits each. Twin of shaders/tasks/copying.wgsl.
 */
function makeBatch({ seed, stream, step, batch, firstSequence, length: delay }: BatchRequest): Batch {
  const steps = stepsOf(delay);
  const inputs = new Float32Array(steps * batch * (DELIMITER + 1)); // [steps, batch, 10]
  const targets = new Uint32Array(steps * batch); // [steps, batch]
  const words = new Uint32Array(4);
  for (let b = 0; b < batch; b++) {
    randomWords(seed, stream, step, firstSequence + b, words);
    const symbolAt = (index: number): number => 1 + (((words[0] as number) >>> (3 * index)) & 7);
    for (let t = 0; t < steps; t++) {
      const shown = t < RECALLED ? symbolAt(t) : t === delay + RECALLED - 1 ? DELIMITER : BLANK;
      inputs[(t * batch + b) * (DELIMITER + 1) + shown] = 1;
      const recalled = t - (delay + RECALLED);
      targets[t * batch + b] = recalled >= 0 ? symbolAt(recalled) : BLANK;
    }
  }
  return { inputs, targets };
}

export const copying: Task = {
  ...generated,
  name: 'copying',
  title: 'Copying memory',
  description:
    'Remember ten symbols over a long delay of blanks and say them in order once the delimiter has come; the length is the delay.',
  citation:
    'Hochreiter, Schmidhuber, "Long Short-Term Memory", Neural Computation 1997; in this form Arjovsky, Shah, Bengio, arXiv:1511.06464',
  lengthRange: { min: 10, max: 500 },
  steps: ({ length }) => stepsOf(length),
  sizes: () => ({ inputs: DELIMITER + 1, outputs: SYMBOLS + 1 }),
  loss: 'softmax',
  readout: 'every',
  measure: ({ length }) => ({ kind: 'accuracy', firstStep: length + RECALLED, label: 'symbols recalled' }),
  // Of all steps only the last ten are in doubt.
  baseline: ({ length }) => ({
    loss: (RECALLED * Math.log(SYMBOLS)) / stepsOf(length),
    label: 'guessing the symbols',
  }),
  display: {
    inputs: { kind: 'symbols', names: NAMES },
    outputs: { kind: 'symbols', names: NAMES.slice(0, SYMBOLS + 1) },
  },
  shader: 'copying',
  makeBatch,
};
