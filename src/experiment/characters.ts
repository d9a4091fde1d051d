/** Characters that are not seen (soft hyphens, joiners, marks of direction), and those that choose how one before looks. */
const UNSEEN = /\p{Cf}|\u034f|[\ufe00-\ufe0f]/gu;
/** Wide forms of East Asian keyboards. */
const WIDE = /[\ufe50-\ufe6f\uff01-\uff5e]/g;
const DASHES = /[\u2010-\u2015\u2212]/g;

/**
 * A text with the plain form of what keyboards and programs write instead: wide characters, dashes and minus signs, the many
 * spaces. Characters that are not seen are gone. Plain ASCII stays as it is.
 */
export const plainCharacters = (text: string): string =>
  text
    .replace(UNSEEN, '')
    .replace(WIDE, (wide) => wide.normalize('NFKC'))
    .replace(DASHES, '-')
    .replace(/\u3001/g, ',')
    .replace(/\u3002/g, '.')
    .replace(/\p{Zs}/gu, ' ');

/** Valid percent escapes undone once; broken ones stay as they are. */
export const unescapePercent = (text: string): string =>
  text.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });

/** What closes a quotation or brackets, or stands behind a sentence. */
const CLOSING = '"\'`“”„‟‚‘’«»‹›>]}*,;:!?&';

/**
 * A link, or a part of one, without what stands behind it in a sentence, in quotes or in brackets. An ellipsis stays: it says
 * that the link was cut off. So does a bracket that was opened in the text.
 */
export function withoutClosing(text: string): string {
  let unopened = text.split(')').length - text.split('(').length;
  let end = text.length;
  for (; end > 0; end--) {
    const last = text[end - 1] as string;
    if (last === ')' && unopened > 0) unopened--;
    else if (last === '.' ? text[end - 2] === '.' : !CLOSING.includes(last)) break;
  }
  return text.slice(0, end);
}
