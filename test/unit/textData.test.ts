import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadData, prepareData } from '../../src/cli/data.ts';
import { defaultExperiment } from '../../src/experiment/schema.ts';
import { DamagedDataError, loadTaskData, UnfitDataError } from '../../src/experiment/tasks/data.ts';
import type { TextData } from '../../src/experiment/tasks/index.ts';
import {
  decodeText,
  encodeText,
  loadMobyDick,
  MOBY_DICK,
  RARE_CHARACTER,
} from '../../src/experiment/tasks/textData.ts';

const RUNS = { numRuns: import.meta.env.TEST_LONG ? 10_000 : 300, seed: 20161205 };
const utf8 = new TextEncoder();

/** The whole text again. */
const decoded = (data: TextData): string => decodeText(data, data.training) + decodeText(data, data.heldOut);

const encoded = (text: string): TextData => encodeText('a.txt', utf8.encode(text));

/** The message of the error that a text is refused with. */
function refusal(bytes: Uint8Array): string {
  try {
    encodeText('a.txt', bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(UnfitDataError);
    return (error as Error).message;
  }
  throw new Error('not refused');
}

const sentences = (times: number): string =>
  'The quick brown fox — “jumps” over 12 lazy dogs.\n'.repeat(times);

describe('reading a text', () => {
  test('its vocabulary is what it uses, in the order of code points', () => {
    const data = encoded('zab\n€😀 é'.repeat(200));
    expect(data.vocabulary).toEqual(['\n', ' ', 'a', 'b', 'z', 'é', '€', '😀']);
    expect([...data.training.subarray(0, 8)]).toEqual([4, 2, 3, 0, 6, 7, 1, 5]);
    expect(data.title).toBe('a.txt');
  });

  test('nine tenths are for training, the rest is held out, at most 131,072 characters of it', () => {
    const short = encoded(sentences(30));
    const characters = [...sentences(30)].length;
    expect([short.training.length, short.heldOut.length]).toEqual([
      Math.floor(characters * 0.9),
      characters - Math.floor(characters * 0.9),
    ]);
    expect(decoded(short)).toBe(sentences(30));
    const long = encoded('ab'.repeat(750_000));
    expect([long.training.length, long.heldOut.length]).toEqual([1_350_000, 131_072]);
  });

  test('a byte-order mark and the carriage returns of line ends are dropped, others stay', () => {
    const data = encoded(`\ufeff${'a\r\nb\rc\r\r\n'.repeat(200)}`);
    expect(decoded(data)).toBe('a\nb\rc\r\n'.repeat(200));
    expect(encoded(`${'ab'.repeat(600)}\ufeff`).vocabulary).toContain('\ufeff');
  });

  test('characters rarer than one in 100,000 share a number', () => {
    // 200,000 characters: x occurs once and y twice.
    const common = 'ab\n'.repeat(66_666);
    const data = encoded(`${common.slice(0, 100)}x${common.slice(100, 199_997)}yy`);
    expect(data.vocabulary).toEqual(['\n', 'a', 'b', 'y', RARE_CHARACTER]);
    expect(decoded(data)[100]).toBe(RARE_CHARACTER);
    expect(decoded(data).replaceAll(RARE_CHARACTER, 'x').slice(0, 200)).toBe(
      `${common.slice(0, 100)}x${common.slice(100, 199)}`,
    );
    expect(decoded(data).endsWith('yy')).toBe(true);
  });

  test('of more than 256 characters the 255 most frequent keep a number of their own', () => {
    const letters = Array.from({ length: 300 }, (_, index) => String.fromCodePoint(0x4e00 + index));
    // The first 40 occur once, the rest twice; of those the lowest code points stay.
    const data = encoded(letters.join('') + letters.slice(40).join(''));
    expect(data.vocabulary).toEqual([...letters.slice(40, 295), RARE_CHARACTER]);
    const exactly = encoded(letters.slice(0, 256).join('').repeat(2));
    expect(exactly.vocabulary).toEqual(letters.slice(0, 256));
    // A replacement character of the text's own is one of the rare ones.
    const own = encoded(RARE_CHARACTER.repeat(9) + letters.join('').repeat(2));
    expect(own.vocabulary).toHaveLength(256);
    expect(own.vocabulary.at(-1)).toBe(RARE_CHARACTER);
    expect(own.vocabulary.slice(0, 255)).toEqual(letters.slice(0, 255));
  });

  test('text8 is read as it is', () => {
    const text =
      ' anarchism originated as a term of abuse first used against early working class radicals'.repeat(20);
    expect(decoded(encoded(text))).toBe(text);
  });

  test('characters parted by spaces, as in ptb.char.train.txt, are read as the text that they stand for', () => {
    const plain = 'aer banknote berlitz calloway\npierre <unk> N years old will join the board\n'.repeat(30);
    const line = (text: string): string => [...text.replaceAll(' ', '_')].join(' ');
    const spaced = plain
      .split('\n')
      .map((text) => (text === '' ? '' : ` ${line(text)} `))
      .join('\n');
    expect(decoded(encoded(spaced))).toBe(plain);
    expect(encoded(spaced).vocabulary).toEqual(encoded(plain).vocabulary);
    // One pair of neighbours is enough to be an ordinary text.
    expect(decoded(encoded(`${spaced}th`))).toBe(`${spaced}th`);
    const lines = 'a\n_\n'.repeat(400);
    expect(decoded(encoded(lines))).toBe(lines);
  });
});

describe('a text that will not do is refused, with what would', () => {
  const inside = (bytes: number[]): Uint8Array =>
    Uint8Array.from([...utf8.encode('a'.repeat(1200)), ...bytes, ...utf8.encode('b'.repeat(50))]);

  test('by its size', () => {
    expect(refusal(new Uint8Array())).toBe(
      '"a.txt" is empty: a text may have 1 kB to 100 MB (1,000 to 100,000,000 bytes).',
    );
    expect(refusal(utf8.encode('ab'.repeat(499)))).toMatch(
      /^"a.txt" is too small, with 998 bytes: a text may/,
    );
    expect(encoded('ab'.repeat(500)).training).toHaveLength(900);
    expect(refusal(new Uint8Array(100_000_001))).toMatch(
      /^"a.txt" is too large, with 100,000,001 bytes: a text/,
    );
  });

  test.each([
    ['a stray continuation', [0x80]],
    ['a start without its end', [0xc3, 0x61]],
    ['a longer form than need be', [0xc0, 0xaf]],
    ['a longer form of three bytes', [0xe0, 0x80, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['beyond the last code point', [0xf4, 0x90, 0x80, 0x80]],
    ['a byte of no use', [0xff]],
  ])('where bytes are not UTF-8: %s', (_, bytes) => {
    expect(refusal(inside(bytes))).toMatch(
      /^"a.txt" is not a UTF-8 text: at byte 1200 the bytes there are not UTF-8\. Give it a plain text file/,
    );
  });

  test('where the last character is cut off, and where a NUL says that it is binary', () => {
    expect(refusal(utf8.encode(`${'ab'.repeat(600)}€`).subarray(0, 1202))).toMatch(/at byte 1200 the bytes/);
    expect(refusal(inside([0]))).toMatch(/at byte 1200 a NUL byte stands there/);
  });

  test.each([
    ['little', [0xff, 0xfe]],
    ['big', [0xfe, 0xff]],
  ])('where it is UTF-16, %s end first', (_, mark) => {
    const bytes = Uint8Array.from([...mark, ...new Array(2000).fill(0x61)]);
    expect(refusal(bytes)).toMatch(/is UTF-16, by the mark at its start.*Save it as UTF-8/);
  });

  test('where there is nothing to predict', () => {
    expect(refusal(utf8.encode('a'.repeat(2000)))).toMatch(
      /nothing to predict: all of its characters are "a"/,
    );
    expect(refusal(utf8.encode('a '.repeat(2000)))).toMatch(
      /nothing to predict: all of its characters are "a"/,
    );
    expect(refusal(utf8.encode('\r\n'.repeat(2000)))).toMatch(
      /nothing to predict: all of its characters are "\\n"/,
    );
    expect(encoded(' \n'.repeat(600)).vocabulary).toEqual(['\n', ' ']);
  });
});

describe('whatever the bytes', () => {
  /** Bytes that are sometimes nearly a text. */
  const anyBytes = fc.oneof(
    fc.uint8Array({ maxLength: 3000 }),
    fc
      .tuple(
        fc.string({ unit: 'binary', minLength: 300, maxLength: 1200 }),
        fc.array(fc.tuple(fc.nat(5000), fc.nat(255)), { maxLength: 2 }),
      )
      .map(([text, changes]) => {
        const bytes = utf8.encode(text);
        for (const [at, byte] of changes) bytes[at % Math.max(1, bytes.length)] = byte;
        return bytes;
      }),
  );

  test('nothing but its own errors is thrown, and it agrees with the platform on what is UTF-8', () => {
    const seen = { read: 0, notUtf8: 0 };
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        let data: TextData | null = null;
        let message = '';
        try {
          data = encodeText('a.txt', bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(UnfitDataError);
          message = (error as Error).message;
        }
        let valid = true;
        try {
          new TextDecoder('utf-8', { fatal: true }).decode(bytes);
        } catch {
          valid = false;
        }
        if (data !== null) {
          seen.read++;
          expect(valid).toBe(true);
          expect(data.vocabulary.length).toBeLessThanOrEqual(256);
          expect(Math.max(...data.training, ...data.heldOut)).toBeLessThan(data.vocabulary.length);
          expect([...data.vocabulary].map((one) => one.codePointAt(0) ?? 0)).toEqual(
            [...data.vocabulary].map((one) => one.codePointAt(0) ?? 0).sort((a, b) => a - b),
          );
        } else if (message.includes('not UTF-8.')) {
          seen.notUtf8++;
          expect(valid).toBe(false);
        }
      }),
      RUNS,
    );
    for (const times of Object.values(seen)) expect(times).toBeGreaterThan(RUNS.numRuns / 20);
  });

  test('reading and writing gives back the text where nothing is rare', () => {
    const unit = fc.oneof(
      fc.constantFrom(...'abcdefgh XYZ_.\n\r\t', '\r\n', 'é', '—', '€', '😀', '\ufeff', 'ab'),
      fc.integer({ min: 1, max: 0x17f }).map((codePoint) => String.fromCodePoint(codePoint)),
    );
    fc.assert(
      fc.property(fc.array(unit, { minLength: 1000, maxLength: 1500 }), (units) => {
        const text = units.join('');
        const distinct = new Set(text.replaceAll('\r\n', '\n').replace(/^\ufeff/, ''));
        fc.pre(distinct.size >= 2 && distinct.size <= 256);
        const data = encoded(text);
        expect(decoded(data)).toBe(text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n'));
        expect(new Set(data.vocabulary)).toEqual(distinct);
      }),
      { ...RUNS, numRuns: 60 },
    );
  });
});

describe('loading', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'path-sgd-text-'));
    prepareData(directory);
  });
  afterAll(() => rmSync(directory, { recursive: true }));
  const fetchFile = async (name: string): Promise<Uint8Array> => readFileSync(join(directory, name));
  const own = { ...defaultExperiment('text'), data: 'own' as const, batch: 4 };
  const noFile = async (): Promise<Uint8Array> => {
    throw new Error('no file is needed');
  };

  test('Moby Dick is whole, from its first line to its last', async () => {
    const data = await loadMobyDick(fetchFile);
    expect(data.title).toBe('Moby Dick');
    expect(decodeText(data, data.training.subarray(0, 44))).toBe(
      'CHAPTER 1. Loomings.\n\nCall me Ishmael. Some ',
    );
    expect(decodeText(data, data.heldOut)).toMatch(/rolled five thousand years ago\.\n/);
    // 83 different characters, of which X, $, [, ] and & are rare.
    expect(data.vocabulary).toHaveLength(79);
    expect(data.training.length + data.heldOut.length).toBe(1_190_317);
    const loaded = await loadTaskData(defaultExperiment('text'), fetchFile, null);
    if (loaded?.kind !== 'text') throw new Error('not a text');
    expect(Buffer.compare(loaded.training, data.training)).toBe(0);
  });

  test('a damaged Moby Dick is refused by name', async () => {
    const bytes = await fetchFile(MOBY_DICK.name);
    await expect(loadMobyDick(async () => bytes.subarray(0, 1000))).rejects.toThrow(DamagedDataError);
    await expect(loadMobyDick(async () => utf8.encode('Call me Ishmael.'))).rejects.toThrow(
      'moby-dick.txt.gz is damaged: it holds 16 bytes where 1204997 belong',
    );
    await expect(loadMobyDick(async () => new Uint8Array(MOBY_DICK.bytes))).rejects.toThrow(/its SHA-256 is/);
  });

  test('a text of one’s own is the one that was given; without one it is asked for', async () => {
    const ownText = { name: 'b.txt', bytes: utf8.encode(sentences(80)) };
    const data = await loadTaskData(own, noFile, ownText);
    expect(data).toEqual(encodeText('b.txt', ownText.bytes));
    await expect(loadTaskData(own, noFile, null)).rejects.toThrow(/drop a text file on the page.*--text/);
    await expect(loadTaskData({ ...own, batch: 256 }, noFile, ownText)).rejects.toThrow(UnfitDataError);
    await expect(loadTaskData({ ...own, batch: 256 }, noFile, ownText)).rejects.toThrow(
      /"b\.txt" is too short for batch 256 and length 50/,
    );
  });

  test('on the command line it is given by its path', async () => {
    const path = join(directory, 'c.txt');
    writeFileSync(path, sentences(80));
    expect(await loadData(own, path)).toEqual(encodeText('c.txt', utf8.encode(sentences(80))));
    await expect(loadData(own)).rejects.toThrow(/there is no text/);
    await expect(loadData(own, join(directory, 'missing.txt'))).rejects.toThrow(
      /missing\.txt cannot be read \(ENOENT/,
    );
    await expect(loadData(own, directory)).rejects.toThrow(/cannot be read/);
  });
});
