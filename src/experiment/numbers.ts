import { plainCharacters } from './characters.ts';
import { quote } from './quote.ts';
import type { Range } from './schema.ts';

const PLAIN = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** The number that a text is: decimal digits with at most one point, and an exponent. Null for anything else. */
export const plainNumber = (text: string): number | null => (PLAIN.test(text) ? Number(text) + 0 : null);

/** Whether a range allows a number. */
export const isInRange = (value: number, range: Range): boolean =>
  Number.isFinite(value) &&
  value >= range.min &&
  value <= range.max &&
  !(range.exclusiveMin && value === range.min) &&
  (!range.integer || Number.isInteger(value));

/** A typed number, or in a sentence why the text is none. */
export type TypedNumber =
  | { readonly value: number; readonly problem: null }
  | { readonly value: null; readonly problem: string };

/** Digits in groups of three, parted by spaces, before the decimal sign. */
const GROUPED = /^[+-]?\d{1,3}(?: \d{3})+(?=[.,e]|$)/i;
/** The comma may part thousands or begin the decimals. No number in groups begins with 0. */
const AMBIGUOUS = /^[+-]?[1-9]\d{0,2},\d{3}(?:e[+-]?\d+)?$/i;

/**
 * Reads a number that a person typed or pasted: the decimal sign may be a comma, spaces may part thousands. What can mean two
 * numbers is not guessed.
 */
export function typedNumber(text: string): TypedNumber {
  const typed = plainCharacters(text).trim();
  if (typed === '') return { value: null, problem: 'There is no number yet.' };
  const joined = typed.replace(GROUPED, (digits) => digits.replaceAll(' ', ''));
  const parts = joined.split(',');
  const value = parts.length <= 2 ? plainNumber(parts.join('.')) : null;
  const came = quote(text.trim());
  if (value === null) {
    return { value, problem: `${came} is not a number such as 12, 0.01 or 1e-3.` };
  }
  if (AMBIGUOUS.test(typed)) {
    return {
      value: null,
      problem: `${came} can mean ${value} or ${plainNumber(parts.join(''))}: type one of these.`,
    };
  }
  return { value, problem: null };
}

/** Reads a typed number that a range must allow. */
export function typedNumberIn(text: string, range: Range): TypedNumber {
  const read = typedNumber(text);
  if (read.value === null || isInRange(read.value, range)) return read;
  const isFraction = range.integer && !Number.isInteger(read.value) && Number.isFinite(read.value);
  const problem = `${quote(text.trim())} is ${isFraction ? 'not a whole number' : 'out of range'}.`;
  return { value: null, problem };
}
