import { plainCharacters, unescapePercent, withoutClosing } from '../characters.ts';

/** How often a link may have been percent-encoded on its way. */
const MOST_ENCODINGS = 3;

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  num: '#',
  quest: '?',
  equals: '=',
  comma: ',',
  colon: ':',
  quot: '"',
  apos: "'",
  lt: '<',
  gt: '>',
  minus: '-',
  ndash: '-',
  shy: '',
  zwj: '',
  zwnj: '',
  nbsp: ' ',
};

/** HTML's entities undone, and those of which entities were made. */
function unescapeHtml(text: string): string {
  let plain = text;
  for (let round = 0; round < MOST_ENCODINGS; round++) {
    plain = plain.replace(/&(?:#(\d{1,6})|#x([0-9a-f]{1,5})|([a-z]+));/gi, (whole, decimal, hex, name) =>
      name === undefined
        ? String.fromCodePoint(decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal))
        : (ENTITIES[name.toLowerCase()] ?? whole),
    );
  }
  return plain;
}

/** What stands before a link that is quoted, in brackets or in emphasis. */
const OPENING = /^["'`“”„‟‚‘’«»‹›<>([{*]+/;
/** Without the address of the page, of which a link is a part. */
function withoutAddress(text: string): string {
  const rest = text.replace(/^.*?(?:https?|file):\/\/[^#?]*/i, '');
  const start = rest.search(/[#?]/);
  const head = rest.slice(0, Math.max(0, start));
  return /[./]/.test(head) && !/[=&]/.test(head) ? rest.slice(start) : rest;
}

/** In small letters; not the settings of a room, which reads them itself. */
const lowerCase = (part: string): string =>
  part.replace(/^room=[^,]*|^(?!room=).*$/i, (own) => own.toLowerCase());

/** The parts of a link, parted by `&` alone. */
function mendParts(text: string): string {
  // In the settings of a room a semicolon parts lanes.
  const parts = text.replace(/[#?]|;(?=\w+(?:[=&;]|$))/g, '&').split('&');
  return parts
    .filter((part) => part !== '')
    .map(lowerCase)
    .join('&');
}

/** The link as it was, as far as that can be told from a text that has not been encoded once more. */
function mend(text: string): string {
  // Mail programs wrap lines, and begin those that they quote with ">".
  const oneLine = text.replace(/[\r\n]+[>|\s]*/g, '');
  const plain = plainCharacters(unescapeHtml(plainCharacters(oneLine))).replace(/[\s\p{Cc}]/gu, '');
  const link = withoutAddress(plain.replace(OPENING, ''));
  const [lead = ''] = /^[#?!/&]*/.exec(link) ?? [];
  const whole = withoutClosing(
    link
      .slice(lead.length)
      .replace(OPENING, '')
      .replace(/:~:.*$/, ''),
  );
  if (!lead.includes('?') || lead.includes('#')) return `#${mendParts(whole)}`;
  const [search = '', ...fragments] = whole.split('#');
  return `?${mendParts(search)}#${mendParts(fragments.join('&'))}`;
}

/**
 * The links that a mangled text may stand for, the likeliest first: as chat, mail and word processors leave them, and
 * percent-encoded up to three times.
 */
export function* mendings(text: string): Generator<string> {
  let current = text;
  for (let encodings = 0; encodings <= MOST_ENCODINGS; encodings++) {
    yield mend(current);
    const decoded = unescapePercent(current);
    if (decoded === current) return;
    current = decoded;
  }
}
