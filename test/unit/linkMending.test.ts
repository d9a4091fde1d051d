import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foreignSearch } from '../../src/experiment/link/entries.ts';
import { defaultView, formatLink, parseLink } from '../../src/experiment/link.ts';
import { readLookupSettings, writeLookupSettings } from '../../src/lookup/settings.ts';
import { experimentOf, RUNS, viewOf } from './anyExperiment.ts';

const LINK = 'length=50&hidden=64&lane=sgd,rate:0.01,init:identity&lane=path,rate:1e-3';
const MEANT = parseLink(LINK);

const ADDRESS = 'https://example.org/playground/';
const once = encodeURIComponent(LINK);

describe('a link that came mangled is read as it was meant', () => {
  const MANGLED: readonly (readonly [how: string, text: string])[] = [
    ['behind a ?', `?${LINK}`],
    ['a part behind a ?, the rest behind the #', `?${LINK.replace('&', '#')}`],
    ['the same behind both', `?length=50#${LINK}`],
    ['a whole address with a ?', `${ADDRESS}?${LINK}`],
    ['a whole address with trackers', `${ADDRESS}?utm_source=chat&fbclid=AbC-1_2#${LINK}`],
    ['trackers behind the link', `#${LINK}&utm_source=chat&gclid=1`],
    ['a tracker hung on with a ?', `#${LINK}?fbclid=AbC`],
    ['trackers among the keys of a search part', `?utm_medium=mail&${LINK}&igshid=1`],
    ['a parameter of the host', `${ADDRESS}?b=c#${LINK}`],
    ['an address without https', `example.org/playground/#${LINK}`],
    ['a text fragment', `${ADDRESS}#${LINK}:~:text=Path`],
    ['/#', `/#${LINK}`],
    ['#?', `#?${LINK}`],
    ['#/', `#/${LINK}`],
    ['#!', `#!${LINK}`],
    ['#/?', `${ADDRESS}#/?${LINK}`],
    ['##', `##${LINK}`],
    ['encoded wholly', `#${once}`],
    ['encoded with its #', encodeURIComponent(`#${LINK}`)],
    ['encoded with its address', encodeURIComponent(`${ADDRESS}#${LINK}`)],
    ['encoded behind a ?', `?${once}`],
    ['encoded twice', `#${encodeURIComponent(once)}`],
    ['encoded three times', encodeURIComponent(encodeURIComponent(encodeURIComponent(`#${LINK}`)))],
    ['%26 for &', `#${LINK.replaceAll('&', '%26')}`],
    ['%3D for =', `#${LINK.replaceAll('=', '%3D')}`],
    ['%2c and %3a', `#${LINK.replaceAll(',', '%2c').replaceAll(':', '%3a')}`],
    ['%2526 for one &', `#${LINK.replace('&', '%2526')}`],
    ['all levels at once', `#${LINK.replace('&', '%2526').replace('&', '%26').replace('=', '%253D')}`],
    ['&amp;', `#${LINK.replaceAll('&', '&amp;')}`],
    ['&amp;amp; and &#38;', `#${LINK.replace('&', '&amp;amp;').replace(/&(?=lane=sgd)/, '&#38;')}`],
    ['&amp; encoded', `#${encodeURIComponent(LINK.replaceAll('&', '&amp;'))}`],
    ['; for & around a switch', `#${LINK.replace('&', ';embed=0;').replace('&', ';')}`],
    ['; for &', `#${LINK.replaceAll('&', ';')}`],
    ['all in capitals', `#${LINK.toUpperCase()}`],
    ['capitals at the beginning of words', `#${LINK.replace(/\b[a-z]/g, (letter) => letter.toUpperCase())}`],
    ['a soft hyphen', `#${LINK.replace('hidden', 'hid\u00adden')}`],
    ['a zero-width space, encoded', `#${LINK.replace('init:', 'init:%E2%80%8B')}`],
    ['a mark of byte order', `\ufeff#${LINK}`],
    ['a word joiner at the end', `#${LINK}\u2060`],
    ['no-break spaces', `#${LINK.replaceAll('&', '\u00a0&\u202f')}`],
    ['a wrapped line', `#${LINK.replace('lane', 'la\r\n  ne')}`],
    ['wrapped lines that were quoted', `> #${LINK.replace('&', '\n> &').replace('64', '6\n> 4')}`],
    ['a space of a wrapped line', `#${LINK.replace('identity', 'iden%20tity')}`],
    ['quotes', `"#${LINK}"`],
    ['typographic quotes', `“${ADDRESS}#${LINK}”`],
    ['German quotes, then a full stop', `„#${LINK}“.`],
    ['guillemets with spaces', `« #${LINK} »`],
    ['angle brackets', `<${ADDRESS}#${LINK}>`],
    ['angle brackets as entities', `&lt;${ADDRESS}#${LINK}&gt;`],
    ['brackets and a full stop', `(${ADDRESS}#${LINK}).`],
    ['Markdown', `[a link](${ADDRESS}#${LINK})`],
    ['a quote that a browser encoded', `#${LINK}%22`],
    ['a typographic quote that a browser encoded', `#${LINK}%E2%80%9D.`],
    ['a comma behind it', `#${LINK},`],
    ['an exclamation mark behind it', `#${LINK}!`],
    ['a minus sign', `#${LINK.replace('1e-3', '1e\u22123')}`],
    ['a dash', `#${LINK.replace('1e-3', '1e–3')}`],
    ['wide characters', `＃${LINK.replaceAll('=', '＝').replaceAll(':', '：').replaceAll(',', '，')}`],
    ['wide digits', `#${LINK.replace('50', '５０')}`],
  ];
  test.each(MANGLED)('%s', (_, text) => {
    const { experiment, view, messages } = parseLink(text);
    expect(messages).toEqual([]);
    expect({ experiment, view }).toEqual({ experiment: MEANT.experiment, view: defaultView });
  });

  test('and says that it was, which a link as it should be does not', () => {
    expect(parseLink(`#${LINK}`).mended).toBe(false);
    expect(parseLink(`${ADDRESS}?b=c#${LINK}`).mended).toBe(false);
    expect(parseLink(`#${once}`).mended).toBe(true);
  });

  test('with the settings of its room', () => {
    const lookup =
      'room=lookup,dimension:1,function:typed,formula:max(x%2C0.5)%5E2,lanes:relu-sgd-0.1%3Bsine-adam';
    const meant = readLookupSettings(parseLink(lookup).view.room?.settings ?? {});
    expect(meant.messages).toEqual([]);
    expect(meant.settings).toMatchObject({
      formula: 'max(x,0.5)^2',
      lanes: [{ rate: 0.1 }, { network: 'sine' }],
    });
    for (const text of [
      encodeURIComponent(`#${lookup}`),
      encodeURIComponent(encodeURIComponent(lookup)),
      encodeURI(lookup),
      `?${lookup}`,
      lookup.replaceAll(':', '%3A').replaceAll(/,/g, '%2C'),
      decodeURIComponent(lookup),
      `${ADDRESS}#length=8;${lookup}`,
      `(${ADDRESS}#${lookup}).`,
      `#${lookup.replace('dimension', 'Dimension').replace('room=lookup', 'Room=Lookup')}`,
      `#${lookup.replace('typed', 'TYPED').replace('max(x', 'Max(X')}`,
    ]) {
      const { view, messages } = parseLink(text);
      expect(messages).toEqual([]);
      expect(readLookupSettings(view.room?.settings ?? {})).toEqual(meant);
    }
  });
});

