/** Looks a function up in the digits of a few numbers, and trains networks on it: npm run -s lookup -- '<settings>'. */
import { Messages } from '../experiment/reading.ts';
import { parseSettings } from '../experiment/room.ts';
import { ARITHMETICS } from '../lookup/arithmetic.ts';
import { digits } from '../lookup/construction.ts';
import { FormulaError } from '../lookup/formula.ts';
import type { Target } from '../lookup/functions.ts';
import { type Built, build, measure } from '../lookup/measure.ts';
import { type LookupSettings, readLookupSettings } from '../lookup/settings.ts';
import { layersOf, widthOf } from '../lookup/sizes.ts';
import { targetOf } from '../lookup/target.ts';
import { openLane } from '../lookup/trained.ts';
import { BadInputError, numberIn, readFlags, STEPS } from './arguments.ts';
import { runCommand } from './command.ts';
import { LINES, Output } from './output.ts';
import { Progress } from './progress.ts';

const USAGE =
  "npm run -s lookup -- '<name:value,name:value>' [--train <print every so many steps>] [--out lookup.jsonl]";

const lineOf = (value: object): string => `${JSON.stringify(value)}\n`;

function settingsOf(text: string): LookupSettings {
  const messages = new Messages();
  const { settings, messages: wrong } = readLookupSettings(parseSettings(text, messages));
  const problems = [...messages.all(), ...wrong].map(({ problem }) => problem);
  if (problems.length > 0) throw new BadInputError(problems.join('\n'));
  return settings;
}

/** The function, and its network. */
function open(settings: LookupSettings): { readonly target: Target; readonly built: Built } {
  try {
    const target = targetOf(settings, null);
    if (!target)
      throw new BadInputError(
        'function is "picture": the page alone reads pictures; choose a function or type one',
      );
    return { target, built: build(target, settings.sizes) };
  } catch (error) {
    throw error instanceof FormulaError ? new BadInputError(error.message) : error;
  }
}

/** Trains every lane of the settings and writes its error every so many steps. */
async function train(settings: LookupSettings, target: Target, every: number, output: Output): Promise<void> {
  const { lanes, steps } = settings;
  for (const [index, lane] of lanes.entries()) {
    const opened = openLane(settings, target, lane);
    if ('refused' in opened) {
      await output.write(lineOf({ lane: index, ...lane, refused: opened.refused }));
      continue;
    }
    const trained = opened.lane;
    const progress = new Progress(steps);
    await output.write(lineOf({ lane: index, ...lane, step: 0, l2: trained.l2() }));
    while (trained.step < steps && output.wanted) {
      trained.train(Math.min(every - (trained.step % every), steps - trained.step));
      if (trained.stopped !== null) break;
      const l2 = trained.l2();
      progress.show(trained.step, [l2]);
      await output.write(lineOf({ lane: index, step: trained.step, l2 }));
    }
    progress.end();
    if (trained.stopped !== null)
      await output.write(lineOf({ lane: index, step: trained.step, stopped: trained.stopped }));
  }
}

async function main(args: readonly string[]): Promise<void> {
  const what = 'settings: it must be one text of name:value, parted by commas';
  const { text, flags } = readFlags(args, ['train', 'out'], what, USAGE);
  const settings = settingsOf(text);
  const every = flags.train === undefined ? null : numberIn('train', flags.train, STEPS);
  const { target, built } = open(settings);
  const { lookup, bound, trifling } = built;
  await Output.during(flags.out, LINES, async (output) => {
    output.open(lineOf({ settings }));
    await output.write(
      lineOf({
        layers: layersOf(settings.sizes).map(({ units, activation }) => ({ units, activation })),
        width: widthOf(settings.sizes),
        cells: lookup.count,
        bound,
        trifling,
      }),
    );
    await output.write(
      lineOf({ table: [...lookup.table], numbers: lookup.numbers.map((_, m) => digits(lookup, m)) }),
    );
    for (const arithmetic of ARITHMETICS) await output.write(lineOf(measure(target, built, arithmetic)));
    if (every !== null) await train(settings, target, every, output);
  });
}

await runCommand(main);
