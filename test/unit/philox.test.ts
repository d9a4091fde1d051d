import { describe, expect, test } from 'vitest';
import { philox4x32, randomWords, STREAM, uniformFromWord } from '../../src/experiment/philox.ts';
import { TASKS } from '../../src/experiment/tasks/index.ts';

type Four = [number, number, number, number];

/** Philox4x32-10 once more, on exact integers: an independent reading of the paper. */
function reference(counter: readonly bigint[], key: readonly bigint[]): number[] {
  const mask = 0xffffffffn;
  let [c0 = 0n, c1 = 0n, c2 = 0n, c3 = 0n] = counter;
  let [k0 = 0n, k1 = 0n] = key;
  for (let round = 0; round < 10; round++) {
    const product0 = c0 * 0xd2511f53n;
    const product1 = c2 * 0xcd9e8d57n;
    [c0, c1, c2, c3] = [
      (product1 >> 32n) ^ c1 ^ k0,
      product1 & mask,
      (product0 >> 32n) ^ c3 ^ k1,
      product0 & mask,
    ];
    k0 = (k0 + 0x9e3779b9n) & mask;
    k1 = (k1 + 0xbb67ae85n) & mask;
  }
  return [c0, c1, c2, c3].map(Number);
}

describe('Philox4x32-10', () => {
  // The file kat_vectors of Random123, the authors' own library.
  test.each<{ counter: Four; key: [number, number]; expected: Four }>([
    {
      counter: [0, 0, 0, 0],
      key: [0, 0],
      expected: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    },
    {
      counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      key: [0xffffffff, 0xffffffff],
      expected: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    },
    {
      counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      key: [0xa4093822, 0x299f31d0],
      expected: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    },
  ])('gives its published vector for counter $counter', ({ counter, key, expected }) => {
    const out = new Uint32Array(4);
    philox4x32(counter, key, out);
    expect([...out]).toEqual(expected);
  });

  test('agrees with exact integers on 1,000 counters and keys', () => {
    const out = new Uint32Array(4);
    let words: number[] = [1, 2, 3, 4];
    for (let i = 0; i < 1000; i++) {
      const [a = 0, b = 0, c = 0, d = 0] = words;
      const key: [number, number] = [(a ^ i) >>> 0, d];
      philox4x32([a, b, c, d], key, out);
      words = reference([a, b, c, d].map(BigInt), key.map(BigInt));
      expect([...out]).toEqual(words);
    }
  });

  test('is keyed by the seed and counts by stream, step and element', () => {
    const out = new Uint32Array(4);
    randomWords(7, STREAM.heldOut, 5, 9, out);
    expect([...out]).toEqual(reference([BigInt(STREAM.heldOut), 5n, 9n, 0n], [7n, 0n]));
    expect(new Set(Object.values(STREAM)).size).toBe(Object.values(STREAM).length);
  });

  test('makes uniform numbers that are exact in float32', () => {
    expect(uniformFromWord(0)).toBe(0);
    expect(uniformFromWord(0xffffffff)).toBe(1 - 2 ** -24);
    for (const word of [1, 255, 256, 0x12345678, 0xdeadbeef]) {
      expect(Math.fround(uniformFromWord(word))).toBe(uniformFromWord(word));
    }
  });
});

describe('the adding problem', () => {
  const request = {
    seed: 3,
    stream: STREAM.trainingBatch,
    step: 17,
    firstSequence: 0,
    terms: 2,
    data: null,
  } as const;

  test.each([4, 5, 20, 37, 200])(
    'marks one number of each half and asks for their sum, length %i',
    (length) => {
      const batch = 50;
      const { inputs, targets } = TASKS.adding.makeBatch({ ...request, length, batch });
      expect(inputs.length).toBe(length * batch * 2);
      for (let b = 0; b < batch; b++) {
        const steps = Array.from({ length }, (_, t) => ({
          t,
          value: inputs[(t * batch + b) * 2] as number,
          marker: inputs[(t * batch + b) * 2 + 1],
        }));
        const marked = steps.filter(({ marker }) => marker === 1);
        expect(steps.filter(({ marker }) => marker === 0).length).toBe(length - 2);
        expect(marked.map(({ t }) => t < Math.floor(length / 2))).toEqual([true, false]);
        expect(targets[b]).toBe(Math.fround((marked[0]?.value ?? 0) + (marked[1]?.value ?? 0)));
      }
    },
  );

  test('reads its numbers off Philox: one call for the markers, then one for four values', () => {
    const length = 10;
    const firstSequence = 40;
    const { inputs } = TASKS.adding.makeBatch({ ...request, length, batch: 2, firstSequence });
    const calls = 1 + 3;
    for (let b = 0; b < 2; b++) {
      const call = (index: number): number[] => {
        const element = BigInt((firstSequence + b) * calls + index);
        return reference([BigInt(STREAM.trainingBatch), 17n, element, 0n], [3n, 0n]);
      };
      const values = [call(1), call(2), call(3)].flat().slice(0, length);
      const markers = [(call(0)[0] ?? 0) % 5, 5 + ((call(0)[1] ?? 0) % 5)];
      for (let t = 0; t < length; t++) {
        expect(inputs[(t * 2 + b) * 2]).toBe(Math.floor((values[t] ?? 0) / 256) / 2 ** 24);
        expect(inputs[(t * 2 + b) * 2 + 1]).toBe(markers.includes(t) ? 1 : 0);
      }
    }
  });

  test('makes another batch at every step, the same one again at the same step', () => {
    const at = (step: number) => TASKS.adding.makeBatch({ ...request, step, length: 8, batch: 4 }).inputs;
    expect(at(1)).toEqual(at(1));
    expect(at(1)).not.toEqual(at(2));
  });

  test('has uniform values and markers, and the variance of a sum of two', () => {
    const length = 8;
    const batch = 20_000;
    const { inputs, targets } = TASKS.adding.makeBatch({ ...request, length, batch });
    const markers = new Array<number>(length).fill(0);
    let sum = 0;
    for (let t = 0; t < length; t++) {
      for (let b = 0; b < batch; b++) {
        sum += inputs[(t * batch + b) * 2] as number;
        markers[t] = (markers[t] ?? 0) + (inputs[(t * batch + b) * 2 + 1] as number);
      }
    }
    // Standard errors: 0.0007 of the mean, 0.003 of a share, 0.002 of the loss.
    expect(Math.abs(sum / (length * batch) - 0.5)).toBeLessThan(0.004);
    for (const count of markers) expect(Math.abs(count / batch - 1 / 4)).toBeLessThan(0.016);
    let error = 0;
    for (const target of targets) error += (target - 1) ** 2;
    const baseline = TASKS.adding.baseline({ length, batch, terms: 2 }, null)?.loss ?? 0;
    expect(baseline).toBe(1 / 6);
    expect(Math.abs(error / batch - baseline)).toBeLessThan(0.01);
  });
});
