/**
 * The data of a task as its batch kernel reads them: shaders/lib/data.wgsl.
 * @param header words before the parts, the counts first
 * @param parts bytes, each part starting at a word
 */
export function dataWords(
  header: readonly ArrayLike<number>[],
  parts: readonly Uint8Array[],
): Uint32Array<ArrayBuffer> {
  const wordsIn = (bytes: Uint8Array): number => Math.ceil(bytes.length / 4);
  const before = header.reduce((sum, { length }) => sum + length, 0);
  const words = new Uint32Array(before + parts.reduce((sum, part) => sum + wordsIn(part), 0));
  let at = 0;
  for (const some of header) {
    words.set(some, at);
    at += some.length;
  }
  const bytes = new Uint8Array(words.buffer);
  for (const part of parts) {
    bytes.set(part, at * 4);
    at += wordsIn(part);
  }
  return words;
}
