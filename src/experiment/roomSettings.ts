import { plainCharacters, unescapePercent, withoutClosing } from './characters.ts';
import { didYouMean } from './nearestName.ts';
import { quote } from './quote.ts';
import { Messages, readChoice, readNumber } from './reading.ts';
import type { Range } from './schema.ts';

/** How often a value may have been percent-encoded beyond what a link needs. */
const MOST_ESCAPES = 3;

/** A value as a room knows it: all that rooms have are lower-case, and none has an escape in it. */
function plainValue(value: string): string {
  let plain = value;
  for (let round = 0; round < MOST_ESCAPES; round++) plain = unescapePercent(plain);
  return withoutClosing(plainCharacters(plain).trim()).trim().toLowerCase();
}

/**
 * Reads the settings of a room one by one, by the rule of links: a wrong value becomes the nearest allowed one, or else the
 * fallback, with a message.
 */
export class SettingsReader {
  readonly #settings: Readonly<Record<string, string>>;
  readonly #asked = new Set<string>();
  readonly #messages = new Messages();

  constructor(settings: Readonly<Record<string, string>>) {
    const entries = Object.entries(settings).map(([name, value]) => [name.toLowerCase(), plainValue(value)]);
    this.#settings = Object.fromEntries(entries);
  }

  #take(key: string): string | undefined {
    this.#asked.add(key);
    return Object.hasOwn(this.#settings, key) ? this.#settings[key] : undefined;
  }

  number(key: string, range: Range, fallback: number): number {
    const text = this.#take(key);
    return text === undefined ? fallback : readNumber(this.#messages, key, key, text, range, fallback);
  }

  choice<Name extends string>(key: string, allowed: readonly Name[], fallback: Name): Name {
    const text = this.#take(key);
    return text === undefined ? fallback : readChoice(this.#messages, key, key, text, allowed, fallback);
  }

  /** Any text that is not too long. */
  text(key: string, maxLength: number, fallback: string): string {
    const text = this.#take(key);
    if (text === undefined || text.length <= maxLength) return text ?? fallback;
    const problem = `${key} has ${text.length} characters: it may have at most ${maxLength}`;
    this.#messages.add(key, problem, `${quote(fallback)} is used instead`);
    return fallback;
  }

  /** Another thing that is wrong with a setting, and what is used instead. */
  complain(key: string, problem: string, instead: string): void {
    this.#messages.add(key, problem, instead);
  }

  /**
   * What is wrong, settings that were not asked for included: to be called last.
   * @returns `problem` for a command that refuses, `message` for a page that goes on with something else
   */
  messages(): { readonly problem: string; readonly message: string }[] {
    for (const key of Object.keys(this.#settings)) {
      if (this.#asked.has(key)) continue;
      const known = [...this.#asked].join(', ');
      this.#messages.add(
        key,
        `${quote(key)} is not a setting of this room${didYouMean(key, [...this.#asked])}: it has ${known}`,
        'it is left out',
      );
    }
    return this.#messages.all();
  }
}
