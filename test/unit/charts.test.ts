import { describe, expect, test } from 'vitest';
import type { Evaluation } from '../../src/engine/engine.ts';
import { MAX_LANES } from '../../src/experiment/schema.ts';
import { chartRows, hasBands } from '../../src/page/chartRows.ts';
import { axisOf, clampToScale, linearScale, logScale } from '../../src/page/chartScale.ts';
import { MetricSeries } from '../../src/session/series.ts';

function seriesOf(steps: number, value: (step: number) => number): MetricSeries {
  const series = new MetricSeries();
  for (let step = 1; step <= steps; step++) series.append(step, value(step));
  return series;
}

const evaluationAt = (step: number, lanes: number): Evaluation => ({
  step,
  lanes: Array.from({ length: lanes }, (_, lane) => ({ loss: lane + step, metric: 0 })),
});

const lossOf = ({ loss }: Evaluation['lanes'][number]): number => loss;

describe('chartRows', () => {
  test('a row per step, with the value of every lane', () => {
    const rows = chartRows(
      [seriesOf(3, (step) => step), seriesOf(3, (step) => 10 * step)],
      false,
      [],
      lossOf,
    );
    expect(rows.map(({ step, cells }) => [step, ...cells.map((cell) => cell?.value)])).toEqual([
      [1, 1, 10],
      [2, 2, 20],
      [3, 3, 30],
    ]);
  });

  test('smooth lines show the exponential mean, their bands still the range', () => {
    const rows = chartRows([seriesOf(2, (step) => (step === 1 ? 1 : 2))], true, [], lossOf);
    expect(rows[1]?.cells[0]?.value).toBeCloseTo((1 / 11) * 1 + (10 / 11) * 2, 12);
    expect(rows[1]?.cells[0]?.max).toBe(2);
  });

  test.each([1, 2, 4, 5, MAX_LANES])('%i lanes have at most 500 points a line and 2,000 in all', (lanes) => {
    const series = Array.from({ length: lanes }, () => seriesOf(5000, (step) => 1 / step));
    const evaluations = Array.from({ length: 65 }, (_, index) => evaluationAt(50 * (index + 1), lanes));
    const rows = chartRows(series, true, evaluations, lossOf);
    expect(rows.length).toBeLessThanOrEqual(500);
    const points = rows.flatMap(({ cells }) => cells.filter((cell) => cell !== null)).length;
    const heldOut = rows.flatMap((row) => row.heldOut.filter((value) => value !== null)).length;
    expect(points * (hasBands(lanes) ? 2 : 1) + heldOut).toBeLessThanOrEqual(2000);
    expect(points / lanes).toBeGreaterThan(45);
    expect(heldOut / lanes).toBeGreaterThan(10);
  });

  test('held-out numbers stand on the row that their step is part of', () => {
    const rows = chartRows(
      [seriesOf(5000, () => 1)],
      true,
      [evaluationAt(100, 1), evaluationAt(5000, 1)],
      lossOf,
    );
    const marked = rows.filter(({ heldOut }) => heldOut[0] !== null);
    expect(marked.map(({ heldOut }) => heldOut[0])).toEqual([100, 5000]);
    expect(marked[0]?.step).toBeGreaterThanOrEqual(100);
    expect(marked[0]?.step).toBeLessThan(120);
  });

  test('the latest evaluation is always shown', () => {
    const series = Array.from({ length: MAX_LANES }, () => seriesOf(6500, () => 1));
    const evaluations = Array.from({ length: 65 }, (_, index) => evaluationAt(100 * (index + 1), MAX_LANES));
    const rows = chartRows(series, true, evaluations, lossOf);
    expect(rows.at(-1)?.heldOut[0]).toBe(6500);
  });

  test('a lane that has stopped has no numbers after its end', () => {
    const stopped = seriesOf(1000, (step) => (step <= 40 ? 1 : Number.NaN));
    const rows = chartRows([stopped, seriesOf(1000, () => 1)], true, [evaluationAt(500, 2)], lossOf);
    expect(rows.filter(({ cells }) => cells[0] !== null).at(-1)?.step).toBe(40);
    expect(rows.every(({ heldOut }) => heldOut[0] === null)).toBe(true);
    expect(rows.filter(({ heldOut }) => heldOut[1] !== null)).toHaveLength(1);
  });

  test('nothing measured, nothing drawn', () => {
    expect(chartRows([new MetricSeries()], true, [], lossOf)).toEqual([]);
  });
});

