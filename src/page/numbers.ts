import type { Measure } from '../experiment/tasks/index.ts';

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

/** A whole number with separators of thousands. */
export const formatCount = (value: number): string => Math.round(value).toLocaleString('en');
