import { randomWords, STREAM } from '../philox.ts';
import { IMAGE_SIDE, imageWords, pixelTables } from './mnistData.ts';
import { type Batch, type BatchRequest, generated, type Task } from './types.ts';

/** How a task reads an image. */
interface Reading {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly citation: string;
  /** Side of the image that is read: all pixels, or 14 x 14, each the mean of a square of four. */
  readonly side: 28 | 14;
  /** Numbers read at a step. */
  readonly inputs: number;
  /** Whether they come in a random order, the same for every image. */
  readonly permuted: boolean;
}

/**
 * Which pixel of an image of `side` x `side`, row by row, each number is, in the order of reading: row by row, or a
 * permutation that the seed fixes, by the shuffle of Fisher and Yates from the end with one random word a swap.
 * @returns [side * side]
 */
export function readingOrder(side: number, permuted: boolean, seed: number): Uint32Array {
  const order = Uint32Array.from({ length: side * side }, (_, index) => index);
  if (!permuted) return order;
  const words = new Uint32Array(4);
  for (let last = order.length - 1; last > 0; last--) {
    randomWords(seed, STREAM.permutation, 0, last, words);
    const other = (words[0] as number) % (last + 1);
    const swapped = order[last] as number;
    order[last] = order[other] as number;
    order[other] = swapped;
  }
  return order;
}

/** The pixel of the whole image where each number starts: the upper left one of a square of four. */
function firstPixels(side: 28 | 14, permuted: boolean, seed: number): Uint32Array {
  const scale = IMAGE_SIDE / side;
  return readingOrder(side, permuted, seed).map(
    (pixel) => Math.floor(pixel / side) * scale * IMAGE_SIDE + (pixel % side) * scale,
  );
}

/**
 * A task that reads MNIST digits in such a way and asks for the class after the last step. Training images are drawn
 * with replacement; the held-out set is walked in its order. Twin of shaders/tasks/mnist.wgsl.
 */
function mnistTask(reading: Reading): Task {
  const { name, side, inputs: width, permuted } = reading;
  const steps = (side * side) / width;
  const table = pixelTables[side];
  const imageSize = IMAGE_SIDE * IMAGE_SIDE;
  // A run asks for the same order at every step.
  let known: { readonly seed: number; readonly pixels: Uint32Array } | null = null;
  const pixelsOf = (seed: number): Uint32Array => {
    if (known?.seed !== seed) known = { seed, pixels: firstPixels(side, permuted, seed) };
    return known.pixels;
  };

  function makeBatch({ seed, stream, step, batch, firstSequence, data }: BatchRequest): Batch {
    if (data?.kind !== 'images') {
      throw new Error(`The task ${name} needs its images: load them before making a batch.`);
    }
    const inputs = new Float32Array(steps * batch * width); // [steps, batch, width]
    const targets = new Uint32Array(batch); // [batch]
    const words = new Uint32Array(4);
    const order = pixelsOf(seed);
    const training = step > 0;
    const set = training ? data.training : data.heldOut;
    const byteAt = (pixel: number): number => set.pixels[pixel] as number;
    for (let b = 0; b < batch; b++) {
      let image = firstSequence + b;
      if (training) {
        randomWords(seed, stream, step, image, words);
        image = (words[0] as number) % set.count;
      }
      targets[b] = set.labels[image] as number;
      for (let number = 0; number < order.length; number++) {
        const pixel = image * imageSize + (order[number] as number);
        let entry = byteAt(pixel);
        if (side < IMAGE_SIDE) {
          entry += byteAt(pixel + 1) + byteAt(pixel + IMAGE_SIDE) + byteAt(pixel + IMAGE_SIDE + 1);
        }
        const row = Math.floor(number / width) * batch + b;
        inputs[row * width + (number % width)] = table[entry] as number;
      }
    }
    return { inputs, targets };
  }

  return {
    ...generated,
    name,
    title: reading.title,
    description: reading.description,
    citation: reading.citation,
    lengthRange: null,
    defaultLength: steps,
    steps: () => steps,
    feedforward: steps === 1,
    sizes: () => ({ inputs: width, outputs: 10 }),
    loss: 'softmax',
    readout: 'last',
    measure: () => ({ kind: 'accuracy', firstStep: 0, label: 'digits recognised' }),
    baseline: () => ({ loss: Math.log(10), label: 'guessing all ten digits alike' }),
    heldOutSequences: (_, data) => (data?.kind === 'images' ? data.heldOut.count : 0),
    data: 'mnist',
    dataChoices: ['small', 'full'],
    display: {
      inputs: { kind: 'image', side, orderOf: (seed) => readingOrder(side, permuted, seed) },
      outputs: { kind: 'class', names: [...'0123456789'] },
    },
    shader: 'mnist',
    shaderInvocations: () => Math.ceil((side * side) / 28),
    shaderData: (data, seed) => imageWords(data, table, pixelsOf(seed)),
    makeBatch,
  };
}

const DIGITS =
  'LeCun, Bottou, Bengio, Haffner, "Gradient-Based Learning Applied to Document Recognition", Proc. IEEE 1998';
const PIXEL_BY_PIXEL = `Le, Jaitly, Hinton, "A Simple Way to Initialize Recurrent Networks of Rectified Linear Units", arXiv:1504.00941; digits: ${DIGITS}`;

export const mnistRows = mnistTask({
  name: 'mnist-rows',
  title: 'MNIST, row by row',
  description: 'Read a handwritten digit one row of 28 pixels at a time and say which digit it was.',
  citation: DIGITS,
  side: 28,
  inputs: 28,
  permuted: false,
});

export const mnistPixels = mnistTask({
  name: 'mnist-pixels',
  title: 'MNIST, pixel by pixel',
  description: 'Read a handwritten digit one pixel at a time, 784 steps, and say which digit it was.',
  citation: PIXEL_BY_PIXEL,
  side: 28,
  inputs: 1,
  permuted: false,
});

export const mnistPixelsPermuted = mnistTask({
  name: 'mnist-pixels-permuted',
  title: 'MNIST, pixels in random order',
  description:
    'Read a handwritten digit one pixel at a time, 784 steps, in a random order that is the same for every image and follows from the seed.',
  citation: PIXEL_BY_PIXEL,
  side: 28,
  inputs: 1,
  permuted: true,
});

export const mnist14 = mnistTask({
  name: 'mnist-14x14',
  title: 'MNIST, 14 x 14 pixels one by one',
  description:
    'Read a handwritten digit, shrunk to 14 x 14 pixels, one pixel at a time: 196 steps, for slower machines.',
  citation: PIXEL_BY_PIXEL,
  side: 14,
  inputs: 1,
  permuted: false,
});

export const mnist14Permuted = mnistTask({
  name: 'mnist-14x14-permuted',
  title: 'MNIST, 14 x 14 pixels in random order',
  description:
    'Read a handwritten digit, shrunk to 14 x 14 pixels, one pixel at a time in a random order that is the same for every image and follows from the seed.',
  citation: PIXEL_BY_PIXEL,
  side: 14,
  inputs: 1,
  permuted: true,
});

export const mnistFlat = mnistTask({
  name: 'mnist-flat',
  title: 'MNIST, all at once',
  description:
    'See all 784 pixels of a handwritten digit at once and say which digit it is: a feedforward network, without recurrent weights.',
  citation: `${DIGITS}; with Path-SGD: Neyshabur, Salakhutdinov, Srebro, arXiv:1506.02617`,
  side: 28,
  inputs: 784,
  permuted: false,
});
