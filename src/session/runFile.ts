import { parseSavedRun, type SavedRun, UnusableRunError } from './savedRun.ts';

/** Typed arrays by the names that files give them. */
const ARRAYS = { Float32Array, Float64Array, Uint32Array, Int8Array } as const;
type ArrayName = keyof typeof ARRAYS;

/** What stands in a file for a number that JSON has no word for. */
const NUMBERS = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);

/** Bytes that a file may have. */
export const MOST_FILE_BYTES = 200_000_000;

/** Characters that become bytes at a time: more arguments than this are too many for a call. */
const CHUNK = 0x8000;

function base64Of({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  let text = '';
  for (let at = 0; at < bytes.length; at += CHUNK) {
    text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  }
  return btoa(text);
}

function arrayOf(name: ArrayName, base64: string): InstanceType<(typeof ARRAYS)[ArrayName]> {
  const text = atob(base64);
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  return new ARRAYS[name](bytes.buffer);
}

/** A saved run as the text of a file: JSON, its arrays in base64, little-endian as every browser keeps them. */
export function writeRunFile(saved: SavedRun): string {
  return JSON.stringify({ ...saved, text: null }, (_, value: unknown) => {
    if (typeof value === 'number' && !Number.isFinite(value)) return { number: String(value) };
    const name = (Object.keys(ARRAYS) as ArrayName[]).find((candidate) => value instanceof ARRAYS[candidate]);
    return name === undefined ? value : { array: name, base64: base64Of(value as ArrayBufferView) };
  });
}

/**
 * Reads the text of a file again.
 * @throws UnusableRunError which says what is wrong with it
 */
export function readRunFile(text: string): SavedRun {
  let plain: unknown;
  try {
    plain = JSON.parse(text, (_, value: unknown) => {
      if (typeof value !== 'object' || value === null) return value;
      if ('number' in value && typeof value.number === 'string') return NUMBERS.get(value.number) ?? null;
      if ('array' in value && 'base64' in value && typeof value.base64 === 'string') {
        const name = (Object.keys(ARRAYS) as ArrayName[]).find((candidate) => candidate === value.array);
        return name === undefined ? null : arrayOf(name, value.base64);
      }
      return value;
    });
  } catch (error) {
    throw new UnusableRunError(
      `This file cannot be read as a saved run (${error instanceof Error ? error.message : String(error)}).`,
    );
  }
  return parseSavedRun(plain);
}
