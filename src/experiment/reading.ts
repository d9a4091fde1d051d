import { didYouMean } from './nearestName.ts';
import { plainNumber } from './numbers.ts';
import { quote } from './quote.ts';
import { describeRange, type Range } from './schema.ts';

/** What is wrong with a link. */
export interface LinkMessage {
  /** The key of the link; `link` where it is the link as a whole. */
  readonly key: string;
  /** Names the key, what came and what is allowed. */
  readonly problem: string;
  /** The problem, and what is used instead. */
  readonly message: string;
}

const MAX_MESSAGES = 12;

/** Collects messages: each text once, and no more than a visitor would read. */
export class Messages {
  readonly #messages: LinkMessage[] = [];
  readonly #seen = new Set<string>();
  #left = 0;

  add(key: string, problem: string, instead: string): void {
    if (this.#seen.has(problem)) return;
    this.#seen.add(problem);
    if (this.#messages.length >= MAX_MESSAGES) this.#left++;
    else this.#messages.push({ key, problem, message: `${problem}; ${instead}` });
  }

  /** How many there are, those included that `all` leaves out. */
  get count(): number {
    return this.#messages.length + this.#left;
  }

  all(): LinkMessage[] {
    if (this.#left === 0) return this.#messages;
    const more = `link: ${this.#left} more of its parts cannot be used`;
    return [...this.#messages, { key: 'link', problem: more, message: more }];
  }
}

/** "a, b or c". */
export const listOf = (names: readonly string[]): string =>
  names.length > 1 ? `${names.slice(0, -1).join(', ')} or ${names.at(-1)}` : (names[0] ?? '');

/** `encodeURIComponent` undone, or null where the escapes are broken. */
export function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** The number nearest to the text that the range allows; the fallback where there is none. */
export function readNumber(
  messages: Messages,
  key: string,
  label: string,
  text: string,
  range: Range,
  fallback: number,
): number {
  const value = plainNumber(text);
  let nearest = fallback;
  if (value !== null && !(range.exclusiveMin && value <= range.min)) {
    const whole = range.integer && Number.isFinite(value) ? Math.round(value) : value;
    // Adding 0 turns -0 into 0.
    nearest = Math.min(range.max, Math.max(range.min, whole)) + 0;
  }
  if (nearest !== value) {
    const point = /\d,\d/.test(text) && !range.integer ? ', with a point for the decimals' : '';
    messages.add(
      key,
      `${label} is ${quote(text)}: it must be ${describeRange(range)}${point}`,
      `${nearest} is used instead`,
    );
  }
  return nearest;
}

export function readChoice<Name extends string>(
  messages: Messages,
  key: string,
  label: string,
  text: string,
  allowed: readonly Name[],
  fallback: Name,
): Name {
  const choice = allowed.find((name) => name === text);
  if (choice === undefined) {
    messages.add(
      key,
      `${label} is ${quote(text)}${didYouMean(text, allowed)}: it must be ${listOf(allowed)}`,
      `${fallback} is used instead`,
    );
  }
  return choice ?? fallback;
}
