import type { GreyPicture } from '../../lookup/picture.ts';
import { pixelsOf } from '../browser/canvas.ts';

/** A larger picture is drawn smaller: no more cells than 32 by 32 are made of it. */
const LARGEST_SIDE = 512;

/** How bright the three colours of a pixel are to the eye: ITU-R BT.601. */
const BRIGHTNESS = [0.299, 0.587, 0.114] as const;

/**
 * Reads a picture file in the browser: nothing is sent anywhere.
 * @throws Error where the browser cannot read it as a picture, HiddenPixelsError where it hides what it shows
 */
export async function readPicture(file: Blob): Promise<GreyPicture> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    throw new Error('This file cannot be read as a picture: choose a PNG, JPEG, GIF or WebP.');
  }
  const scale = Math.min(1, LARGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(bitmap.width * scale));
  const height = Math.max(1, Math.round(bitmap.height * scale));
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('This browser has no canvas to read pictures by.');
  // What is transparent shows paper.
  context.fillStyle = 'white';
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  const data = pixelsOf(
    context,
    'What came of your picture would be noise: choose another function to look up.',
  );
  const values = Float64Array.from({ length: width * height }, (_, pixel) =>
    BRIGHTNESS.reduce(
      (sum, share, channel) => sum + (share * (data[4 * pixel + channel] as number)) / 255,
      0,
    ),
  );
  return { width, height, values };
}
