import { expect, test } from 'vitest';
import {
  formatCount,
  formatNumber,
  formatOf,
  formatPowerOfTwo,
  formatPowerTick,
  formatSeconds,
  formatShare,
  formatTick,
} from '../../src/page/numbers.ts';

test.each([
  [1 / 6, '0.167'],
  [0.012, '0.0120'],
  [12.34, '12.3'],
  [999.4, '999'],
  [999.96, '1,000'],
  [45_210.4, '45,210'],
  [1.2e-7, '1.20e-7'],
  [3.21e10, '3.21e10'],
  [-0.5, '-0.500'],
  [0, '0'],
  [Number.NaN, '–'],
  [null, '–'],
  [undefined, '–'],
])('formatNumber(%s) is %s', (value, text) => {
  expect(formatNumber(value)).toBe(text);
});

test.each([
  [0.2, '0.2'],
  [100, '100'],
  [0.0001, '1e-4'],
  [5e6, '5e6'],
  [0, '0'],
])('formatTick(%s) is %s', (value, text) => {
  expect(formatTick(value)).toBe(text);
});

test('shares are percentages, counts have separators', () => {
  expect(formatShare(0.9666)).toBe('96.7 %');
  expect(formatShare(null)).toBe('–');
  expect(formatCount(1234567)).toBe('1,234,567');
});

test('bits are numbers, other measures are shares', () => {
  expect(formatOf({ kind: 'bits', label: '' })(0.5)).toBe('0.500');
  expect(formatOf({ kind: 'accuracy', firstStep: 0, label: '' })(0.5)).toBe('50.0 %');
  expect(formatOf({ kind: 'within', tolerance: 0.04, label: '' })(0.5)).toBe('50.0 %');
});

test.each([
  [0, '1.00'],
  [1, '2.00'],
  [-3, '0.125'],
  [999, formatNumber(2 ** 999)],
  // log10(2^2000) = 602.0599913...
  [2000, '1.15e602'],
  [-2000, '8.71e-603'],
  [1e6, '9.90e301029'],
  // 9.999999e331: a carry makes it a power of ten.
  [332 / Math.log10(2) - 1e-7, '1.00e332'],
  [Number.NaN, '–'],
  [null, '–'],
])('formatPowerOfTwo(%s) is %s', (value, text) => {
  expect(formatPowerOfTwo(value)).toBe(text);
});

test.each([
  [0, '1'],
  [Math.log10(0.2), '0.2'],
  [3, '1000'],
  [-5, '1e-5'],
  [400 + Math.log10(2), '2e400'],
  [-350, '1e-350'],
])('formatPowerTick(%s) is %s', (exponent, text) => {
  expect(formatPowerTick(exponent)).toBe(text);
});

test('seconds have their unit', () => {
  expect(formatSeconds(12.34)).toBe('12.3 s');
  expect(formatSeconds(0)).toBe('0 s');
});
