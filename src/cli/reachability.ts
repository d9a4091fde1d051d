/** Proves or refutes what a lane's network answers for all values at two steps: npm run -s reachability -- '<link>'. */
import { initialParametersFor, laneOf } from '../engine/initialise.ts';
import { shapeOf } from '../engine/layout.ts';
import { Messages } from '../experiment/reading.ts';
import { parseSettings } from '../experiment/room.ts';
import type { Experiment, Range } from '../experiment/schema.ts';
import type { TaskData } from '../experiment/tasks/index.ts';
import { comparePatterns, exactReach } from '../reachability/exact.ts';
import { networkOf, QuestionError } from '../reachability/network.ts';
import { answersForPairs, markerSteps } from '../reachability/pairs.ts';
import { laneSubject, obstacleOf, randomSubject, type Subject } from '../reachability/question.ts';
import { type Reach, reach } from '../reachability/reach.ts';
import { replay, shownUnits } from '../reachability/replay.ts';
import { readReachabilitySettings, type Settings } from '../reachability/settings.ts';
import { countsOverTraining } from '../reachability/training.ts';
import { BadInputError, engineKind, numberIn, readArguments } from './arguments.ts';
import { openEngine, runCommand, trainInPieces } from './command.ts';
import { loadData } from './data.ts';
import { LINES, Output } from './output.ts';
import { Progress } from './progress.ts';

/** What is written beside the answer. */
const REPORTS = ['answer', 'exact', 'regions', 'pairs', 'training'] as const;
type Report = (typeof REPORTS)[number];

const USAGE = `npm run -s reachability -- '<link or preset>' [--step 0] [--settings 'lane:1,first:5,second:15'] [--report ${REPORTS.join('|')}] [--engine webgpu|cpu] [--out file.json]`;

const STEP = { min: 0, max: 0xffffffff, integer: true } as const satisfies Range;

const lineOf = (value: object): string => `${JSON.stringify(value)}\n`;

/** Milliseconds between two lines of progress. */
const INTERVAL = 2000;

/** Says now and again on standard error how far a search is. */
function reporter(): (text: string) => void {
  let last = performance.now();
  return (text) => {
    const now = performance.now();
    if (now - last < INTERVAL) return;
    last = now;
    process.stderr.write(`${text}\n`);
  };
}

function settingsOf(text: string): Settings {
  const messages = new Messages();
  const { settings, messages: wrong } = readReachabilitySettings(parseSettings(text, messages));
  const problems = [...messages.all(), ...wrong].map(({ problem }) => problem);
  if (problems.length > 0)
    throw new BadInputError(problems.map((problem) => `--settings: ${problem}`).join('\n'));
  return settings;
}

function reportOf(text: string): Report {
  const report = REPORTS.find((name) => name === text);
  if (!report) throw new BadInputError(`--report is "${text}": it must be ${REPORTS.join(', ')}`);
  return report;
}

/** Refuses what cannot be asked before anything is trained. */
function assertAskable(experiment: Experiment, data: TaskData | null, settings: Settings): void {
  const { shape } = laneSubject(experiment, data, new Float32Array(0), settings);
  networkOf(shape, new Float32Array(shape.parameters));
}

/** The parameters of the lane of the settings after that many updates. */
async function trainedTo(
  step: number,
  experiment: Experiment,
  data: TaskData | null,
  lane: number,
  kind: ReturnType<typeof engineKind>,
): Promise<Float32Array | Float64Array> {
  const settings = laneOf(experiment, lane - 1);
  const alone: Experiment = { ...experiment, lanes: [settings] };
  if (step === 0) return initialParametersFor(shapeOf(alone, data), settings);
  const { engine } = await openEngine(alone, kind, null);
  const progress = new Progress(step);
  for await (const { metrics } of trainInPieces(engine, step, 0)) {
    const stopped = metrics.find((line) => line.stopped !== null)?.stopped;
    if (stopped) process.stderr.write(`Lane ${lane} stopped: ${stopped}\n`);
    progress.show(
      engine.step,
      metrics.filter((line) => line.step === engine.step && line.stopped === null).map(({ loss }) => loss),
    );
    if (stopped) break;
  }
  progress.end();
  const { parameters } = await engine.checkpoint();
  engine.dispose();
  return parameters;
}

