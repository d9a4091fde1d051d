import { expect, test } from 'vitest';
import { summaryOf } from '../../src/page/summary.ts';

const sgd = { name: 'SGD, rate 0.1', loss: 0.167, stopped: false };
const path = { name: 'Path-SGD, rate 0.01', loss: 0.0123, stopped: false };

test('before the first step it says no losses', () => {
  expect(summaryOf('preparing', 0, [sgd])).toBe('Preparing.');
  expect(summaryOf('idle', 0, [{ ...sgd, loss: Number.NaN }])).toBe('Ready, step 0.');
});

test('it names the lane with the lowest loss first, then the others', () => {
  expect(summaryOf('running', 1200, [sgd, path])).toBe(
    'Training, step 1,200. Lowest loss: Path-SGD, rate 0.01, 0.0123. SGD, rate 0.1: 0.167.',
  );
});

test('a lone lane is not called the lowest', () => {
  expect(summaryOf('paused', 5, [sgd])).toBe('Paused, step 5. SGD, rate 0.1: 0.167.');
});

test('a stopped lane is never the lowest', () => {
  expect(summaryOf('running', 9, [sgd, { ...path, stopped: true }])).toBe(
    'Training, step 9. Lowest loss: SGD, rate 0.1, 0.167. Path-SGD, rate 0.01: stopped.',
  );
  expect(summaryOf('stopped', 9, [{ ...sgd, stopped: true }])).toBe(
    'Every lane has stopped, step 9. SGD, rate 0.1: stopped.',
  );
});

test('of many lanes it says the lowest, and how many have stopped', () => {
  const lanes = [sgd, sgd, path, sgd, { ...sgd, stopped: true }];
  expect(summaryOf('running', 50, lanes)).toBe(
    'Training, step 50. Lowest loss: Path-SGD, rate 0.01, 0.0123. 1 of 5 lanes have stopped.',
  );
});
