// The one place that reads pixels back from a canvas: browsers may refuse that, or give other pixels than were drawn.

/** Colours that are drawn and read back; a pixel each. */
const KNOWN = [
  [255, 255, 255],
  [0, 0, 0],
  [200, 40, 40],
  [40, 160, 40],
  [30, 60, 220],
  [120, 120, 120],
] as const;
/** By how much a channel may differ: some browsers change the last bits, which nobody sees. */
const TOLERANCE = 8;
/** Milliseconds that a browser gets to make a picture. */
const PATIENCE = 20_000;

/** The browser hides what a canvas shows. */
export class HiddenPixelsError extends Error {
  override readonly name = 'HiddenPixelsError';

  constructor(consequence: string) {
    super(
      'This browser gives pages other pixels than they drew, so that nobody is recognised by them ' +
        `(Firefox: privacy.resistFingerprinting). ${consequence}`,
    );
  }
}

/** Whether pixels read back are those that were drawn. Asked each time: a visitor may allow it meanwhile. */
function readsTruePixels(): boolean {
  const canvas = document.createElement('canvas');
  canvas.width = KNOWN.length;
  canvas.height = 1;
  const context = canvas.getContext('2d');
  if (!context) return false;
  for (const [x, colour] of KNOWN.entries()) {
    context.fillStyle = `rgb(${colour.join(' ')})`;
    context.fillRect(x, 0, 1, 1);
  }
  const { data } = context.getImageData(0, 0, KNOWN.length, 1);
  return KNOWN.every((colour, x) =>
    colour.every((value, channel) => Math.abs((data[4 * x + channel] as number) - value) <= TOLERANCE),
  );
}

/** @param consequence what cannot be done, and what can, in a sentence */
function requireTruePixels(consequence: string): void {
  if (!readsTruePixels()) throw new HiddenPixelsError(consequence);
}

/**
 * The pixels of a canvas, from the upper left, row by row: red, green, blue and opacity.
 * @param consequence for the visitor, where the browser hides them
 * @throws HiddenPixelsError where they are not those that were drawn
 */
export function pixelsOf(context: CanvasRenderingContext2D, consequence: string): Uint8ClampedArray {
  requireTruePixels(consequence);
  const { width, height } = context.canvas;
  return context.getImageData(0, 0, width, height).data;
}

/** @throws Error with that message where the promise is not kept in time */
function inTime<Value>(promise: Promise<Value>, message: string): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(message)), PATIENCE);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/**
 * Draws a picture into a PNG file.
 * @param source address of the picture
 * @param consequence for the visitor, where the browser hides pixels
 * @throws HiddenPixelsError where the file would not show what was drawn; Error where the browser makes none
 */
export async function pngOf(
  source: string,
  width: number,
  height: number,
  consequence: string,
): Promise<Blob> {
  requireTruePixels(consequence);
  const image = new Image();
  image.src = source;
  await inTime(image.decode(), 'The browser did not draw the picture in time.');
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('This browser has no canvas to draw pictures on.');
  context.drawImage(image, 0, 0, width, height);
  const made = new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  const blob = await inTime(made, 'The browser did not make the picture in time.');
  if (blob === null) throw new Error('The browser made no picture: it may be too large for it.');
  return blob;
}
