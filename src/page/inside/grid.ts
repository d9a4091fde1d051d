import { formatNumber, formatPowerOfTwo, LOG10_OF_2 } from '../numbers.ts';

/** Numbers in rows and columns: value = data * 2^log2, with one exponent, or one per column. */
export interface GridValues {
  readonly rows: number;
  readonly columns: number;
  readonly data: ArrayLike<number>; // [rows, columns]
  readonly log2: number | Int32Array;
  /** Whether values have a sign: else they are zero or more. */
  readonly signed: boolean;
}

/** A matrix to be seen in colours, on a logarithmic scale. */
export interface Grid extends GridValues {
  /** log10 of the size of each value; -Infinity where it is zero, NaN where it is not finite. */
  readonly log10: Float64Array; // [rows, columns]
  /** log10 of the largest size of a value; NaN where every value is zero, or none is finite. */
  readonly top: number;
  /** log10 of the size at and below which a value looks like zero (signed), or like the smallest. */
  readonly bottom: number;
}

/** Decades between the strongest colour of a signed value and none at all. */
const SIGNED_DECADES = 4;
/** Most and fewest decades of a scale of values without a sign. */
const MOST_DECADES = 12;
const FEWEST_DECADES = 1;

const exponentOf = ({ log2, columns }: GridValues, index: number): number =>
  typeof log2 === 'number' ? log2 : (log2[index % columns] as number);

/** A grid with the colour scale that its values need. */
export function gridOf(values: GridValues): Grid {
  const { rows, columns, data, signed } = values;
  const log10 = new Float64Array(rows * columns);
  let top = Number.NEGATIVE_INFINITY;
  let least = Number.POSITIVE_INFINITY;
  for (let index = 0; index < log10.length; index++) {
    const value = data[index] as number;
    const exponent = Number.isFinite(value)
      ? Math.log10(Math.abs(value)) + exponentOf(values, index) * LOG10_OF_2
      : Number.NaN;
    log10[index] = exponent;
    if (exponent > top) top = exponent;
    if (exponent < least && exponent !== Number.NEGATIVE_INFINITY) least = exponent;
  }
  if (top === Number.NEGATIVE_INFINITY) return { ...values, log10, top: Number.NaN, bottom: Number.NaN };
  const bottom = signed
    ? top - SIGNED_DECADES
    : Math.min(top - FEWEST_DECADES, Math.max(least, top - MOST_DECADES));
  return { ...values, log10, top, bottom };
}

/**
 * How strong the colour of a value is: from -1 to 1 of a signed one, else from 0 to 1; 0 for zero, NaN where the value is
 * not finite.
 */
export function levelAt({ data, signed, log10, top, bottom }: Grid, index: number): number {
  const exponent = log10[index] as number;
  if (Number.isNaN(exponent)) return Number.NaN;
  if (exponent === Number.NEGATIVE_INFINITY) return 0;
  const level = Math.min(1, Math.max(0, (exponent - bottom) / (top - bottom)));
  return signed && (data[index] as number) < 0 ? -level : level;
}

/**
 * The levels of a grid in no more rows and columns than a picture has pixels: each pixel has the strongest of its
 * cells, so that a single outlier is still to be seen, and NaN before all.
 */
export function pixelLevels(
  grid: Grid,
  mostRows: number,
  mostColumns: number,
): { readonly rows: number; readonly columns: number; readonly levels: Float32Array } {
  const rows = Math.max(1, Math.min(grid.rows, mostRows));
  const columns = Math.max(1, Math.min(grid.columns, mostColumns));
  const levels = new Float32Array(rows * columns);
  for (let row = 0; row < grid.rows; row++) {
    const toRow = Math.floor((row * rows) / grid.rows);
    for (let column = 0; column < grid.columns; column++) {
      const to = toRow * columns + Math.floor((column * columns) / grid.columns);
      const level = levelAt(grid, row * grid.columns + column);
      if (Number.isNaN(level) || Math.abs(level) > Math.abs(levels[to] as number)) levels[to] = level;
    }
  }
  return { rows, columns, levels };
}

/** A value as it is read out: three digits, also where no floating-point number holds it. */
export function formatCell(grid: GridValues, index: number): string {
  const value = grid.data[index] as number;
  if (Number.isNaN(value)) return 'not a number';
  const log2 = exponentOf(grid, index);
  if (log2 === 0 || value === 0 || !Number.isFinite(value)) return formatNumber(value);
  return (value < 0 ? '-' : '') + formatPowerOfTwo(Math.log2(Math.abs(value)) + log2);
}

/** A power of ten in three digits. */
export const formatPowerOfTen = (exponent: number): string => formatPowerOfTwo(exponent / LOG10_OF_2);

/** A grid in words: its smallest and largest value, its norm, and how many values are no numbers. */
export function describeGrid(grid: Grid): string {
  const { rows, columns, data, top } = grid;
  let least = -1;
  let most = -1;
  let smallest = Number.POSITIVE_INFINITY;
  let largest = Number.NEGATIVE_INFINITY;
  let squares = 0;
  let broken = 0;
  const topLog2 = Number.isNaN(top) ? 0 : top / LOG10_OF_2;
  // Values as shares of the largest, so that they and their squares are in range.
  const factors = Float64Array.from(
    { length: columns },
    (_, column) => 2 ** (exponentOf(grid, column) - topLog2),
  );
  for (let index = 0; index < rows * columns; index++) {
    const value = data[index] as number;
    if (!Number.isFinite(value)) {
      broken++;
      continue;
    }
    const share = value === 0 ? 0 : value * (factors[index % columns] as number);
    squares += share * share;
    if (share < smallest) [smallest, least] = [share, index];
    if (share > largest) [largest, most] = [share, index];
  }
  const parts: string[] = [];
  if (least >= 0) {
    const norm = squares === 0 ? '0' : formatPowerOfTwo(Math.log2(squares) / 2 + topLog2);
    parts.push(`${formatCell(grid, least)} to ${formatCell(grid, most)}, norm ${norm}`);
  }
  if (broken > 0) parts.push(`${broken} ${broken === 1 ? 'is' : 'are'} not finite`);
  return parts.join('; ');
}
