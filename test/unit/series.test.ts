import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  lineValue,
  MetricSeries,
  SMOOTHING_FACTORS,
  type Spacing,
  USUAL_SMOOTHING,
} from '../../src/session/page/series.ts';

const RUNS = { numRuns: 200, seed: 3 } as const;

/** Values of steps 1, 2, ... appended to a series. */
function seriesOf(values: readonly number[], capacity: number): MetricSeries {
  const series = new MetricSeries(capacity);
  values.forEach((value, index) => {
    series.append(index + 1, value);
  });
  return series;
}

describe('MetricSeries', () => {
  test('keeps count, mean, minimum and maximum of all steps through every merging', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 300 }),
        fc.constantFrom(4, 8, 16),
        fc.constantFrom(3, 8, 500),
        (values, capacity, most) => {
          const points = seriesOf(values, capacity).points(most);
          expect(points.length).toBeLessThanOrEqual(Math.min(most, capacity));
          let next = 1;
          for (const { first, last, mean, min, max } of points) {
            expect(first).toBe(next);
            const part = values.slice(first - 1, last);
            expect(min).toBe(Math.min(...part));
            expect(max).toBe(Math.max(...part));
            expect(mean).toBeCloseTo(part.reduce((sum, value) => sum + value, 0) / part.length, 8);
            next = last + 1;
          }
          expect(next).toBe(values.length + 1);
        },
      ),
      RUNS,
    );
  });

  test('the exponential means are those of the full series, however coarse the points', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 10, noNaN: true }), { minLength: 1, maxLength: 200 }),
        fc.constantFrom<Spacing>('linear', 'log'),
        fc.constantFrom(4, 500),
        (values, spacing, most) => {
          const series = seriesOf(values, 8);
          SMOOTHING_FACTORS.forEach((longRun, which) => {
            let mean = values[0] as number;
            const means = values.map((value, index) => {
              const factor = Math.min(longRun, index / (index + 10));
              mean = factor * mean + (1 - factor) * value;
              return mean;
            });
            if (which === USUAL_SMOOTHING) expect(series.smooth).toBeCloseTo(mean, 12);
            for (const point of series.points(most, spacing))
              expect(lineValue(point, which)).toBeCloseTo(means[point.last - 1] as number, 12);
          });
        },
      ),
      RUNS,
    );
  });

  test('geometric points cover every step once, the first ones each by itself', () => {
    const values = Array.from({ length: 3000 }, (_, index) => index);
    const series = seriesOf(values, 64);
    const points = series.points(500, 'log');
    expect(points.slice(0, 31).map(({ first, last }) => [first, last])).toEqual(
      Array.from({ length: 31 }, (_, index) => [index + 1, index + 1]),
    );
    let next = 1;
    for (const { first, last, mean, min, max } of points) {
      expect(first).toBe(next);
      expect([min, max, mean]).toEqual([first - 1, last - 1, (first + last) / 2 - 1]);
      expect(last / first).toBeLessThan(1 + 1 / 16);
      next = last + 1;
    }
    expect(next).toBe(3001);
    expect(series.points(40, 'log').length).toBeLessThanOrEqual(40);
    expect(series.points(40, 'log')[0]?.last).toBeLessThan(10);
  });

  test('the last step that can be counted has a bucket', () => {
    const series = new MetricSeries(16);
    series.append(1, 1);
    series.append(0xffffffff, 2);
    expect(series.points(500, 'log').map(({ last }) => last)).toEqual([1, 0xffffffff]);
    expect(series.points().at(-1)?.last).toBe(0xffffffff);
  });

  test('a spike of the first steps is forgotten within a hundred, a later one fades by 2 % a step', () => {
    const early = new MetricSeries();
    for (let step = 1; step <= 100; step++) early.append(step, step === 8 ? 1000 : 0.1);
    expect(early.smooth).toBeCloseTo(0.1, 5);
    const late = new MetricSeries();
    for (let step = 1; step <= 1100; step++) late.append(step, step === 1000 ? 1000 : 0.1);
    expect(late.smooth).toBeCloseTo(0.1 + 999.9 * 0.02 * 0.98 ** 100, 8);
  });

  test('a spike of one step among 100,000 stays in the points', () => {
    const series = new MetricSeries();
    for (let step = 1; step <= 100_000; step++) series.append(step, step === 54_321 ? 1e6 : 1);
    const points = series.points(500);
    expect(points.length).toBeLessThanOrEqual(500);
    expect(points.length).toBeGreaterThan(125);
    expect(Math.max(...points.map(({ max }) => max))).toBe(1e6);
  });

  test('points of a long run do not move against each other as it grows', () => {
    const series = new MetricSeries(16);
    for (let step = 1; step <= 40; step++) series.append(step, step);
    const before = series.points();
    series.append(41, 41);
    expect(series.points().slice(0, before.length - 1)).toEqual(before.slice(0, -1));
  });

  test('values that are not finite, and steps that are not new, are left out', () => {
    const series = seriesOf([1, Number.NaN, Number.POSITIVE_INFINITY, 4], 8);
    series.append(4, 99);
    series.append(2, 99);
    expect(series.points().map(({ first, mean }) => [first, mean])).toEqual([
      [1, 1],
      [4, 4],
    ]);
    expect(series.last).toBe(4);
    expect(series.lastStep).toBe(4);
  });

  test('an empty series has no points and no last value', () => {
    const series = new MetricSeries();
    expect(series.points()).toEqual([]);
    expect(series.last).toBeNaN();
    expect(series.smooth).toBeNaN();
  });
});
