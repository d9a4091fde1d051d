import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { prepareData } from '../../src/cli/data.ts';
import { STREAM } from '../../src/experiment/philox.ts';
import { DamagedDataError } from '../../src/experiment/tasks/data.ts';
import type { ImageData } from '../../src/experiment/tasks/index.ts';
import { mnistRows } from '../../src/experiment/tasks/mnist.ts';
import { loadImages, MNIST_FILES, pixelTables, unpackImages } from '../../src/experiment/tasks/mnistData.ts';
import { MOBY_DICK } from '../../src/experiment/tasks/textData.ts';
import { wordsReference } from './philoxReference.ts';

const PIXELS = 28 * 28;
const { small, rest } = MNIST_FILES;

let directory: string;
const pathOf = (name: string): string => join(directory, name);
const fetchFile = async (name: string): Promise<Uint8Array> => readFileSync(pathOf(name));

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'path-sgd-data-'));
  expect(prepareData(directory)).toEqual([small.name, rest.name, MOBY_DICK.name]);
});
afterAll(() => rmSync(directory, { recursive: true }));

const labelCounts = (labels: Uint8Array): number[] =>
  Array.from({ length: 10 }, (_, digit) => labels.reduce((sum, label) => sum + (label === digit ? 1 : 0), 0));

