import { formatLink, parseLink } from '../experiment/link.ts';
import { didYouMean } from '../experiment/nearestName.ts';
import { PRESETS } from '../experiment/presets.ts';
import { quote } from '../experiment/quote.ts';
import { listOf } from '../experiment/reading.ts';
import { describeRange, type Experiment, type Range } from '../experiment/schema.ts';
import { taskOf } from '../experiment/tasks/index.ts';

/** Bad input: the message names what is wrong and what is allowed; the command ends with exit code 2. */
export class BadInputError extends Error {
  override readonly name = 'BadInputError';
}

/** The user asked for the usage. */
export class HelpRequest extends Error {
  override readonly name = 'HelpRequest';
}

/** What a command's arguments say: the experiment, and the flags by their name. */
export interface Arguments<Flag extends string> {
  readonly experiment: Experiment;
  readonly flags: Readonly<Partial<Record<Flag, string>>>;
}

/**
 * Reads one text that is no flag, and flags that each take a value, as `--flag value` or `--flag=value`.
 * @param what the text is, for complaints
 * @param usage shown with every complaint about the arguments
 * @throws BadInputError, HelpRequest
 */
export function readFlags<Flag extends string>(
  args: readonly string[],
  flagNames: readonly Flag[],
  what: string,
  usage: string,
): { readonly text: string; readonly flags: Readonly<Partial<Record<Flag, string>>> } {
  const refuse = (problem: string): BadInputError => new BadInputError(`${problem}\nUsage: ${usage}`);
  const flags: Partial<Record<Flag, string>> = {};
  const texts: string[] = [];
  const rest = args.values();
  for (const argument of rest) {
    if (argument === '--help' || argument === '-h') throw new HelpRequest(`Usage: ${usage}`);
    if (!argument.startsWith('-')) {
      texts.push(argument);
      continue;
    }
    const [name = '', ...parts] = argument.split('=');
    const flag = flagNames.find((candidate) => `--${candidate}` === name);
    if (!flag) {
      throw refuse(`${name} is not a flag: it must be ${listOf(flagNames.map((known) => `--${known}`))}`);
    }
    if (flags[flag] !== undefined) throw refuse(`${name} is given more than once: it must be given once`);
    const value = parts.length > 0 ? parts.join('=') : rest.next().value;
    if (value === undefined) throw refuse(`${name} has no value: it must have one`);
    flags[flag] = value;
  }
  const [text] = texts;
  if (text === undefined) throw refuse(`No ${what} ('' for the defaults)`);
  if (texts.length > 1) {
    throw refuse(`${texts.length} links: it must be one; put quotes around it, since it may contain &`);
  }
  return { text, flags };
}

/**
 * Reads one link (or the name of a preset) and flags.
 * @param usage shown with every complaint about the arguments
 * @throws BadInputError, HelpRequest
 */
export function readArguments<Flag extends string>(
  args: readonly string[],
  flagNames: readonly Flag[],
  usage: string,
): Arguments<Flag> {
  const what = 'link: it must be one link or the name of a preset';
  const { text: link, flags } = readFlags(args, flagNames, what, usage);
  const isPreset = PRESETS.has(link);
  if (!isPreset && /^\w[\w-]*$/.test(link)) {
    const names = [...PRESETS.keys()];
    throw new BadInputError(
      `${quote(link)} is neither a preset nor a link${didYouMean(link, names)}. Presets are ${names.join(', ')}. A link is as task=adding&length=50.`,
    );
  }
  const { experiment, view, messages, mended } = parseLink(isPreset ? `preset=${link}` : link);
  if (messages.length > 0) throw new BadInputError(messages.map(({ problem }) => problem).join('\n'));
  if (mended)
    process.stderr.write(`The link was mangled on its way. It is read as ${formatLink(experiment, view)}\n`);
  return { experiment, flags };
}

/**
 * The number that a flag gives.
 * @throws BadInputError
 */
export function numberIn(flag: string, text: string, range: Range): number {
  const written = range.integer ? /^\d+$/ : /^\d*\.?\d+$/;
  const value = written.test(text) ? Number(text) : Number.NaN;
  if (!(value >= range.min && value <= range.max)) {
    throw new BadInputError(`--${flag} is "${text}": it must be ${describeRange(range)}`);
  }
  return value;
}

/**
 * The path of the text that the experiment trains on, or null where it trains on none of the user's own.
 * @throws BadInputError where there is none though there must be one, or the reverse
 */
export function textPath({ task, data }: Experiment, text: string | undefined): string | null {
  if (data === 'own' && text === undefined) {
    throw new BadInputError('--text is missing: data=own needs the path of a text file, as --text file.txt');
  }
  if (data !== 'own' && text !== undefined) {
    const own = taskOf({ task }).dataChoices.includes('own');
    const here = own ? `the data here are ${data}` : `the task here is ${task}`;
    throw new BadInputError(`--text is "${text}", but ${here}: it goes with task=text&data=own in the link`);
  }
  return text ?? null;
}

/** Numbers of steps that a flag may give: more have no random numbers of their own. */
export const STEPS = { min: 1, max: 0xffffffff, integer: true } as const satisfies Range;

/**
 * The engine that the flag gives; `auto` where there is no flag.
 * @throws BadInputError
 */
export function engineKind(text: string | undefined): 'webgpu' | 'cpu' | 'auto' {
  if (text === undefined) return 'auto';
  if (text !== 'webgpu' && text !== 'cpu') {
    throw new BadInputError(`--engine is "${text}": it must be webgpu or cpu`);
  }
  return text;
}
