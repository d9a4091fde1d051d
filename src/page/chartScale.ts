import type { ChartRow } from './chartRows.ts';

/** The visible range of an axis and its labelled values. */
export interface AxisScale {
  readonly domain: readonly [number, number];
  readonly ticks: readonly number[];
}

/** `share`: linear, all of 0 to 100 %; `bits`: linear, around the values. */
export type AxisKind = 'log' | 'linear' | 'share' | 'bits';

const LEADING_DIGITS = [1, 2, 5] as const;
/** Most labels of an axis. */
const MOST_TICKS = 10;

/**
 * A logarithmic axis around the values. Zeros and negative numbers have no place on it and are left out of the
 * range: `clampToScale` puts them at its lower edge.
 * @param values any numbers, not finite ones are ignored
 */
export function logScale(values: readonly number[]): AxisScale {
  const positive = values.filter((value) => value > 0 && Number.isFinite(value));
  if (positive.length === 0) return { domain: [0.1, 1], ticks: [0.1, 0.2, 0.5, 1] };
  const lowest = Math.min(...positive);
  const highest = Math.max(...positive);
  const firstDecade = Math.floor(Math.log10(lowest));
  const lastDecade = Math.ceil(Math.log10(highest));
  const candidates: number[] = [];
  for (let decade = firstDecade; decade <= lastDecade; decade++) {
    for (const digit of LEADING_DIGITS) candidates.push(Number(`${digit}e${decade}`));
  }
  // The nearest candidates on both sides, so that every value has room.
  const low = candidates.findLast((candidate) => candidate <= lowest) ?? lowest;
  let high = candidates.find((candidate) => candidate >= highest) ?? highest;
  if (high === low) high = candidates.find((candidate) => candidate > low) ?? low * 2;
  let ticks = candidates.filter((candidate) => candidate >= low && candidate <= high);
  if (ticks.length > MOST_TICKS) {
    const decades = Array.from({ length: lastDecade - firstDecade + 1 }, (_, index) => firstDecade + index);
    const inside = decades.filter((decade) => Number(`1e${decade}`) >= low && Number(`1e${decade}`) <= high);
    const every = Math.ceil(inside.length / MOST_TICKS);
    ticks = inside.filter((decade) => decade % every === 0).map((decade) => Number(`1e${decade}`));
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
const ROOM_ABOVE = { log: 10, linear: 1.5, bits: 1.5 } as const;
/** How far below the lowest line the ranges may stretch a logarithmic axis: one lucky batch says little. */
const ROOM_BELOW = 10;

/**
 * The axis of a chart's values. It shows every line in full but for its start: the first steps of a high rate can reach
 * a thousand times all that follows, and would leave no room for it. What is higher goes along the upper edge.
 * @param baseline a value that is always to be seen, or null
 */
export function axisOf(kind: AxisKind, rows: readonly ChartRow[], baseline: number | null): AxisScale {
  if (kind === 'share') return SHARE_SCALE;
  const start = START * (rows.at(-1)?.step ?? 0);
  const lines: number[] = [];
  const ranges: number[] = [];
  let highest = baseline ?? 0;
  let lowest = Number.POSITIVE_INFINITY;
  for (const { step, cells, heldOut } of rows) {
    const values = [...cells.map((cell) => cell?.value ?? null), ...heldOut].filter(
      (value) => value !== null,
    );
    for (const value of values) {
      if (step > start) highest = Math.max(highest, value);
      if (value > 0) lowest = Math.min(lowest, value);
    }
    lines.push(...values);
    ranges.push(...cells.flatMap((cell) => (cell ? [cell.min, cell.max] : [])));
  }
  // Bits have a scale of their own: what is far beyond the baseline is all the same.
  const ceiling = ROOM_ABOVE[kind] * (kind === 'bits' ? (baseline ?? highest) : highest);
  const reference = baseline === null ? [] : [baseline];
  if (kind !== 'log') {
    return linearScale([...lines.map((value) => Math.min(value, ceiling)), ...reference], kind === 'linear');
  }
  const inside = [...lines, ...ranges].map((value) =>
    Math.min(ceiling, Math.max(value, lowest / ROOM_BELOW)),
  );
  return logScale([...inside, ...reference]);
}