describe('the images', () => {
  let full: ImageData;
  beforeAll(async () => {
    full = await loadImages('full', fetchFile);
  });

  test('are the 60,000 and 10,000 of MNIST, with the published count of each digit', () => {
    const { training, heldOut } = full;
    expect([training.count, heldOut.count]).toEqual([60_000, 10_000]);
    expect(training.pixels).toHaveLength(60_000 * PIXELS);
    expect(heldOut.pixels).toHaveLength(10_000 * PIXELS);
    expect(labelCounts(training.labels)).toEqual([
      5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949,
    ]);
    expect(labelCounts(heldOut.labels)).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    expect([...training.labels.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    expect([...heldOut.labels.subarray(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
  });

  test('have the mean and standard deviation by which pixels are standardised', () => {
    const histogram = new Float64Array(256);
    for (const byte of full.training.pixels) histogram[byte] = (histogram[byte] as number) + 1;
    const mean = (quantity: (byte: number) => number): number =>
      histogram.reduce((sum, count, byte) => sum + count * quantity(byte), 0) / full.training.pixels.length;
    const pixelMean = mean((byte) => byte / 255);
    const deviation = Math.sqrt(mean((byte) => (byte / 255 - pixelMean) ** 2));
    expect(pixelMean).toBeCloseTo(0.1307, 4);
    expect(deviation).toBeCloseTo(0.3081, 4);
    // Both constants have four digits.
    expect(Math.abs(mean((byte) => pixelTables[28][byte] as number))).toBeLessThan(2e-4);
    expect(mean((byte) => (pixelTables[28][byte] as number) ** 2)).toBeCloseTo(1, 3);
  });

  test('of the small set are the first ones of the full set', async () => {
    const first = await loadImages('small', fetchFile);
    for (const [set, count] of [
      ['training', 10_000],
      ['heldOut', 2_000],
    ] as const) {
      expect(first[set].count).toBe(count);
      const { pixels, labels } = full[set];
      expect(Buffer.compare(first[set].pixels, pixels.subarray(0, count * PIXELS))).toBe(0);
      expect(Buffer.compare(first[set].labels, labels.subarray(0, count))).toBe(0);
    }
  });

  test('are small enough to wait for', () => {
    expect(statSync(pathOf(small.name)).size).toBeLessThan(2.1e6);
    expect(statSync(pathOf(rest.name)).size).toBeLessThan(9.6e6);
  });
});

describe('preparing again', () => {
  test('leaves whole files alone', () => {
    const before = readFileSync(pathOf(small.name));
    const { mtimeMs } = statSync(pathOf(small.name));
    expect(prepareData(directory)).toEqual([]);
    expect(statSync(pathOf(small.name)).mtimeMs).toBe(mtimeMs);
    expect(readFileSync(pathOf(small.name)).equals(before)).toBe(true);
    expect(readdirSync(directory).sort()).toEqual([rest.name, small.name, MOBY_DICK.name].sort());
  });

  test('mends a damaged file, to the same bytes', () => {
    const whole = readFileSync(pathOf(small.name));
    writeFileSync(pathOf(small.name), whole.subarray(0, 1000));
    expect(prepareData(directory)).toEqual([small.name]);
    expect(readFileSync(pathOf(small.name)).equals(whole)).toBe(true);
  });
});

describe('a damaged file is refused by name', () => {
  let bytes: Buffer;
  beforeAll(() => {
    bytes = readFileSync(pathOf(small.name));
  });
  const refused = async (damaged: Uint8Array): Promise<string> => {
    const error = await unpackImages(small, damaged).then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(DamagedDataError);
    return (error as DamagedDataError).message;
  };
  const withByte = (source: Uint8Array, index: number): Uint8Array => {
    const copy = Uint8Array.from(source);
    copy[index] = (copy[index] as number) ^ 1;
    return copy;
  };

  test('truncated', async () => {
    expect(await refused(bytes.subarray(0, bytes.length / 2))).toMatch(/^mnist-small.bin.gz is damaged: /);
  });

  test('empty, or a page in its place', async () => {
    expect(await refused(new Uint8Array())).toMatch(/holds 0 bytes where 9420000 belong/);
    expect(await refused(new TextEncoder().encode('<!doctype html>'))).toMatch(/holds 15 bytes/);
  });

  test('with one bit wrong, packed', async () => {
    expect(await refused(withByte(bytes, bytes.length >> 1))).toMatch(/^mnist-small.bin.gz is damaged: /);
  });

  test('with one bit wrong, unpacked or packed again', async () => {
    const damaged = withByte(gunzipSync(bytes), 5_000_000);
    expect(await refused(damaged)).toMatch(/its SHA-256 is [0-9a-f]{64} where 1e69420d/);
    expect(await refused(gzipSync(damaged))).toMatch(/its SHA-256 is/);
  });

  test('the other file in its place', async () => {
    const other = mkdtempSync(join(tmpdir(), 'path-sgd-data-'));
    copyFileSync(pathOf(rest.name), join(other, small.name));
    await expect(loadImages('small', async (name) => readFileSync(join(other, name)))).rejects.toThrow(
      /mnist-small.bin.gz is damaged: it holds 45530000 bytes/,
    );
    rmSync(other, { recursive: true });
  });

  test('and a file that a server has unpacked already is not', async () => {
    const { training } = await unpackImages(small, gunzipSync(bytes));
    expect(training.count).toBe(10_000);
  });

  test('nor is one where the browser has no SHA-256, while its packed form still tells damage', async () => {
    vi.stubGlobal('crypto', {});
    try {
      expect((await unpackImages(small, bytes)).training.count).toBe(10_000);
      await refused(withByte(bytes, bytes.length >> 1));
    } finally {
      vi.unstubAllGlobals();
    }
  });
});

describe('a batch of mnist-rows, against the definition', () => {
  let data: ImageData;
  let training: { pixels: Buffer; labels: Buffer };
  beforeAll(async () => {
    data = await loadImages('small', fetchFile);
    const bytes = gunzipSync(readFileSync(pathOf(small.name)));
    training = {
      pixels: bytes.subarray(0, 10_000 * PIXELS),
      labels: bytes.subarray(10_000 * PIXELS, 10_000 * PIXELS + 10_000),
    };
  });

  test.each([
    [1, 1],
    [0xffffffff, 7],
    [123456, 100_000],
  ])('training, seed %i, step %i', (seed, step) => {
    const batch = 33;
    const { inputs, targets } = mnistRows.makeBatch({
      seed,
      stream: STREAM.trainingBatch,
      step,
      batch,
      firstSequence: 0,
      length: 28,
      terms: 2,
      data,
    });
    expect(inputs).toHaveLength(28 * batch * 28);
    const images = Array.from({ length: batch }, (_, b) => {
      const [word = 0] = wordsReference(seed, STREAM.trainingBatch, step, b);
      return word % 10_000;
    });
    expect([...targets]).toEqual(images.map((image) => training.labels[image]));
    const expected = new Float32Array(inputs.length);
    let index = 0;
    for (let row = 0; row < 28; row++) {
      for (const image of images) {
        for (let column = 0; column < 28; column++) {
          const byte = training.pixels[image * PIXELS + row * 28 + column] as number;
          expected[index++] = (byte / 255 - 0.1307) / 0.3081;
        }
      }
    }
    expect(Buffer.compare(new Uint8Array(inputs.buffer), new Uint8Array(expected.buffer))).toBe(0);
    expect(new Set(images).size).toBeGreaterThan(batch / 2);
  });

  test('the held-out set is walked in its order', () => {
    const request = { seed: 5, stream: STREAM.heldOut, step: 0, batch: 4, length: 28, terms: 2, data };
    const first = mnistRows.makeBatch({ ...request, firstSequence: 0 });
    const second = mnistRows.makeBatch({ ...request, firstSequence: 4 });
    expect([...first.targets, ...second.targets]).toEqual([7, 2, 1, 0, 4, 1, 4, 9]);
    expect(second.inputs[0]).toBe(pixelTables[28][data.heldOut.pixels[4 * PIXELS] as number]);
  });

  test('without its images there is none', () => {
    const request = {
      seed: 5,
      stream: STREAM.heldOut,
      step: 0,
      batch: 4,
      firstSequence: 0,
      length: 28,
      terms: 2,
      data: null,
    };
    expect(() => mnistRows.makeBatch(request)).toThrow(/needs its images/);
  });
});
