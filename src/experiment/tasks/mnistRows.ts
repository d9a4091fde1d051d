import { randomWords } from '../philox.ts';
import { imageWords, pixelTable } from './mnistData.ts';
import type { Batch, BatchRequest, Task } from './types.ts';

const ROWS = 28;
const COLUMNS = 28;

/**
 * MNIST read row by row: 28 steps of 28 standardised pixels, the digit's class after the last row. Training images are
 * drawn with replacement; the held-out set is walked in its order. Twin of shaders/tasks/mnist-rows.wgsl.
 */
function makeBatch({ seed, stream, step, batch, firstSequence, data }: BatchRequest): Batch {
  if (data?.kind !== 'images')
    throw new Error('The task mnist-rows needs its images: load them before making a batch.');
  const inputs = new Float32Array(ROWS * batch * COLUMNS); // [28, batch, 28]
  const targets = new Uint32Array(batch); // [batch]
  const words = new Uint32Array(4);
  const training = step > 0;
  const set = training ? data.training : data.heldOut;
  for (let b = 0; b < batch; b++) {
    let image = firstSequence + b;
    if (training) {
      randomWords(seed, stream, step, image, words);
      image = (words[0] as number) % set.count;
    }
    targets[b] = set.labels[image] as number;
    for (let row = 0; row < ROWS; row++) {
      for (let column = 0; column < COLUMNS; column++) {
        const pixel = set.pixels[(image * ROWS + row) * COLUMNS + column] as number;
        inputs[(row * batch + b) * COLUMNS + column] = pixelTable[pixel] as number;
      }
    }
  }
  return { inputs, targets };
}

export const mnistRows: Task = {
  name: 'mnist-rows',
  title: 'MNIST, row by row',
  description: 'Read a handwritten digit one row of 28 pixels at a time and say which digit it was.',
  citation:
    'LeCun, Bottou, Bengio, Haffner, "Gradient-Based Learning Applied to Document Recognition", Proc. IEEE 1998',
  lengthRange: null,
  hasTerms: false,
  steps: () => ROWS,
  feedforward: false,
  sizes: () => ({ inputs: COLUMNS, outputs: 10 }),
  loss: 'softmax',
  readout: 'last',
  measure: () => ({ kind: 'accuracy', firstStep: 0, label: 'digits recognised' }),
  baseline: () => ({ loss: Math.log(10), label: 'guessing all ten digits alike' }),
  heldOutSequences: (_, data) => (data?.kind === 'images' ? data.heldOut.count : 0),
  segments: () => null,
  data: 'mnist',
  dataChoices: ['small', 'full'],
  problem: () => null,
  display: {
    inputs: { kind: 'image', side: 28, orderOf: () => Uint32Array.from({ length: 784 }, (_, i) => i) },
    outputs: { kind: 'class', names: [...'0123456789'] },
  },
  shader: 'mnist-rows',
  shaderInvocations: (steps) => steps,
  shaderData: (data) => imageWords(data),
  makeBatch,
};
