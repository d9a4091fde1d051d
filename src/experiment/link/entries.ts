import { didYouMean, nearestName } from '../nearestName.ts';
import { quote } from '../quote.ts';
import { decode, listOf, type Messages } from '../reading.ts';
import { mendings } from './mend.ts';

/** Keys whose change does not depend on another key, in the order of a link. */
export const NUMBER_KEYS = ['length', 'hidden', 'layers', 'batch', 'seed', 'terms'] as const;
const REPEATABLE = ['lane', 'hide'];
const KEYS: readonly string[] = [
  'v',
  'task',
  ...NUMBER_KEYS,
  'lane',
  'data',
  'autoplay',
  'embed',
  'hide',
  'preset',
  'guide',
  'engine',
  'room',
];

/** What advertisers and social networks hang on addresses, to see who passes them on. */
const TRACKER =
  /^(?:(?:utm|mtm|pk|hsa|stm)_\w+|(?:fb|g|d|ms|y|tw|tt|s)clid|srsltid|igshid?|gbraid|wbraid|gad_\w+|gclsrc|li_fat_id|mc_[ce]id|mkt_tok|_ga|_gl|_hs(?:enc|mi)|ref_src|vero_(?:id|conv)|oly_(?:anon|enc)_id|rb_clickid|wickedid)$/i;

/** Longer than any link that `formatLink` makes: what comes after is not read. */
const MAX_LINK_LENGTH = 16_384;

/** Values of each key, in the order in which they came. */
export type Entries = Map<string, string[]>;

/** What stands behind the ? and behind the # of a whole address, or of a part of it. */
function splitAddress(text: string): { readonly search: string; readonly fragment: string } {
  const rest = text.trim().replace(/^https?:\/\/[^#?]*/i, '');
  const hash = rest.indexOf('#');
  if (!rest.startsWith('?')) return { search: '', fragment: rest.slice(rest.startsWith('#') ? 1 : 0) };
  return {
    search: rest.slice(1, hash < 0 ? undefined : hash),
    fragment: hash < 0 ? '' : rest.slice(hash + 1),
  };
}

const rawKeyOf = (part: string): string => part.split('=', 1)[0] as string;

/** Whether the search part of an address says something of an experiment, and is not for its host or a tracker alone. */
const isLink = (search: string): boolean =>
  search.split('&').some((part) => {
    const key = decode(rawKeyOf(part)) ?? '';
    // Hosts give versions of their files as ?v=5. Short words are close to too many others.
    if (key === 'v') return false;
    return KEYS.includes(key) || (key.length >= 5 && nearestName(key, KEYS) !== null);
  });

const isTracker = (part: string): boolean => TRACKER.test(decode(rawKeyOf(part)) ?? '');

/**
 * The search part of an address without what was read as a link from it, and without trackers.
 * @param search with its `?`, or empty
 * @returns the same
 */
export function foreignSearch(search: string): string {
  if ([search, ...mendings(search)].some((text) => isLink(splitAddress(text).search))) return '';
  const kept = search
    .slice(1)
    .split('&')
    .filter((part) => part !== '' && !isTracker(part));
  return kept.length > 0 ? `?${kept.join('&')}` : '';
}

/**
 * Reads the keys of a link. What cannot be used of it is left out, with a message.
 * @param text a fragment with or without its `#`, a search part with its `?`, both, or a whole address
 * @returns also whether there is a search part that was left unread, as the host's own
 */
export function readEntries(
  text: string,
  messages: Messages,
): { readonly entries: Entries; readonly unread: boolean } {
  const { search, fragment } = splitAddress(text);
  const entries = readParts(fragment, messages);
  if (!isLink(search)) {
    return { entries, unread: search.split('&').some((part) => part !== '' && !isTracker(part)) };
  }
  for (const [key, values] of readParts(search, messages)) {
    const behind = entries.get(key);
    if (behind === undefined) entries.set(key, values);
    else if (behind.join('&') !== values.join('&')) {
      const problem = `${key} is ${quote(values.join())} before the # and ${quote(behind.join())} behind it: it must be the same`;
      messages.add(key, problem, 'what stands behind it is used');
    }
  }
  return { entries, unread: false };
}

function readParts(text: string, messages: Messages): Entries {
  let rest = text;
  if (rest.length > MAX_LINK_LENGTH) {
    const problem = `link has ${rest.length} characters: it may have at most ${MAX_LINK_LENGTH}`;
    messages.add('link', problem, 'what comes after them is left out');
    const cut = rest.lastIndexOf('&', MAX_LINK_LENGTH);
    rest = rest.slice(0, Math.max(0, cut));
  }
  const entries: Entries = new Map();
  for (const part of rest.split('&')) {
    if (part === '' || isTracker(part)) continue;
    const rawKey = rawKeyOf(part);
    const rawValue = part.slice(rawKey.length + 1);
    const key = decode(rawKey);
    // A room's settings may hold what parts them: it decodes each by itself.
    const value = key === 'room' ? rawValue : decode(rawValue);
    if (key === null || !KEYS.includes(key)) {
      const name = key ?? rawKey;
      messages.add(
        name.slice(0, 40) || 'link',
        `${quote(name)} is not a key${didYouMean(name, KEYS)}: it must be ${listOf(KEYS)}`,
        'it is left out',
      );
    } else if (value === null) {
      messages.add(
        key,
        `${key} is ${quote(rawValue)}: % must be followed by valid hex digits`,
        'it is left out',
      );
    } else {
      const values = entries.get(key);
      if (values) values.push(value);
      else entries.set(key, [value]);
    }
  }
  for (const [key, values] of entries) {
    if (values.length > 1 && !REPEATABLE.includes(key)) {
      messages.add(key, `${key} is given ${values.length} times: it must be given once`, 'the first is used');
    }
  }
  return entries;
}
