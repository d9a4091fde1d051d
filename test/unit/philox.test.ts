import { describe, expect, test } from 'vitest';
import { philox4x32, randomWords, STREAM, uniformFromWord } from '../../src/experiment/philox.ts';
import { philoxReference as reference, wordsReference } from './philoxReference.ts';

type Four = [number, number, number, number];

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
    expect([...out]).toEqual(wordsReference(7, STREAM.heldOut, 5, 9));
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
