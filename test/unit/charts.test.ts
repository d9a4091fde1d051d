import { describe, expect, test } from 'vitest';
import type { Evaluation } from '../../src/engine/engine.ts';
import { MAX_LANES } from '../../src/experiment/schema.ts';
import {
  type ChartContent,
  chartRows,
  hasBands,
  MOST_EARLIER_CURVES,
  mapRow,
} from '../../src/page/chartRows.ts';
import {
  type AxisKind,
  axisOf,
  clampToScale,
  linearScale,
  logScale,
  toAxis,
} from '../../src/page/chartScale.ts';
import { formatPowerTick } from '../../src/page/numbers.ts';
import { MetricSeries, USUAL_SMOOTHING } from '../../src/session/page/series.ts';

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

/** Rows against steps, all lanes shown, no earlier runs, but for what is given. */
const rowsOf = (content: Partial<ChartContent> & Pick<ChartContent, 'series'>) =>
  chartRows({
    smoothing: USUAL_SMOOTHING,
    spacing: 'linear',
    xOf: (step) => step,
    evaluations: [],
    heldOut: lossOf,
    earlier: [],
    ...content,
  });

describe('chartRows', () => {
  test('a row per step, with the value of every lane', () => {
    const rows = rowsOf({
      series: [seriesOf(3, (step) => step), seriesOf(3, (step) => 10 * step)],
      smoothing: null,
    });
    expect(rows.map(({ step, cells }) => [step, ...cells.map((cell) => cell?.value)])).toEqual([
      [1, 1, 10],
      [2, 2, 20],
      [3, 3, 30],
    ]);
  });

  test('smooth lines show the exponential mean, their bands still the range', () => {
    const rows = rowsOf({ series: [seriesOf(2, (step) => (step === 1 ? 1 : 2))] });
    expect(rows[1]?.cells[0]?.value).toBeCloseTo((1 / 11) * 1 + (10 / 11) * 2, 12);
    expect(rows[1]?.cells[0]?.max).toBe(2);
  });

  test.each([1, 2, 4, 5, MAX_LANES])('%i lanes have at most 500 points a line and 2,000 in all', (lanes) => {
    const series = Array.from({ length: lanes }, () => seriesOf(5000, (step) => 1 / step));
    const evaluations = Array.from({ length: 65 }, (_, index) => evaluationAt(50 * (index + 1), lanes));
    const rows = rowsOf({ series, evaluations });
    expect(rows.length).toBeLessThanOrEqual(500);
    const points = rows.flatMap(({ cells }) => cells.filter((cell) => cell !== null)).length;
    const heldOut = rows.flatMap((row) => row.heldOut.filter((value) => value !== null)).length;
    expect(points * (hasBands(lanes) ? 2 : 1) + heldOut).toBeLessThanOrEqual(2000);
    expect(points / lanes).toBeGreaterThan(45);
    expect(heldOut / lanes).toBeGreaterThan(10);
  });

  test('held-out numbers stand on the row that their step is part of', () => {
    const rows = rowsOf({
      series: [seriesOf(5000, () => 1)],
      evaluations: [evaluationAt(100, 1), evaluationAt(5000, 1)],
    });
    const marked = rows.filter(({ heldOut }) => heldOut[0] !== null);
    expect(marked.map(({ heldOut }) => heldOut[0])).toEqual([100, 5000]);
    expect(marked[0]?.step).toBeGreaterThanOrEqual(100);
    expect(marked[0]?.step).toBeLessThan(120);
  });

  test('the latest evaluation is always shown', () => {
    const series = Array.from({ length: MAX_LANES }, () => seriesOf(6500, () => 1));
    const evaluations = Array.from({ length: 65 }, (_, index) => evaluationAt(100 * (index + 1), MAX_LANES));
    const rows = rowsOf({ series, evaluations });
    expect(rows.at(-1)?.heldOut[0]).toBe(6500);
  });

  test('a lane that has stopped has no numbers after its end', () => {
    const stopped = seriesOf(1000, (step) => (step <= 40 ? 1 : Number.NaN));
    const rows = rowsOf({
      series: [stopped, seriesOf(1000, () => 1)],
      evaluations: [evaluationAt(500, 2)],
    });
    expect(rows.filter(({ cells }) => cells[0] !== null).at(-1)?.step).toBe(40);
    expect(rows.every(({ heldOut }) => heldOut[0] === null)).toBe(true);
    expect(rows.filter(({ heldOut }) => heldOut[1] !== null)).toHaveLength(1);
  });

  test('nothing measured, nothing drawn', () => {
    expect(rowsOf({ series: [new MetricSeries()] })).toEqual([]);
  });

  test('a lane that is not shown has no numbers, and leaves its points to the others', () => {
    const series = Array.from({ length: MAX_LANES }, () => seriesOf(5000, () => 1));
    const evaluations = [evaluationAt(5000, MAX_LANES)];
    const alone = series.map((lane, index) => (index === 7 ? lane : null));
    const rows = rowsOf({ series: alone, evaluations });
    expect(rows.length).toBeGreaterThan(3 * rowsOf({ series, evaluations }).length);
    expect(rows.length).toBeLessThanOrEqual(500);
    for (const { cells, heldOut } of rows) {
      expect(cells.flatMap((cell, lane) => (cell ? [lane] : []))).toEqual([7]);
      expect(heldOut.every((value, lane) => value === null || lane === 7)).toBe(true);
    }
  });

  test('a million steps of 16 lanes beside earlier runs: bounded memory, 500 points a line, 2,000 a chart', () => {
    const STEPS = 1_000_000;
    const before = new MetricSeries();
    const { bytes } = before;
    const series = seriesOf(STEPS, (step) => 1 / step);
    expect(series.bytes).toBe(bytes);
    // 64 of them in a run of 16 lanes.
    expect(64 * bytes).toBeLessThan(16e6);
    const lanes = Array.from({ length: MAX_LANES }, () => series);
    const evaluations = Array.from({ length: 65 }, (_, index) =>
      evaluationAt(15_000 * (index + 1), MAX_LANES),
    );
    const curve = { points: series.points(128), xOf: (step: number) => 1.5 * step };
    const earlier = Array.from({ length: 3 * MOST_EARLIER_CURVES }, () => curve);
    for (const spacing of ['linear', 'log'] as const) {
      for (const heldOut of [lossOf, null]) {
        const rows = rowsOf({ series: lanes, evaluations, spacing, heldOut, earlier });
        const count = (ofRow: (row: (typeof rows)[number]) => readonly unknown[]): number =>
          rows.flatMap(ofRow).filter((value) => value !== null).length;
        const own = count(({ cells }) => cells);
        const faint = count((row) => row.earlier);
        expect(own / MAX_LANES).toBeLessThanOrEqual(500);
        expect(own / MAX_LANES).toBeGreaterThan(29);
        expect(faint / MOST_EARLIER_CURVES).toBeGreaterThan(15);
        expect(own + faint + count((row) => row.heldOut)).toBeLessThanOrEqual(2000);
        expect(rows.map(({ x }) => x)).toEqual(rows.map(({ x }) => x).sort((one, other) => one - other));
      }
    }
  });

  test('a longer earlier run goes on beyond this one', () => {
    const earlier = [{ points: seriesOf(50, () => 7).points(128), xOf: (step: number) => 2 * step }];
    const rows = rowsOf({ series: [seriesOf(10, () => 1)], xOf: (step) => 2 * step, earlier });
    expect(rows.map(({ x }) => x)).toEqual(Array.from({ length: 50 }, (_, index) => 2 * (index + 1)));
    expect(rows.map(({ step }) => step).filter((step) => step !== null)).toHaveLength(10);
    expect(rows.every((row) => row.earlier[0] === 7)).toBe(true);
  });
});