describe('what is lost is still said', () => {
  const lostOf = (text: string): string[] => parseLink(text).messages.map(({ problem }) => problem);

  test('what can be mended is, the rest has its message', () => {
    const { experiment } = parseLink('?Length=50%26Hidden=1000');
    expect(experiment).toMatchObject({ length: 50, hidden: 256 });
    expect(lostOf('?Length=50%26Hidden=1000')).toEqual([
      'hidden is "1000": it must be a whole number from 4 to 256',
    ]);
  });

  test('a link that was cut off is not taken for a whole one', () => {
    expect(lostOf('#length=50&hidden=6…')).toEqual([
      'hidden is "6…": it must be a whole number from 4 to 256',
    ]);
    expect(lostOf('#length=50&hidden=6...')).toHaveLength(1);
  });

  test('a search part and a fragment that differ', () => {
    expect(parseLink('?length=50&seed=2#length=60').experiment).toMatchObject({ length: 60, seed: 2 });
    expect(lostOf('?length=50&seed=2#length=60')).toEqual([
      'length is "50" before the # and "60" behind it: it must be the same',
    ]);
    expect(lostOf('?lane=path#lane=path')).toEqual([]);
  });

  test('a mistyped key of a search part, and an unknown one beside keys that are known', () => {
    expect(lostOf('?lenght=50')[0]).toMatch(/^"lenght" is not a key \(did you mean length\?\)/);
    expect(lostOf('?length=50&neurons=64')[0]).toMatch(/^"neurons" is not a key/);
    // A search part without any key of a link is the host's own.
    expect(lostOf('?neurons=64&s=1')).toEqual([]);
    expect(lostOf('?v=20261')).toEqual([]);
  });

  test('long texts that look like many encodings have few messages', () => {
    for (const part of ['%2525252526', '&amp;amp;amp;', ');', '"', '\n> ', 'a/', '?#', '%3Droom%3D']) {
      const { messages } = parseLink(`hidden=9&${part.repeat(100_000 / part.length)}`);
      expect(messages.length).toBeLessThanOrEqual(13);
    }
  });
});

