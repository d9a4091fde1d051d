import { randomWords, STREAM } from '../../experiment/philox.ts';
import type { Experiment } from '../../experiment/schema.ts';

/** The largest power of two by which a slider rescales a unit, up or down. */
export const MOST_EXPONENT = 4;

/** The units of an experiment's network, layer by layer. */
export type Units = Pick<Experiment, 'layers' | 'hidden'>;

/** Exponents that leave every unit as it is: [layers, hidden]. */
export const balanced = ({ layers, hidden }: Units): Int8Array => new Int8Array(layers * hidden);

/**
 * Random exponents from -4 to 4, the first ones those of a lane with `unbalance:4` and this seed.
 * @param draw tells several draws of one seed apart, from 0
 * @returns [layers, hidden]
 */
export function randomExponents(units: Units, seed: number, draw: number): Int8Array {
  const words = new Uint32Array(4);
  return balanced(units).map((_, index) => {
    if (index % 4 === 0) randomWords(seed, STREAM.unbalance, draw, index / 4, words);
    return ((words[index % 4] as number) % (2 * MOST_EXPONENT + 1)) - MOST_EXPONENT;
  });
}

/** The exponents with one of them changed, within the range of a slider. */
export function withExponent(exponents: Int8Array, index: number, exponent: number): Int8Array {
  const changed = exponents.slice();
  changed[index] = Math.max(-MOST_EXPONENT, Math.min(MOST_EXPONENT, Math.round(exponent)));
  return changed;
}

/** A power of two as a factor: "×8", "÷8", and "×1" where nothing changes. */
export const factorText = (exponent: number): string =>
  exponent < 0 ? `÷${2 ** -exponent}` : `×${2 ** exponent}`;

/** The same in words, for a screen reader. */
export const factorWords = (exponent: number): string =>
  exponent === 0 ? 'unchanged' : exponent < 0 ? `divided by ${2 ** -exponent}` : `times ${2 ** exponent}`;

/** How many units are rescaled, in words. */
export function rescaledText(exponents: Int8Array): string {
  const rescaled = exponents.filter((exponent) => exponent !== 0).length;
  if (rescaled === 0) return 'No unit is rescaled yet: a copy would be the same network.';
  return `${rescaled} of ${exponents.length} units rescaled, by factors from ${factorText(Math.min(...exponents))} to ${factorText(Math.max(...exponents))}.`;
}
