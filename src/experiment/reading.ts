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
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

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

  all(): LinkMessage[] {
    if (this.#left === 0) return this.#messages;
    const more = `link: ${this.#left} more of its parts cannot be used`;
    return [...this.#messages, { key: 'link', problem: more, message: more }];
  }
}

/** What came, quoted, short enough for a message and without characters that would move a terminal's cursor. */
export function quote(text: string): string {
  const short = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  return `"${short.replace(/\p{C}/gu, '\ufffd')}"`;
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
  const isNumber = NUMBER.test(text);
  const value = Number(text);
  let nearest = fallback;
  if (isNumber && !(range.exclusiveMin && value <= range.min)) {
    const whole = range.integer && Number.isFinite(value) ? Math.round(value) : value;
    // Adding 0 turns -0 into 0.
    nearest = Math.min(range.max, Math.max(range.min, whole)) + 0;
  }
  if (!isNumber || nearest !== value) {
    messages.add(
      key,
      `${label} is ${quote(text)}: it must be ${describeRange(range)}`,
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
      `${label} is ${quote(text)}: it must be ${listOf(allowed)}`,
      `${fallback} is used instead`,
    );
  }
  return choice ?? fallback;
}
