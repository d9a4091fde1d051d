import { type DataFile, unpackFile } from './dataFile.ts';
import { dataWords } from './dataWords.ts';
import type { ImageData, ImageSet, TaskData } from './types.ts';

/** Pixels along a side of an image, and of all of it. */
export const IMAGE_SIDE = 28;
export const IMAGE_SIZE = IMAGE_SIDE * IMAGE_SIDE;

/** Mean and standard deviation of the pixels (0..1) of the 60,000 training images. */
const MEAN = 0.1307;
const STANDARD_DEVIATION = 0.3081;

/** The standardised value of the mean of so many pixels for every sum of their bytes: [255 * pixels + 1]. */
const tableOf = (pixels: number): Float32Array =>
  Float32Array.from(
    { length: 255 * pixels + 1 },
    (_, sum) => (sum / (255 * pixels) - MEAN) / STANDARD_DEVIATION,
  );

/**
 * The standardised values by the side of the image that is read: of each byte, or of each sum of four. They are rounded
 * once to float32 here: a kernel's own division need not be exact.
 */
export const pixelTables = { 28: tableOf(1), 14: tableOf(4) } as const;

/** One file of images, and how many it holds. */
export interface MnistFile extends DataFile {
  readonly training: number;
  readonly heldOut: number;
}

/** The first images, enough to start at once, and the rest: together all 60,000 + 10,000. */
export const MNIST_FILES: { readonly small: MnistFile; readonly rest: MnistFile } = {
  small: {
    name: 'mnist-small.bin.gz',
    training: 10_000,
    heldOut: 2_000,
    sha256: '1e69420d546ce587b9fb07b6d2eafc89ce39cc8c539be4352f4e4eb1fafe84a4',
  },
  rest: {
    name: 'mnist-rest.bin.gz',
    training: 50_000,
    heldOut: 8_000,
    sha256: '1c701486787bbde9fc74b34c0b29f454deac38b18b9fd8f85b602a83dd5e3f58',
  },
};

/**
 * Unpacks and checks one file: the pixels of its training images, their labels, then the same of the held-out images.
 * @param bytes the file; a server may have undone its gzip already
 * @throws DamagedDataError where length or checksum are wrong
 */
export async function unpackImages(file: MnistFile, bytes: Uint8Array): Promise<ImageData> {
  const { training, heldOut } = file;
  const unpacked = await unpackFile(file, (training + heldOut) * (IMAGE_SIZE + 1), bytes);
  let offset = 0;
  const take = (size: number): Uint8Array => {
    offset += size;
    return unpacked.subarray(offset - size, offset);
  };
  const takeSet = (count: number): ImageSet => ({
    count,
    pixels: take(count * IMAGE_SIZE),
    labels: take(count),
  });
  return { kind: 'images', training: takeSet(training), heldOut: takeSet(heldOut) };
}

function concatenate(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

const joinSets = (first: ImageSet, second: ImageSet): ImageSet => ({
  count: first.count + second.count,
  pixels: concatenate(first.pixels, second.pixels),
  labels: concatenate(first.labels, second.labels),
});

/**
 * Loads the images.
 * @param size `small` for the first images, `full` for all of them
 * @param fetchFile reads a file of that name from wherever the data lie
 * @throws DamagedDataError where a file is not what it should be, and whatever `fetchFile` throws
 */
export async function loadImages(
  size: 'small' | 'full',
  fetchFile: (file: string) => Promise<Uint8Array>,
): Promise<ImageData> {
  const { small, rest } = MNIST_FILES;
  const first = await unpackImages(small, await fetchFile(small.name));
  if (size === 'small') return first;
  const second = await unpackImages(rest, await fetchFile(rest.name));
  return {
    kind: 'images',
    training: joinSets(first.training, second.training),
    heldOut: joinSets(first.heldOut, second.heldOut),
  };
}

/**
 * A data set as shaders/tasks/mnist.wgsl reads it.
 * @param table one of `pixelTables`
 * @param firstPixels the pixel of the image where each number starts, in the order of reading
 */
export function imageWords(
  data: TaskData | null,
  table: Float32Array,
  firstPixels: Uint32Array,
): Uint32Array<ArrayBuffer> {
  if (data?.kind !== 'images') throw new Error('The task needs its images: load them first.');
  const { training, heldOut } = data;
  const tableBits = new Uint32Array(table.buffer, table.byteOffset, table.length);
  return dataWords(
    [[training.count, heldOut.count], tableBits, firstPixels],
    [training.pixels, training.labels, heldOut.pixels, heldOut.labels],
  );
}