describe('logScale', () => {
  test.each([[[0.15, 0.2, 0.011]], [[1e-9, 4e7]], [[1, 1]], [[3]], [[0, -1, Number.NaN, 0.5, 0.4]]])(
    '%j is inside the axis, with two to ten labels inside it',
    (values) => {
      const { domain, ticks } = logScale(values);
      for (const value of values.filter((candidate) => candidate > 0)) {
        expect(value).toBeGreaterThanOrEqual(domain[0]);
        expect(value).toBeLessThanOrEqual(domain[1]);
      }
      expect(domain[0]).toBeGreaterThan(0);
      expect(domain[1]).toBeGreaterThan(domain[0]);
      expect(ticks.length).toBeGreaterThanOrEqual(2);
      expect(ticks.length).toBeLessThanOrEqual(10);
      for (const tick of ticks) expect(clampToScale(tick, { domain, ticks })).toBe(tick);
    },
  );

  test('nothing to show still is an axis', () => {
    expect(logScale([]).domain).toEqual([0.1, 1]);
    expect(logScale([0, -3]).domain).toEqual([0.1, 1]);
  });

  test('over many decades, powers of ten label it, evenly', () => {
    expect(logScale([0.003, 1500])).toEqual({ domain: [0.002, 2000], ticks: [0.01, 0.1, 1, 10, 100, 1000] });
    expect(logScale([1e-9, 1e3]).ticks).toEqual([1e-8, 1e-6, 1e-4, 0.01, 1, 100]);
  });

  test('zeros go to the lower edge', () => {
    expect(clampToScale(0, logScale([0.15, 0.9]))).toBe(0.1);
  });
});

describe('linearScale', () => {
  test('round steps from zero to above the largest value', () => {
    expect(linearScale([730])).toEqual({ domain: [0, 800], ticks: [0, 200, 400, 600, 800] });
    expect(linearScale([0.17, 0.02]).ticks).toEqual([0, 0.05, 0.1, 0.15, 0.2]);
  });

  test('negative values have room', () => {
    expect(linearScale([-3, 5]).domain).toEqual([-4, 6]);
  });

  test('no values, or only zeros, still are an axis', () => {
    expect(linearScale([]).domain).toEqual([0, 1]);
    expect(linearScale([0, 0]).domain).toEqual([0, 1]);
    expect(linearScale([Number.POSITIVE_INFINITY]).domain).toEqual([0, 1]);
  });
});

describe('axisOf', () => {
  const rowsOf = (value: (step: number) => number) => chartRows([seriesOf(400, value)], true, [], lossOf);

  test('a start a thousand times as high does not press the rest flat', () => {
    const rows = rowsOf((step) => (step < 10 ? 1000 : 0.15));
    expect(axisOf('log', rows, 1 / 6).domain).toEqual([0.1, 2]);
    expect(axisOf('linear', rows, 1 / 6).domain[1]).toBeLessThan(0.5);
  });

  test('a rise later in the run is shown in full', () => {
    const rows = rowsOf((step) => (step > 300 ? 1000 : 0.15));
    const highest = Math.max(...rows.map(({ cells }) => cells[0]?.value ?? 0));
    expect(highest).toBeGreaterThan(500);
    for (const kind of ['log', 'linear'] as const)
      expect(axisOf(kind, rows, 1 / 6).domain[1]).toBeGreaterThan(highest);
  });

  test('one batch of a tiny loss does not stretch the axis far below the lines', () => {
    const rows = rowsOf((step) => (step === 200 ? 1e-12 : 0.15));
    expect(axisOf('log', rows, null).domain[0]).toBe(0.01);
  });

  test('the baseline is always inside, also without a row', () => {
    for (const kind of ['log', 'linear'] as const) {
      const { domain } = axisOf(kind, [], 1 / 6);
      expect(domain[0]).toBeLessThan(1 / 6);
      expect(domain[1]).toBeGreaterThan(1 / 6);
    }
  });

  test('bits are drawn around their values and baseline, whatever the start', () => {
    const rows = rowsOf((step) => (step < 60 ? 6000 : 2.5));
    const { domain } = axisOf('bits', rows, 4.47);
    expect(domain[0]).toBeGreaterThan(0);
    expect(domain[0]).toBeLessThanOrEqual(2.5);
    expect(domain[1]).toBeGreaterThan(4.47);
    expect(domain[1]).toBeLessThan(10);
  });

  test('shares have all of 0 to 100 %', () => {
    expect(
      axisOf(
        'share',
        rowsOf(() => 0.3),
        null,
      ).domain,
    ).toEqual([0, 1]);
  });
});
