import type { Measure } from '../experiment/tasks/index.ts';

/** Turns exponents of two into those of ten. */
export const LOG10_OF_2 = Math.log10(2);

/** Digits of a measured number. */
const DIGITS = 3;

/** A measured number in three digits: 0.167, 0.0120, 12.3, 45,210, 1.20e-7; a dash where there is none. */
export function formatNumber(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-3) return value.toExponential(DIGITS - 1).replace('e+', 'e');
  // From here on three digits would be rounded up to four.
  return size >= 999.5 ? formatCount(value) : value.toPrecision(DIGITS);
}

/** A round number as an axis labels it: 0.2, 100, 1e-5. */
export function formatTick(value: number): string {
  const size = Math.abs(value);
  if (value !== 0 && (size >= 1e5 || size < 1e-3)) return value.toExponential().replace('e+', 'e');
  return String(value);
}

/** A share from 0 to 1 as a percentage. */
export const formatShare = (value: number | null | undefined): string =>
  value === null || value === undefined || Number.isNaN(value) ? '–' : `${(100 * value).toFixed(1)} %`;

/** How a measure's numbers are written. */
export const formatOf = ({ kind }: Measure): typeof formatNumber =>
  kind === 'bits' ? formatNumber : formatShare;

// Made once: that takes longer than many numbers.
const COUNTS = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** A whole number with separators of thousands. */
export const formatCount = (value: number): string => COUNTS.format(Math.round(value));

/** A span of time in one unit: 40 seconds, 5 minutes, 3 hours, 2 days. */
export function formatAge(milliseconds: number): string {
  const seconds = Math.max(1, milliseconds / 1000);
  const [size, unit] = UNITS.find(([size]) => seconds >= 2 * size) ?? [1, 'second'];
  const count = Math.round(seconds / size);
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** Units of time in seconds, the largest first. */
const UNITS = [
  [86_400, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
] as const;

/** A power of two in three digits, also one that no floating-point number holds: 1.23e400; `log2` is its exponent. */
export function formatPowerOfTwo(log2: number | null | undefined): string {
  if (log2 === null || log2 === undefined || Number.isNaN(log2)) return '–';
  if (log2 > -1000 && log2 < 1000) return formatNumber(2 ** log2);
  const [mantissa, decade] = splitPower(log2 * LOG10_OF_2, DIGITS);
  return `${mantissa}e${decade}`;
}

/** A power of ten as an axis labels it: 0.2, 100, 1e-5, 2e400; `exponent` is that of ten. */
export function formatPowerTick(exponent: number): string {
  const [mantissa, decade] = splitPower(exponent, 1);
  return Math.abs(decade) < 300 ? formatTick(Number(`${mantissa}e${decade}`)) : `${mantissa}e${decade}`;
}

/** 10^exponent as a mantissa of that many digits and a power of ten. */
function splitPower(exponent: number, digits: number): readonly [string, number] {
  const decade = Math.floor(exponent);
  const mantissa = (10 ** (exponent - decade)).toPrecision(digits);
  return Number(mantissa) < 10 ? [mantissa, decade] : [(1).toPrecision(digits), decade + 1];
}

/** Seconds as an axis and a reading write them: 0.25 s, 12.5 s, 1,230 s. */
export const formatSeconds = (seconds: number): string => `${formatNumber(seconds)} s`;