test.each([
  ['', ''],
  ['?', ''],
  ['?length=50', ''],
  ['?Length%3D50&b=c', ''],
  ['?utm_source=x&fbclid=y', ''],
  ['?b=c&utm_source=x&d', '?b=c&d'],
])('of the search part %s stays "%s" once the link is read', (search, kept) => {
  expect(foreignSearch(search)).toBe(kept);
});

/** A way to mangle a link: a text that means the same, by numbers from 0 up to 1 that are drawn anew each time. */
type Mangling = (link: string, draw: () => number) => string;

/** At about a third of the places, one of the given texts instead. */
const sometimes =
  (places: RegExp, ...instead: readonly string[]): Mangling =>
  (link, draw) =>
    link.replace(places, (place) =>
      draw() < 0.3 ? (instead[Math.floor(draw() * instead.length)] as string) : place,
    );

/** Some of the characters that part a link, as escapes. */
const encodeSome: Mangling = (link, draw) =>
  link.replace(/[&=,:]/g, (place) => (draw() < 0.4 ? encodeURIComponent(place) : place));

/** In this order, since the later ones are done to what the earlier ones left. */
const MANGLINGS: readonly Mangling[] = [
  // Not within an escape, whose letters may be capitals anyway.
  (link, draw) => link.replace(/%..|[a-z]/g, (letter) => (draw() < 0.2 ? letter.toUpperCase() : letter)),
  sometimes(/-(?=\d)/g, '\u2212', '–'),
  sometimes(/=/g, '＝'),
  sometimes(/&/g, ';', '&amp;', '&#38;', '＆'),
  (link, draw) =>
    link.replace(/%..|[\s\S]/g, (place) =>
      draw() < 0.03 ? `${place}\u200b` : draw() < 0.03 ? `\u00ad${place}` : place,
    ),
  sometimes(/&(?=\w+=)/g, '\r\n &', '&\n> '),
  (link) => encodeURIComponent(link),
  // Where the link has escapes already, as rooms have, they cannot be told from new ones.
  (link, draw) => (link.includes('%') ? link : encodeSome(link, draw)),
  (link) => encodeURIComponent(link),
  (link, draw) => ['#', '?', '/#', '#?', '#!', '##', ''][Math.floor(draw() * 7)] + link,
  (link) => (/^[#?]/.test(link) ? `https://example.org/a_b/${link}` : link),
  (link) => (link.startsWith('https') ? encodeURIComponent(link) : link),
  (link, draw) => {
    const [open, close] = ['“”', '""', '<>', '()', '«»', '‘’'][Math.floor(draw() * 6)] as string;
    return `${open}${link}${close}`;
  },
  (link, draw) => `${link}${['.', ',', '!', ' ', '\n', '\u200d'][Math.floor(draw() * 6)]}`,
];

describe('properties', () => {
  test('however it is mangled, a link means the same, without a message', () => {
    const lookups = fc
      .record({
        dimension: fc.constantFrom('1', '2'),
        function: fc.constant('typed'),
        formula: fc.constantFrom('max(x,0.5)^2', 'sin(6*x)*x', '(x+1)/(2-x)', 'x+0.1'),
        lanes: fc.constantFrom('relu-sgd-0.1;sine-adam-0.001', 'lookup-adam-0.00001'),
        seed: fc.integer({ min: 0, max: 1000 }).map(String),
      })
      .map((settings) => ({
        name: 'lookup' as const,
        settings: writeLookupSettings(readLookupSettings(settings).settings),
      }));
    fc.assert(
      fc.property(
        experimentOf,
        viewOf,
        fc.option(lookups),
        fc.subarray(MANGLINGS.map((_, index) => index)),
        fc.integer({ min: 1, max: 2 ** 31 - 2 }),
        (experiment, anyView, room, chosen, seed) => {
          const view = { ...anyView, room };
          let state = seed;
          const draw = (): number => {
            state = (state * 48_271) % (2 ** 31 - 1);
            return state / (2 ** 31 - 1);
          };
          const mangled = chosen.reduce(
            (link, index) => (MANGLINGS[index] as Mangling)(link, draw),
            formatLink(experiment, view),
          );
          const read = parseLink(mangled);
          expect(read.messages).toEqual([]);
          expect(read.experiment).toEqual(experiment);
          expect({ ...read.view, room: null }).toEqual({ ...view, room: null });
          expect(readLookupSettings(read.view.room?.settings ?? {})).toEqual(
            readLookupSettings(room?.settings ?? {}),
          );
          // The link of what was read is a link as it should be.
          expect(parseLink(formatLink(read.experiment, view)).mended).toBe(false);
        },
      ),
      RUNS,
    );
  });
});