/** The answer as JSON, with the worst point replayed through the engine. */
function answerLine(subject: Subject, found: Reach): string {
  const { property, claim, fixed, axes } = subject.question;
  const { cells, worst, excess, milliseconds, ...rest } = found;
  const replayed = (['float32', 'float64'] as const).map((precision) => {
    const { point, outputs, excesses } = replay(subject, worst.point, precision);
    return [precision, { point: [...point], outputs: [...outputs], excess: excesses[worst.bound] }];
  });
  return lineOf({
    claim,
    fixed,
    axes,
    ...rest,
    regions: cells.count,
    excess,
    margin: -excess,
    limit: property.limit,
    worst: { point: [...worst.point], bound: worst.bound, cell: worst.cell },
    replay: Object.fromEntries(replayed),
    milliseconds: Math.round(milliseconds),
  });
}

function* regionLines({ cells }: Reach): Generator<string> {
  const { count, free, starts, points, outputs, active } = cells;
  const width = outputs.length / count;
  for (let cell = 0; cell < count; cell++) {
    const vertices: number[][] = [];
    for (let vertex = starts[cell] as number; vertex < (starts[cell + 1] as number); vertex++) {
      vertices.push([...points.subarray(vertex * free, (vertex + 1) * free)]);
    }
    yield lineOf({
      region: cell,
      vertices,
      outputs: [...outputs.subarray(cell * width, (cell + 1) * width)],
      active: active[cell],
    });
  }
}

async function answer(subject: Subject, settings: Settings, report: Report, output: Output): Promise<void> {
  const say = reporter();
  const units = shownUnits(subject, settings);
  const found = reach(subject, {
    cap: settings.cells,
    units,
    onProgress: (regions, pending) =>
      say(`${regions} regions, ${(100 * (1 - pending)).toFixed(1)} % of the values covered`),
  });
  await output.write(answerLine(subject, found));
  if (report === 'regions') for (const line of regionLines(found)) await output.write(line);
  if (report !== 'exact') return;
  const exact = exactReach(subject, settings.cells, (regions) => say(`${regions} regions in whole numbers`));
  const { patterns, count, ...rest } = exact;
  const compared = comparePatterns(found.cells, exact);
  await output.write(lineOf({ exact: { regions: count, ...rest, samePatterns: compared.same } }));
}

async function ofLane(
  experiment: Experiment,
  step: number,
  settings: Settings,
  report: Report,
  kind: ReturnType<typeof engineKind>,
  out: string | undefined,
): Promise<void> {
  const obstacle = obstacleOf(experiment);
  if (obstacle !== null) throw new BadInputError(obstacle);
  if (report === 'pairs' && experiment.task !== 'adding') {
    throw new BadInputError(
      `--report is "pairs", but the task here is ${experiment.task}: only adding marks steps`,
    );
  }
  const data = await loadData(experiment);
  assertAskable(experiment, data, settings);
  await Output.during(out, LINES, async (output) => {
    output.open(lineOf({ experiment, step, settings }));
    if (report === 'training') {
      for await (const count of countsOverTraining(experiment, data, settings, step)) {
        await output.write(lineOf(count));
        if (!output.wanted) break;
      }
      return;
    }
    const parameters = await trainedTo(step, experiment, data, settings.lane, kind);
    if (report === 'pairs') await pairs(experiment, parameters, settings, output);
    else await answer(laneSubject(experiment, data, parameters, settings), settings, report, output);
  });
}

async function pairs(
  experiment: Experiment,
  parameters: Float32Array | Float64Array,
  settings: Settings,
  output: Output,
): Promise<void> {
  const { firsts, seconds } = markerSteps(experiment);
  const say = reporter();
  let done = 0;
  for (const pair of answersForPairs(experiment, null, parameters, settings)) {
    say(`${++done} of ${firsts.length * seconds.length} pairs`);
    await output.write(lineOf(pair));
    if (!output.wanted) return;
  }
}

async function main(args: readonly string[]): Promise<void> {
  const { experiment, flags } = readArguments(args, ['step', 'settings', 'report', 'engine', 'out'], USAGE);
  const step = numberIn('step', flags.step ?? '0', STEP);
  const settings = settingsOf(flags.settings ?? '');
  const report = reportOf(flags.report ?? 'answer');
  const kind = engineKind(flags.engine);
  try {
    if (settings.network === 'lane') {
      await ofLane(experiment, step, settings, report, kind, flags.out);
      return;
    }
    if (report === 'pairs' || report === 'training') {
      const missing = report === 'pairs' ? 'marked steps' : 'training';
      throw new BadInputError(`--report is "${report}", but a random network has no ${missing}`);
    }
    await Output.during(flags.out, LINES, async (output) => {
      output.open(lineOf({ settings }));
      await answer(randomSubject(settings), settings, report, output);
    });
  } catch (error) {
    throw error instanceof QuestionError ? new BadInputError(error.message) : error;
  }
}

await runCommand(main);
