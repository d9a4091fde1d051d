import type { MetricSeries } from '../../session/page/series.ts';

/** The differences of all copies at one place of the step axis; null where a copy has none. */
export interface DifferenceRow {
  readonly step: number;
  readonly differences: (number | null)[]; // [copy]
}

const MOST_POINTS = 200;

/** The rows of the chart of differences: of each point's steps the largest, so that no step is lost. */
export function differenceRows(series: readonly (MetricSeries | null)[]): DifferenceRow[] {
  const rows = new Map<number, DifferenceRow>();
  series.forEach((copy, index) => {
    for (const { last, max } of copy?.points(MOST_POINTS) ?? []) {
      const row = rows.get(last) ?? { step: last, differences: series.map(() => null) };
      row.differences[index] = max;
      rows.set(last, row);
    }
  });
  return [...rows.values()].sort((left, right) => left.step - right.step);
}

/** The axis of differences: places are exponents of ten, and zero has a place of its own below all of them. */
export interface DifferenceScale {
  readonly domain: readonly [number, number];
  readonly ticks: readonly number[];
  readonly zero: number;
}

/** Powers of ten on an axis on which nothing but zero is. */
const ONLY_ZERO = [-6, 0] as const;
/** Most labelled powers of ten. */
const MOST_DECADES = 6;

/** The axis on which all differences have a place: whole powers of ten, and zero. */
export function differenceScale(rows: readonly DifferenceRow[]): DifferenceScale {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const difference of rows.flatMap(({ differences }) => differences)) {
    if (difference === null || difference === 0) continue;
    low = Math.min(low, Math.floor(Math.log10(difference)));
    high = Math.max(high, Math.ceil(Math.log10(difference)));
  }
  if (low > high) [low, high] = ONLY_ZERO;
  if (low === high) high++;
  const every = Math.ceil((high - low + 1) / MOST_DECADES);
  // Whole spaces between labels up to the top, and one more down to zero.
  low = high - every * Math.ceil((high - low) / every);
  const zero = low - every;
  const ticks = Array.from({ length: (high - zero) / every + 1 }, (_, index) => zero + index * every);
  return { domain: [zero, high], ticks, zero };
}

/** Where a difference stands on the axis. */
export const placeOf = (difference: number, { zero }: DifferenceScale): number =>
  difference === 0 ? zero : Math.log10(difference);
