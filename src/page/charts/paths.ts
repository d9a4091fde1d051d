import type { ChartRow } from '../chartRows.ts';

/** Where a row and a value stand in the picture, in pixels. */
export interface Places {
  readonly x: (x: number) => number;
  readonly y: (value: number) => number;
}

/** A line as `d` of a path, and its only point where it has no other: a line of one point would not be seen. */
export interface LinePath {
  readonly d: string;
  readonly only: { readonly x: number; readonly y: number } | null;
}

// Hundredths of a pixel: shorter texts are read faster, and nobody sees the rest.
const short = (pixels: number): number => Math.round(100 * pixels) / 100;

/**
 * A straight line through all rows that have a value, over those that have none.
 * @param heightOf the value of a row as it stands on the axis
 */
export function linePath(
  rows: readonly ChartRow[],
  heightOf: (row: ChartRow) => number | null | undefined,
  places: Places,
): LinePath {
  let d = '';
  let points = 0;
  let only: LinePath['only'] = null;
  for (const row of rows) {
    const value = heightOf(row);
    if (value == null) continue;
    const x = short(places.x(row.x));
    const y = short(places.y(value));
    d += `${points === 0 ? 'M' : 'L'}${x},${y}`;
    only = points === 0 ? { x, y } : null;
    points++;
  }
  return { d, only };
}

/**
 * The area between the least and the largest value of all rows that have them, as `d` of a path.
 * @param rangeOf minimum and maximum of a row as they stand on the axis
 */
export function bandPath(
  rows: readonly ChartRow[],
  rangeOf: (row: ChartRow) => { readonly min: number; readonly max: number } | null | undefined,
  places: Places,
): string {
  let d = '';
  const lower: string[] = [];
  for (const row of rows) {
    const range = rangeOf(row);
    if (range == null) continue;
    const x = short(places.x(row.x));
    d += `${d === '' ? 'M' : 'L'}${x},${short(places.y(range.max))}`;
    lower.push(`L${x},${short(places.y(range.min))}`);
  }
  return d === '' ? '' : `${d}${lower.reverse().join('')}Z`;
}

/**
 * A circle at every row that has a value, all in one `d` of a path.
 * @param heightOf the value of a row as it stands on the axis
 * @param radius in pixels
 */
export function circlesPath(
  rows: readonly ChartRow[],
  heightOf: (row: ChartRow) => number | null | undefined,
  places: Places,
  radius: number,
): string {
  let d = '';
  for (const row of rows) {
    const value = heightOf(row);
    if (value == null) continue;
    d += `M${short(places.x(row.x) - radius)},${short(places.y(value))}`;
    d += `a${radius},${radius} 0 1,0 ${2 * radius},0a${radius},${radius} 0 1,0 ${-2 * radius},0`;
  }
  return d;
}
