import { parseFormula } from './formula.ts';
import { listedTarget, type Target } from './functions.ts';
import { type GreyPicture, pictureTarget } from './picture.ts';
import type { LookupSettings } from './settings.ts';

/**
 * The function that the settings name.
 * @param picture of the visitor's own, or null while there is none
 * @returns null where a picture is to be looked up and there is none
 * @throws FormulaError where a typed function cannot be read
 */
export function targetOf(settings: LookupSettings, picture: GreyPicture | null): Target | null {
  const { source, formula, sizes } = settings;
  if (source === 'picture') return picture && pictureTarget(picture, sizes.cells);
  if (source !== 'typed') return listedTarget(source, sizes.dimension);
  return { dimension: sizes.dimension, value: parseFormula(formula, sizes.dimension), modulus: null };
}
