import type { TaskData } from '../../experiment/tasks/index.ts';
import { pixelTable } from '../../experiment/tasks/mnistData.ts';

/** A data set as shaders/tasks/mnist-rows.wgsl reads it. */
export function wordsOf({ training, heldOut }: TaskData): ArrayBuffer {
  const parts = [training.pixels, training.labels, heldOut.pixels, heldOut.labels];
  const header = 2 + pixelTable.length;
  const wordsIn = (bytes: Uint8Array): number => Math.ceil(bytes.length / 4);
  const words = new Uint32Array(header + parts.reduce((sum, part) => sum + wordsIn(part), 0));
  words[0] = training.count;
  words[1] = heldOut.count;
  words.set(new Uint32Array(pixelTable.buffer, pixelTable.byteOffset, pixelTable.length), 2);
  const bytes = new Uint8Array(words.buffer);
  let at = header;
  for (const part of parts) {
    bytes.set(part, at * 4);
    at += wordsIn(part);
  }
  return words.buffer;
}
