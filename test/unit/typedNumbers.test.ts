import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plainNumber, typedNumber, typedNumberIn } from '../../src/experiment/numbers.ts';
import { RANGES } from '../../src/experiment/schema.ts';

describe('a typed number', () => {
  test.each([
    ['12', 12],
    ['  12 ', 12],
    ['-3', -3],
    ['+5', 5],
    ['0.01', 0.01],
    ['.5', 0.5],
    ['5.', 5],
    ['1e-3', 0.001],
    ['1E-3', 0.001],
    ['00.50', 0.5],
    // A decimal comma is the only key on many phones.
    ['0,01', 0.01],
    [',5', 0.5],
    ['5,', 5],
    ['1,5e-3', 0.0015],
    ['0,001', 0.001],
    ['-0,125', -0.125],
    ['1,25', 1.25],
    ['1234,567', 1234.567],
    // A point is always that of decimals, a space always parts thousands.
    ['1.000', 1],
    ['1 000', 1000],
    ['12\u202f345\u00a0678', 12_345_678],
    ['1 000,5', 1000.5],
    ['1 000,500', 1000.5],
    // As some keyboards and programs write them.
    ['−3', -3],
    ['1e–3', 0.001],
    ['１２', 12],
    ['０．５', 0.5],
    ['\u200e12\u200b', 12],
    ['-0', 0],
  ])('%j is %d', (text, value) => {
    expect(typedNumber(text)).toEqual({ value, problem: null });
  });

  test.each([
    ['1,000', '"1,000" can mean 1 or 1000: type one of these.'],
    ['12,500', '"12,500" can mean 12.5 or 12500: type one of these.'],
    ['-999,125', '"-999,125" can mean -999.125 or -999125: type one of these.'],
    ['1,250e2', '"1,250e2" can mean 125 or 125000: type one of these.'],
    ['', 'There is no number yet.'],
    [' \u00a0', 'There is no number yet.'],
  ])('%j: %s', (text, problem) => {
    expect(typedNumber(text)).toEqual({ value: null, problem });
  });

  test.each([
    ...['0x1', '0b1', '0o7', '1e', '1e-', 'e5', '-', '.', ',', 'Infinity', '-Infinity', 'NaN', '1_000', '1n'],
    ...[
      '1.2.3',
      '1,2,3',
      '1,000,000',
      '1.000,5',
      '1,000.5',
      '1 00',
      '10 0000',
      '--1',
      '1/2',
      '50%',
      '²',
      'abc',
    ],
  ])('%j is none', (text) => {
    expect(typedNumber(text)).toEqual({
      value: null,
      problem: `"${text}" is not a number such as 12, 0.01 or 1e-3.`,
    });
  });

  test('must be in its range', () => {
    const { hidden, rate } = RANGES;
    expect(typedNumberIn('64', hidden)).toEqual({ value: 64, problem: null });
    expect(typedNumberIn('1000', hidden).problem).toBe('"1000" is out of range.');
    expect(typedNumberIn('1e999', hidden).problem).toBe('"1e999" is out of range.');
    expect(typedNumberIn('6,5', hidden).problem).toBe('"6,5" is not a whole number.');
    expect(typedNumberIn('0', rate).problem).toBe('"0" is out of range.');
    expect(typedNumberIn('0,01', rate)).toEqual({ value: 0.01, problem: null });
    expect(typedNumberIn('0x1', rate).problem).toMatch(/^"0x1" is not a number/);
  });

  test('is what the page writes for it, with a point or a comma', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        const text = String(number);
        expect(typedNumber(text).value).toBe(number + 0);
        expect(plainNumber(text)).toBe(number + 0);
        const withComma = typedNumber(text.replace('.', ','));
        if (withComma.problem === null) expect(withComma.value).toBe(number + 0);
        else expect(withComma.problem).toContain(`can mean ${number} or `);
      }),
      { numRuns: 1000, seed: 20161205 },
    );
  });
});
