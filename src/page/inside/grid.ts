import { formatNumber, formatPowerOfTwo, LOG10_OF_2 } from '../numbers.ts';

/** A matrix to be seen: value = data * 2^log2, with one exponent, or one per column. */
export interface Grid {
  readonly rows: number;
  readonly columns: number;
  readonly data: ArrayLike<number>; // [rows, columns]
  readonly log2: number | Int32Array;
  /** Whether values have a sign: else they are zero or more. */
  readonly signed: boolean;
}

/** The logarithmic colour scale of a grid, in exponents of ten. */
export interface GridScale {
  /** Of the largest size of a value; NaN where every value is zero, or none is finite. */
  readonly top: number;
  /** At and below it a value looks like zero (signed), or like the smallest. */
  readonly bottom: number;
}

/** Decades between the strongest colour of a signed value and none at all. */
const SIGNED_DECADES = 4;
/** Most and fewest decades of a scale of values without a sign. */
const MOST_DECADES = 12;
const FEWEST_DECADES = 1;

const exponentOf = ({ log2, columns }: Grid, index: number): number =>
  typeof log2 === 'number' ? log2 : (log2[index % columns] as number);

/** log10 of the size of a value; -Infinity where it is zero, NaN where it is not finite. */
export function log10At(grid: Grid, index: number): number {
  const value = grid.data[index] as number;
  if (!Number.isFinite(value)) return Number.NaN;
  return Math.log10(Math.abs(value)) + exponentOf(grid, index) * LOG10_OF_2;
}

/** The colour scale from the values that are there. */
export function scaleOf(grid: Grid): GridScale {
  let top = Number.NEGATIVE_INFINITY;
  let least = Number.POSITIVE_INFINITY;
  for (let index = 0; index < grid.rows * grid.columns; index++) {
    const exponent = log10At(grid, index);
    if (exponent > top) top = exponent;
    if (exponent < least && exponent !== Number.NEGATIVE_INFINITY) least = exponent;
  }
  if (top === Number.NEGATIVE_INFINITY) return { top: Number.NaN, bottom: Number.NaN };
  if (grid.signed) return { top, bottom: top - SIGNED_DECADES };
  return { top, bottom: Math.min(top - FEWEST_DECADES, Math.max(least, top - MOST_DECADES)) };
}

/**
 * How strong the colour of a value is: from -1 to 1 of a signed one, else from 0 to 1; 0 for zero, NaN where the value is
 * not finite.
 */
export function levelAt(grid: Grid, { top, bottom }: GridScale, index: number): number {
  const exponent = log10At(grid, index);
  if (Number.isNaN(exponent)) return Number.NaN;
  if (exponent === Number.NEGATIVE_INFINITY) return 0;
  const level = Math.min(1, Math.max(0, (exponent - bottom) / (top - bottom)));
  return grid.signed && (grid.data[index] as number) < 0 ? -level : level;
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
  const scale = scaleOf(grid);
  const rows = Math.max(1, Math.min(grid.rows, mostRows));
  const columns = Math.max(1, Math.min(grid.columns, mostColumns));
  const levels = new Float32Array(rows * columns);
  for (let row = 0; row < grid.rows; row++) {
    const toRow = Math.floor((row * rows) / grid.rows);
    for (let column = 0; column < grid.columns; column++) {
      const to = toRow * columns + Math.floor((column * columns) / grid.columns);
      const level = levelAt(grid, scale, row * grid.columns + column);
      const before = levels[to] as number;
      if (Number.isNaN(level) || Math.abs(level) > Math.abs(before)) levels[to] = level;
    }
  }
  return { rows, columns, levels };
}

/** A value as it is read out: three digits, also where no floating-point number holds it. */
export function formatCell(grid: Grid, index: number): string {
  const value = grid.data[index] as number;
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'not a number' : formatNumber(value);
  if (value === 0) return '0';
  const log2 = exponentOf(grid, index);
  if (log2 === 0) return formatNumber(value);
  return (value < 0 ? '−' : '') + formatPowerOfTwo(Math.log2(Math.abs(value)) + log2);
}

/** A grid in a sentence: its smallest and largest value, its norm, and how many values are no numbers. */
export function describeGrid(grid: Grid): string {
  const count = grid.rows * grid.columns;
  let least = -1;
  let most = -1;
  let broken = 0;
  const { top } = scaleOf(grid);
  let squares = 0;
  const sizeOf = (index: number): number =>
    Math.sign(grid.data[index] as number) * 10 ** (log10At(grid, index) - top);
  for (let index = 0; index < count; index++) {
    const value = grid.data[index] as number;
    if (!Number.isFinite(value)) {
      broken++;
      continue;
    }
    const size = value === 0 ? 0 : sizeOf(index);
    squares += size * size;
    if (least < 0 || size < relative(grid, least, sizeOf)) least = index;
    if (most < 0 || size > relative(grid, most, sizeOf)) most = index;
  }
  const parts: string[] = [];
  if (least >= 0) {
    const norm = squares === 0 ? '0' : formatPowerOfTwo((Math.log10(squares) / 2 + top) / LOG10_OF_2);
    parts.push(`${formatCell(grid, least)} to ${formatCell(grid, most)}, norm ${norm}`);
  }
  if (broken > 0) parts.push(`${broken} ${broken === 1 ? 'is' : 'are'} not finite`);
  return parts.join('; ');
}

const relative = (grid: Grid, index: number, sizeOf: (index: number) => number): number =>
  (grid.data[index] as number) === 0 ? 0 : sizeOf(index);
