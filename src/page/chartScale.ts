/** The visible range of an axis and its labelled values. */
export interface AxisScale {
  readonly domain: readonly [number, number];
  readonly ticks: readonly number[];
}

const LEADING_DIGITS = [1, 2, 5] as const;
/** Most labels of an axis. */
const MOST_TICKS = 7;

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
    const decades = lastDecade - firstDecade + 1;
    const every = Math.ceil(decades / MOST_TICKS);
    ticks = ticks.filter((tick) => {
      const decade = Math.log10(tick);
      return Math.abs(decade - Math.round(decade)) < 1e-9 && Math.round(decade) % every === 0;
    });
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
