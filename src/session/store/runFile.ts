import { messageOf } from '../../engine/engine.ts';
import { RUN_FORMAT, type RunRecord } from './runRecord.ts';
import { MOST_RECORD_BYTES, parseRunRecord } from './runRecordFile.ts';
import { assertWhole, parseSavedRun, type SavedRun, UnusableRunError } from './savedRun.ts';

/** Typed arrays by the names that files give them. */
const ARRAYS = { Float32Array, Float64Array, Uint32Array, Int8Array } as const;
type ArrayName = keyof typeof ARRAYS;

/** What stands in a file for a number that JSON has no word for. */
const NUMBERS = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);

/** Bytes that a checkpoint may have. */
const MOST_CHECKPOINT_BYTES = 200_000_000;

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

/**
 * A saved run as the text of a file: JSON, its arrays in base64, little-endian as every browser keeps them.
 * @throws UnusableRunError where the file could not be opened again
 */
export function writeRunFile(saved: SavedRun): string {
  assertWhole(saved);
  return JSON.stringify({ ...saved, text: null }, (_, value: unknown) => {
    if (typeof value === 'number' && !Number.isFinite(value)) return { number: String(value) };
    const name = (Object.keys(ARRAYS) as ArrayName[]).find((candidate) => value instanceof ARRAYS[candidate]);
    return name === undefined ? value : { array: name, base64: base64Of(value as ArrayBufferView) };
  });
}

/** What a file of the page holds: a run that goes on, or the curves of one. */
export type OpenedFile =
  | { readonly kind: 'checkpoint'; readonly run: SavedRun }
  | { readonly kind: 'record'; readonly record: RunRecord };

/** A run's file begins with its format. */
const RECORD_HEAD = new RegExp(`^\\s*\\{\\s*"format"\\s*:\\s*"${RUN_FORMAT}"`);
const HEAD_BYTES = 200;

/**
 * Reads a checkpoint, or a run saved as JSON.
 * @throws UnusableRunError which says what is wrong with it; one that is too large is not read
 */
export async function openFile(file: Blob): Promise<OpenedFile> {
  const isRecord = RECORD_HEAD.test(await file.slice(0, HEAD_BYTES).text());
  const most = isRecord ? MOST_RECORD_BYTES : MOST_CHECKPOINT_BYTES;
  if (file.size > most) {
    const what = isRecord ? 'a run saved as JSON' : 'a checkpoint';
    throw new UnusableRunError(`It has ${file.size} bytes; ${what} has at most ${most}.`);
  }
  const text = await file.text();
  return isRecord
    ? { kind: 'record', record: parseRunRecord(jsonOf(text)) }
    : { kind: 'checkpoint', run: readRunFile(text) };
}

/**
 * Reads the text of a checkpoint again.
 * @throws UnusableRunError which says what is wrong with it
 */
export function readRunFile(text: string): SavedRun {
  return parseSavedRun(
    jsonOf(text, (_, value) => {
      if (typeof value !== 'object' || value === null) return value;
      if ('number' in value && typeof value.number === 'string') return NUMBERS.get(value.number) ?? null;
      if ('array' in value && 'base64' in value && typeof value.base64 === 'string') {
        const name = (Object.keys(ARRAYS) as ArrayName[]).find((candidate) => candidate === value.array);
        return name === undefined ? null : arrayOf(name, value.base64);
      }
      return value;
    }),
  );
}

function jsonOf(text: string, revive?: (key: string, value: unknown) => unknown): unknown {
  try {
    return JSON.parse(text, revive);
  } catch (error) {
    throw new UnusableRunError(`This file cannot be read as a saved run (${messageOf(error)}).`);
  }
}
