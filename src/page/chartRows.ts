import type { Evaluation } from '../engine/engine.ts';
import type { MetricSeries, SeriesPoint } from '../session/series.ts';

/** One line's part of a row: all of one lane at about one step. */
export interface LaneCell {
  readonly value: number;
  readonly min: number;
  readonly max: number;
}

/** Everything at one place of the step axis; lanes without a number there have null. */
export interface ChartRow {
  readonly step: number;
  readonly cells: (LaneCell | null)[]; // [lane]
  readonly heldOut: (number | null)[]; // [lane]
}

/** Points of a line, and of a whole chart with its held-out points and its bands from minimum to maximum. */
const MOST_POINTS = 500;
const MOST_POINTS_OF_CHART = 2000;
const MOST_HELD_OUT = 400;
const MOST_HELD_OUT_POINTS = 40;
/** With more lanes, bands would cover each other. */
const MOST_LANES_WITH_BANDS = 4;

/** Whether a chart of that many lanes shows the range of each line's steps as a band. */
export const hasBands = (lanes: number): boolean => lanes <= MOST_LANES_WITH_BANDS;

/**
 * The rows of a chart.
 * @param series one per lane
 * @param smooth whether lines are the exponential mean, else the mean of each point's steps
 * @param evaluations held-out evaluations, oldest first
 * @param heldOut the number of a lane in an evaluation that the chart shows
 */
export function chartRows(
  series: readonly MetricSeries[],
  smooth: boolean,
  evaluations: readonly Evaluation[],
  heldOut: (lane: Evaluation['lanes'][number]) => number,
): ChartRow[] {
  const lanes = Math.max(1, series.length);
  const parts = hasBands(lanes) ? 2 * lanes : lanes;
  const most = Math.min(MOST_POINTS, Math.floor((MOST_POINTS_OF_CHART - MOST_HELD_OUT) / parts));
  const rows = new Map<number, ChartRow>();
  const empty = (step: number): ChartRow => ({
    step,
    cells: series.map(() => null),
    heldOut: series.map(() => null),
  });
  series.forEach((lane, index) => {
    for (const point of lane.points(most)) {
      const row = rows.get(point.last) ?? empty(point.last);
      row.cells[index] = cellOf(point, smooth);
      rows.set(point.last, row);
    }
  });
  const sorted = [...rows.values()].sort((left, right) => left.step - right.step);
  for (const { step, lanes } of thinned(
    evaluations,
    Math.min(MOST_HELD_OUT_POINTS, Math.floor(MOST_HELD_OUT / series.length)),
  )) {
    // On the training row that its step is part of, so that one hover reads both.
    const row = sorted.find((candidate) => candidate.step >= step);
    lanes.forEach((lane, index) => {
      // A stopped lane is not drawn on as if it went on.
      if (row && step <= (series[index]?.lastStep ?? 0)) row.heldOut[index] = finite(heldOut(lane));
    });
  }
  return sorted;
}

/** Every second, third, ... item, counted from the last, so that at most that many are left. */
function thinned<Item>(items: readonly Item[], most: number): readonly Item[] {
  const every = Math.ceil(items.length / most);
  return items.filter((_, index) => (items.length - 1 - index) % every === 0);
}

const cellOf = ({ mean, min, max, smooth }: SeriesPoint, smoothed: boolean): LaneCell => ({
  value: smoothed ? smooth : mean,
  min,
  max,
});

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
