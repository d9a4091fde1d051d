/** Pixels of an image. */
export const IMAGE_SIZE = 28 * 28;

/** Mean and standard deviation of the pixels (0..1) of the 60,000 training images. */
const MEAN = 0.1307;
const STANDARD_DEVIATION = 0.3081;

/** The standardised value of each byte, rounded once to float32 here: a kernel's own division need not be exact. */
export const pixelTable: Float32Array = Float32Array.from(
  { length: 256 },
  (_, byte) => (byte / 255 - MEAN) / STANDARD_DEVIATION,
);

/** One file of images: its name in data/, how many images it holds, and the SHA-256 of its unpacked bytes. */
export interface MnistFile {
  readonly name: string;
  readonly training: number;
  readonly heldOut: number;
  readonly sha256: string;
}

/** The first images, enough to start at once, and the rest: together all 60,000 + 10,000. */
export const MNIST_FILES: { readonly small: MnistFile; readonly rest: MnistFile } = {
  small: { name: 'mnist-small.bin.gz', training: 10_000, heldOut: 2_000, sha256: '' },
  rest: { name: 'mnist-rest.bin.gz', training: 50_000, heldOut: 8_000, sha256: '' },
};