/** The ticks and ends of a logarithmic axis around values, as values. */
function logAxis(values: readonly number[]) {
  const { domain, ticks } = logScale(values.map((value) => toAxis(value, 'log', 'number')));
  const back = (exponent: number): number => Number((10 ** exponent).toPrecision(9));
  return { domain: domain.map(back), ticks: ticks.map(back) };
}

describe('logScale', () => {
  test.each([
    [[0.15, 0.2, 0.011]],
    [[1e-9, 4e7]],
    [[1, 1]],
    [[3]],
    [[0.2, 0.5]],
    [[0, -1, Number.NaN, 0.5, 0.4]],
  ])('%j is inside the axis, with two to ten labels inside it', (values) => {
    const { domain, ticks } = logAxis(values);
    const [low = 0, high = 0] = domain;
    for (const value of values.filter((candidate) => candidate > 0)) {
      expect(value).toBeGreaterThanOrEqual(low);
      expect(value).toBeLessThanOrEqual(high);
    }
    expect(low).toBeGreaterThan(0);
    expect(high).toBeGreaterThan(low);
    expect(ticks.length).toBeGreaterThanOrEqual(2);
    expect(ticks.length).toBeLessThanOrEqual(10);
    for (const tick of ticks) expect(tick >= low && tick <= high).toBe(true);
  });

  test('nothing to show still is an axis', () => {
    expect(logAxis([]).domain).toEqual([0.1, 1]);
    expect(logAxis([0, -3]).domain).toEqual([0.1, 1]);
  });

  test('the ends are the nearest round numbers', () => {
    expect(logAxis([0.2, 0.5]).domain).toEqual([0.2, 0.5]);
    expect(logAxis([0.21, 0.49]).domain).toEqual([0.2, 0.5]);
  });

  test('over many decades, powers of ten label it, evenly', () => {
    expect(logAxis([0.003, 1500])).toEqual({ domain: [0.002, 2000], ticks: [0.01, 0.1, 1, 10, 100, 1000] });
    expect(logAxis([1e-9, 1e3]).ticks).toEqual([1e-8, 1e-6, 1e-4, 0.01, 1, 100]);
  });

  test('zeros go to the lower edge', () => {
    const scale = logScale([0.15, 0.9].map(Math.log10));
    expect(clampToScale(toAxis(0, 'log', 'number'), scale)).toBe(-1);
  });

  test('path norms beyond every floating-point number have their place, and their labels', () => {
    const scale = logScale([-1500, 2000].map((log2) => toAxis(log2, 'log', 'log2')));
    expect(scale.domain[0]).toBeLessThanOrEqual(-1500 * Math.log10(2));
    expect(scale.domain[1]).toBeGreaterThanOrEqual(2000 * Math.log10(2));
    for (const tick of scale.ticks) expect(formatPowerTick(tick)).toMatch(/^(1|1e-?\d+)$/);
    expect(toAxis(2000, 'linear', 'log2')).toBeLessThan(Number.POSITIVE_INFINITY);
    expect(toAxis(-3, 'linear', 'log2')).toBe(0.125);
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
  /** The axis of a line over 400 steps, as values. */
  function axisAround(
    kind: AxisKind,
    value: (step: number) => number,
    baseline: number | null,
    bands = true,
  ) {
    const rows = value === nothing ? [] : rowsOf({ series: [seriesOf(400, value)] });
    const onAxis = rows.map((row) => mapRow(row, (each) => toAxis(each, kind, 'number')));
    const reference = baseline === null ? null : toAxis(baseline, kind, 'number');
    const [low, high] = axisOf(kind, onAxis, reference, bands).domain;
    return (kind === 'log' ? [10 ** low, 10 ** high] : [low, high]) as [number, number];
  }
  const nothing = (): number => Number.NaN;

  test('a start a thousand times as high does not press the rest flat', () => {
    const value = (step: number): number => (step < 10 ? 1000 : 0.15);
    const [low, high] = axisAround('log', value, 1 / 6);
    expect(low).toBeCloseTo(0.1, 9);
    expect(high).toBeCloseTo(2, 9);
    expect(axisAround('linear', value, 1 / 6)[1]).toBeLessThan(0.5);
  });

  test('a rise later in the run is shown in full', () => {
    const value = (step: number): number => (step > 300 ? 1000 : 0.15);
    for (const kind of ['log', 'linear'] as const)
      expect(axisAround(kind, value, 1 / 6)[1]).toBeGreaterThan(850);
  });

  test('one batch of a tiny loss does not stretch the axis far below the lines, and not at all without bands', () => {
    const value = (step: number): number => (step === 200 ? 1e-12 : 0.15);
    expect(axisAround('log', value, null)[0]).toBeCloseTo(0.01, 9);
    expect(axisAround('log', value, null, false)[0]).toBeCloseTo(0.1, 9);
  });

  test('the baseline is always inside, also without a row', () => {
    for (const kind of ['log', 'linear'] as const) {
      const [low, high] = axisAround(kind, nothing, 1 / 6);
      expect(low).toBeLessThan(1 / 6);
      expect(high).toBeGreaterThan(1 / 6);
    }
  });

  test('bits are drawn around their values and baseline, whatever the start', () => {
    const [low, high] = axisAround('bits', (step) => (step < 60 ? 6000 : 2.5), 4.47);
    expect(low).toBeGreaterThan(0);
    expect(low).toBeLessThanOrEqual(2.5);
    expect(high).toBeGreaterThan(4.47);
    expect(high).toBeLessThan(10);
  });

  test('shares have all of 0 to 100 %', () => {
    expect(axisAround('share', () => 0.3, null)).toEqual([0, 1]);
  });

  test('a line that is zero all along still has an axis', () => {
    expect(axisAround('linear', () => 0, null)).toEqual([0, 1]);
    expect(axisAround('log', () => 0, null)[1]).toBeCloseTo(1, 9);
  });
});
