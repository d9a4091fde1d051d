import { FormulaError } from './formula.ts';
import type { Target } from './functions.ts';

/** A function's values on a grid of all pairs of coordinates, or of one axis. */
export interface Sampled {
  readonly at: readonly number[]; // ascending
  readonly rows: number; // 1 in one dimension
  readonly values: Float64Array; // [rows (y), columns (x)]
}

/**
 * Samples a function.
 * @throws FormulaError where a value is no finite number
 */
export function sample({ dimension, value }: Target, at: readonly number[]): Sampled {
  const columns = at.length;
  const rows = dimension === 1 ? 1 : columns;
  const values = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const y = dimension === 1 ? 0 : (at[row] as number);
    for (let column = 0; column < columns; column++) {
      const x = at[column] as number;
      const found = value(x, y);
      if (!Number.isFinite(found)) {
        const place = dimension === 1 ? `x = ${short(x)}` : `x = ${short(x)}, y = ${short(y)}`;
        throw new FormulaError(
          `The function has no finite value at ${place}: it needs one everywhere from 0 to 1`,
          null,
        );
      }
      values[row * columns + column] = found;
    }
  }
  return { at, rows, values };
}

const short = (value: number): string => String(Number(value.toPrecision(4)));

/**
 * The modulus of continuity on a grid: the largest difference of two values no further apart than `distance`. Of all points
 * the largest can be a little larger.
 */
export function measuredModulus({ at, rows, values }: Sampled, distance: number): number {
  const columns = at.length;
  let largest = 0;
  for (let row = 0; row < rows; row++) {
    for (let other = row; other < rows; other++) {
      const apart = rows === 1 ? 0 : (at[other] as number) - (at[row] as number);
      if (apart > distance) break;
      const reach = Math.sqrt(distance * distance - apart * apart);
      const line = values.subarray(row * columns, (row + 1) * columns);
      const otherLine = values.subarray(other * columns, (other + 1) * columns);
      largest = Math.max(largest, largestDifference(at, line, otherLine, reach));
    }
  }
  return largest;
}

/** The largest |line[i] - other[j]| with |at[i] - at[j]| <= reach: extremes of a sliding window, by queues. */
function largestDifference(
  at: readonly number[],
  line: Float64Array,
  other: Float64Array,
  reach: number,
): number {
  const count = at.length;
  const highest = new Int32Array(count);
  const lowest = new Int32Array(count);
  let [highFrom, highTo, lowFrom, lowTo, next, largest] = [0, 0, 0, 0, 0, 0];
  // What rounding makes of coordinates must not part two that are exactly as far apart.
  const span = reach * (1 + 1e-12);
  for (let i = 0; i < count; i++) {
    const x = at[i] as number;
    for (; next < count && (at[next] as number) <= x + span; next++) {
      const value = other[next] as number;
      while (highTo > highFrom && (other[highest[highTo - 1] as number] as number) <= value) highTo--;
      highest[highTo++] = next;
      while (lowTo > lowFrom && (other[lowest[lowTo - 1] as number] as number) >= value) lowTo--;
      lowest[lowTo++] = next;
    }
    while (highFrom < highTo && (at[highest[highFrom] as number] as number) < x - span) highFrom++;
    while (lowFrom < lowTo && (at[lowest[lowFrom] as number] as number) < x - span) lowFrom++;
    if (highFrom === highTo) continue;
    const value = line[i] as number;
    largest = Math.max(
      largest,
      (other[highest[highFrom] as number] as number) - value,
      value - (other[lowest[lowFrom] as number] as number),
    );
  }
  return largest;
}
