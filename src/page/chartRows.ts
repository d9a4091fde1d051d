import type { Evaluation } from '../engine/engine.ts';
import { lineValue, type MetricSeries, type SeriesPoint, type Spacing } from '../session/page/series.ts';

/** One line's part of a row: all of one lane at about one step. */
export interface LaneCell {
  readonly value: number;
  readonly min: number;
  readonly max: number;
}

/** Everything at one place of the horizontal axis; lines without a number there have null. */
export interface ChartRow {
  readonly x: number;
  /** Of the run at hand; null where only earlier runs have a number. */
  readonly step: number | null;
  readonly cells: (LaneCell | null)[]; // [lane]
  readonly heldOut: (number | null)[]; // [lane]
  readonly earlier: (number | null)[]; // [curve]
}

/** A curve of an earlier run. */
export interface EarlierCurve {
  readonly points: readonly SeriesPoint[];
  /** Where a step of that run stands on the horizontal axis. */
  readonly xOf: (step: number) => number;
}

/** What a chart is made of. */
export interface ChartContent {
  /** One per lane; null for a lane that is not shown. */
  readonly series: readonly (MetricSeries | null)[];
  /** Index of the exponential mean that lines show; null: the mean of each point's steps. */
  readonly smoothing: number | null;
  readonly spacing: Spacing;
  /** Where a step stands on the horizontal axis. */
  readonly xOf: (step: number) => number;
  /** Held-out evaluations, oldest first. */
  readonly evaluations: readonly Evaluation[];
  /** The number of a lane in an evaluation that the chart shows; null where it shows none. */
  readonly heldOut: ((lane: Evaluation['lanes'][number]) => number) | null;
  readonly earlier: readonly EarlierCurve[];
}

/** Points of a line, and of a whole chart with its held-out points and its bands from minimum to maximum. */
const MOST_POINTS = 500;
const MOST_POINTS_OF_CHART = 2000;
const MOST_HELD_OUT = 400;
const MOST_HELD_OUT_POINTS = 40;
const MOST_EARLIER = 640;
const MOST_EARLIER_POINTS = 100;
/** Curves of earlier runs in one chart: more would be neither told apart nor have points enough. */
export const MOST_EARLIER_CURVES = 32;
/** With more lanes, bands would cover each other. */
const MOST_LANES_WITH_BANDS = 4;

/** Whether a chart of that many lanes shows the range of each line's steps as a band. */
export const hasBands = (lanes: number): boolean => lanes <= MOST_LANES_WITH_BANDS;

/** The rows of a chart, from left to right. */
export function chartRows(content: ChartContent): ChartRow[] {
  const { series, smoothing, spacing, xOf, evaluations, heldOut } = content;
  const earlier = content.earlier.slice(0, MOST_EARLIER_CURVES);
  const shown = Math.max(1, series.filter((lane) => lane !== null).length);
  const parts = hasBands(shown) ? 2 * shown : shown;
  const left = MOST_POINTS_OF_CHART - (heldOut ? MOST_HELD_OUT : 0) - (earlier.length > 0 ? MOST_EARLIER : 0);
  const most = Math.min(MOST_POINTS, Math.floor(left / parts));
  const empty = (x: number, step: number | null): ChartRow => ({
    x,
    step,
    cells: series.map(() => null),
    heldOut: series.map(() => null),
    earlier: earlier.map(() => null),
  });

  const bySteps = new Map<number, ChartRow>();
  series.forEach((lane, index) => {
    for (const point of lane?.points(most, spacing) ?? []) {
      const { last, min, max } = point;
      const row = bySteps.get(last) ?? empty(xOf(last), last);
      row.cells[index] = { value: lineValue(point, smoothing), min, max };
      bySteps.set(last, row);
    }
  });
  const rows = [...bySteps.values()].sort((one, other) => (one.step ?? 0) - (other.step ?? 0));

  const mostHeldOut = Math.min(MOST_HELD_OUT_POINTS, Math.floor(MOST_HELD_OUT / shown));
  for (const { step, lanes } of heldOut ? thinned(evaluations, mostHeldOut) : []) {
    // On the training row that its step is part of, so that one hover reads both.
    const row = rows.find((candidate) => (candidate.step ?? 0) >= step);
    series.forEach((lane, index) => {
      const measured = lanes[index];
      // A stopped lane is not drawn on as if it went on.
      if (row && heldOut && measured && lane && step <= lane.lastStep) {
        row.heldOut[index] = finite(heldOut(measured));
      }
    });
  }
  if (earlier.length === 0) return rows;

  const byPlaces = new Map(rows.map((row) => [row.x, row]));
  const mostEarlier = Math.min(MOST_EARLIER_POINTS, Math.floor(MOST_EARLIER / earlier.length));
  earlier.forEach((curve, index) => {
    for (const point of thinned(curve.points, mostEarlier)) {
      const x = curve.xOf(point.last);
      const row = byPlaces.get(x) ?? empty(x, null);
      row.earlier[index] = lineValue(point, smoothing);
      byPlaces.set(x, row);
    }
  });
  return [...byPlaces.values()].sort((one, other) => one.x - other.x);
}

/** Every second, third, ... item, counted from the last, so that at most that many are left. */
export function thinned<Item>(items: readonly Item[], most: number): readonly Item[] {
  const every = Math.ceil(items.length / most);
  return items.filter((_, index) => (items.length - 1 - index) % every === 0);
}

/** A row with every number changed. */
export function mapRow(row: ChartRow, change: (value: number) => number): ChartRow {
  const changed = (value: number | null): number | null => (value === null ? null : change(value));
  return {
    ...row,
    cells: row.cells.map(
      (cell) => cell && { value: change(cell.value), min: change(cell.min), max: change(cell.max) },
    ),
    heldOut: row.heldOut.map(changed),
    earlier: row.earlier.map(changed),
  };
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
