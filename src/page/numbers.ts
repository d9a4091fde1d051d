/** A measured number in three digits, as short as it reads well: 0.167, 12.3, 1.2e-7; a dash where there is none. */
export function formatNumber(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e5 || size < 1e-3) return value.toExponential(1).replace('e+', 'e');
  return String(Number(value.toPrecision(3)));
}

/** A share from 0 to 1 as a percentage. */
export const formatShare = (value: number | null | undefined): string =>
  value === null || value === undefined || Number.isNaN(value) ? '–' : `${(100 * value).toFixed(1)} %`;

/** A whole number with separators of thousands. */
export const formatCount = (value: number): string => Math.round(value).toLocaleString('en');
