import type { ChartRow } from './chartRows.ts';
import { LOG10_OF_2 } from './numbers.ts';

/** The visible range of an axis and its labelled places, as they are drawn: see `toAxis`. */
export interface AxisScale {
  readonly domain: readonly [number, number];
  readonly ticks: readonly number[];
}

/** `share`: linear, all of 0 to 100 %; `bits`: linear, around the values. */
export type AxisKind = 'log' | 'linear' | 'share' | 'bits';

/** Whether a quantity is kept as it is or, where it may leave every number's range, as its logarithm. */
export type Stored = 'number' | 'log2';

/** A linear axis ends here: beyond, its numbers could not be told apart, or written. */
const LARGEST_LINEAR = 1e300;

/**
 * Where a value stands on an axis: on a logarithmic one at its exponent of ten, so that a power of ten that no
 * floating-point number holds has its place too. Zeros and negative numbers are infinitely far down there.
 */
export function toAxis(value: number, kind: AxisKind, stored: Stored): number {
  if (kind === 'log')
    return stored === 'log2' ? value * LOG10_OF_2 : value > 0 ? Math.log10(value) : -Infinity;
  return stored === 'log2' ? Math.min(LARGEST_LINEAR, 2 ** value) : value;
}

const LEADING_DIGITS = [1, 2, 5] as const;
/** Most labels of an axis. */
const MOST_TICKS = 10;
/** What rounding may do to an exponent. */
const ROUNDING = 1e-9;

/**
 * A logarithmic axis around exponents of ten.
 * @param exponents any numbers, not finite ones are ignored
 */
export function logScale(exponents: readonly number[]): AxisScale {
  const finite = exponents.filter((exponent) => Number.isFinite(exponent));
  if (finite.length === 0) return { domain: [-1, 0], ticks: [0.1, 0.2, 0.5, 1].map(Math.log10) };
  const lowest = Math.min(...finite);
  const highest = Math.max(...finite);
  const firstDecade = Math.floor(lowest);
  const lastDecade = Math.ceil(highest) + 1;
  const decades = Array.from({ length: lastDecade - firstDecade + 1 }, (_, index) => firstDecade + index);
  const candidates = decades.flatMap((decade) => LEADING_DIGITS.map((digit) => decade + Math.log10(digit)));
  // The nearest candidates on both sides, so that every value has room.
  const low = candidates.findLast((candidate) => candidate <= lowest + ROUNDING) ?? firstDecade;
  const high =
    candidates.find((candidate) => candidate >= highest - ROUNDING && candidate > low + ROUNDING) ??
    lastDecade;
  let ticks = candidates.filter((candidate) => candidate >= low && candidate <= high);
  if (ticks.length > MOST_TICKS) {
    const inside = decades.filter((decade) => decade >= low && decade <= high);
    const every = Math.ceil(inside.length / MOST_TICKS);
    ticks = inside.filter((decade) => decade % every === 0);
  }
  return { domain: [low, high], ticks };
}

/**
 * A linear axis from zero (or below, where values are) in round steps.
 * @param values any numbers, not finite ones are ignored
 */
export function linearScale(values: readonly number[], fromZero = true): AxisScale {
  const finite = values.filter((value) => Number.isFinite(value));
  const lowest = Math.min(...finite, ...(fromZero ? [0] : []));
  const highest = Math.max(...finite, ...(fromZero ? [0] : []));
  if (!(highest > lowest)) {
    const middle = finite[0] ?? 0;
    return finite.length > 0 && middle !== 0 && !fromZero
      ? linearScale([middle - 1, middle + 1], false)
      : { domain: [0, 1], ticks: [0, 0.5, 1] };
  }
  const rough = (highest - lowest) / 4;
  const decade = 10 ** Math.floor(Math.log10(rough));
  const step = decade * (LEADING_DIGITS.find((digit) => digit * decade >= rough) ?? 10);
  const first = Math.floor(lowest / step);
  const last = Math.ceil(highest / step);
  const ticks = Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
  return { domain: [ticks[0] as number, ticks.at(-1) as number], ticks };
}

/** The value, or the nearest end of the axis. */
export const clampToScale = (value: number, { domain }: AxisScale): number =>
  Math.min(domain[1], Math.max(domain[0], value));

const SHARE_SCALE: AxisScale = { domain: [0, 1], ticks: [0, 0.25, 0.5, 0.75, 1] };
/** The part of a run, from its start, in which high values do not stretch the axis. */
const START = 0.1;
/** How far above all later lines values of the start, and ranges of single steps, may stretch an axis. */
const ROOM_ABOVE = 1.5;
const DECADES_ABOVE = 1;
/** How far below the lowest line the ranges may stretch a logarithmic axis: one lucky batch says little. */
const DECADES_BELOW = 1;

/**
 * The axis of a chart's values. It shows every line in full but for its start: the first steps of a high rate can reach
 * a thousand times all that follows, and would leave no room for it. What is higher goes along the upper edge.
 * @param rows as they stand on the axis
 * @param baseline a value, as it stands on the axis, that is always to be seen, or null
 * @param bands whether the ranges are drawn, and want their place
 */
export function axisOf(
  kind: AxisKind,
  rows: readonly ChartRow[],
  baseline: number | null,
  bands: boolean,
): AxisScale {
  if (kind === 'share') return SHARE_SCALE;
  const start = START * (rows.at(-1)?.x ?? 0);
  const lines: number[] = [];
  const ranges: number[] = [];
  let highest = baseline ?? Number.NEGATIVE_INFINITY;
  let lowest = Number.POSITIVE_INFINITY;
  for (const { x, cells, heldOut, earlier } of rows) {
    const values = [...cells.map((cell) => cell?.value ?? null), ...heldOut, ...earlier].filter(
      (value) => value !== null && Number.isFinite(value),
    ) as number[];
    for (const value of values) {
      if (x > start) highest = Math.max(highest, value);
      lowest = Math.min(lowest, value);
    }
    lines.push(...values);
    if (bands) ranges.push(...cells.flatMap((cell) => (cell ? [cell.min, cell.max] : [])));
  }
  if (highest === Number.NEGATIVE_INFINITY) highest = Math.max(...lines);
  const reference = baseline === null ? [] : [baseline];
  if (kind === 'log') {
    const ceiling = highest + DECADES_ABOVE;
    const floor = lowest - DECADES_BELOW;
    const inside = [...lines, ...ranges].map((value) => Math.min(ceiling, Math.max(value, floor)));
    return logScale([...inside, ...reference]);
  }
  // Bits have a scale of their own: what is far beyond the baseline is all the same.
  const ceiling = ROOM_ABOVE * (kind === 'bits' ? (baseline ?? highest) : highest);
  return linearScale([...lines.map((value) => Math.min(value, ceiling)), ...reference], kind === 'linear');
}
