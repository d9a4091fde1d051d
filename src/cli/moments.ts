/** Learns a hidden network from Hermite moments, by SGD and by Path-SGD: npm run -s moments -- '<settings>'. */
import { Messages } from '../experiment/reading.ts';
import { parseSettings } from '../experiment/room.ts';
import { lineOf, linesOf } from '../moments/lines.ts';
import { EMPTY_STATE, type MomentsState, runMoments } from '../moments/run.ts';
import { type MomentsSettings, readMomentsSettings } from '../moments/settings.ts';
import { BadInputError, readFlags } from './arguments.ts';
import { runCommand } from './command.ts';
import { LINES, Output } from './output.ts';
import { Progress } from './progress.ts';

const USAGE = "npm run -s moments -- '<name:value,name:value>' [--out moments.jsonl]";

function settingsOf(text: string): MomentsSettings {
  const messages = new Messages();
  const { settings, messages: wrong } = readMomentsSettings(parseSettings(text, messages));
  const problems = [...messages.all(), ...wrong].map(({ problem }) => problem);
  if (problems.length > 0) throw new BadInputError(problems.join('\n'));
  return settings;
}

/** Milliseconds between two lines about a stage without steps. */
const INTERVAL = 2000;

async function main(args: readonly string[]): Promise<void> {
  const what = 'settings: it must be one text of name:value, parted by commas';
  const { text, flags } = readFlags(args, ['out'], what, USAGE);
  const settings = settingsOf(text);
  await Output.during(flags.out, LINES, (output) => run(settings, output));
}

async function run(settings: MomentsSettings, output: Output): Promise<void> {
  output.open(lineOf({ settings }));
  const progress = new Progress(settings.steps);
  let state: MomentsState = EMPTY_STATE;
  let toldAt = performance.now();
  for (const change of runMoments(settings)) {
    const before = state;
    state = { ...state, ...change };
    for (const line of linesOf(before, state)) await output.write(line);
    const last = state.curve.at(-1);
    if (state.stage === 'training' && last) {
      progress.show(
        last.step,
        [last.sgd, last.path].filter((loss) => loss !== null),
      );
    } else if (performance.now() - toldAt > INTERVAL) {
      toldAt = performance.now();
      process.stderr.write(`${state.stage}: ${Math.round(100 * state.share)} %\n`);
    }
    if (!output.wanted) break;
  }
  progress.end();
}

await runCommand(main);
