import type { MetricSeries } from '../../session/series.ts';
import { type AxisScale, logScale } from '../chartScale.ts';

/** The differences of all copies at one place of the step axis; null where a copy has none. */
export interface DifferenceRow {
  readonly step: number;
  readonly differences: (number | null)[]; // [copy]
}

const MOST_POINTS = 200;

/** The rows of the chart of differences: of each point's steps the largest, so that no step is lost. */
export function differenceRows(series: readonly MetricSeries[]): DifferenceRow[] {
  const rows = new Map<number, DifferenceRow>();
  series.forEach((copy, index) => {
    for (const { last, max } of copy.points(MOST_POINTS)) {
      const row = rows.get(last) ?? { step: last, differences: series.map(() => null) };
      row.differences[index] = max;
      rows.set(last, row);
    }
  });
  return [...rows.values()].sort((left, right) => left.step - right.step);
}

/** A logarithmic axis with a place for zero. */
export interface DifferenceScale extends AxisScale {
  /** The place on the axis that stands for exactly zero: below every other difference. */
  readonly zero: number;
}

/** Range of an axis on which nothing but zero is. */
const ONLY_ZERO = [1e-6, 1] as const;

/** The axis of differences, logarithmic above its lowest place, which is zero. */
export function differenceScale(rows: readonly DifferenceRow[]): DifferenceScale {
  const positive = rows.flatMap(({ differences }) =>
    differences.filter((difference) => difference !== null && difference > 0),
  ) as number[];
  const { domain, ticks } = logScale(positive.length > 0 ? positive : [...ONLY_ZERO]);
  const zero = domain[0] / (domain[1] / domain[0]) ** 0.15;
  return { domain: [zero, domain[1]], ticks: [zero, ...ticks], zero };
}
