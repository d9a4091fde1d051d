/** Trains the experiment of a link and writes its measures as JSON lines: npm run -s train -- '<link>'. */
import type { Engine, Evaluation, LaneMetrics } from '../engine/engine.ts';
import { CHARACTERS, generateText, TEMPERATURE } from '../engine/generate.ts';
import { type LaneSpan, laneShapes, parameterSpans, type Shape } from '../engine/layout.ts';
import type { Experiment } from '../experiment/schema.ts';
import { type TaskData, type TextData, taskOf } from '../experiment/tasks/index.ts';
import { BadInputError, engineKind, numberIn, readArguments, STEPS, textPath } from './arguments.ts';
import { openEngine, runCommand, trainInPieces } from './command.ts';
import { LINES, Output } from './output.ts';
import { Progress } from './progress.ts';

const USAGE =
  "npm run -s train -- '<link or preset>' [--steps 500] [--every 10] [--evaluate 100] [--text file.txt] [--generate 200 [--temperature 0.7]] [--engine webgpu|cpu] [--out run.jsonl]";

/** One line; numbers that are not finite become null, which JSON has in their place. */
const lineOf = (value: object): string => `${JSON.stringify(value)}\n`;

function metricsLine(metrics: LaneMetrics, msPerStep: number): string {
  const { step, lane, loss, metric, gradientNorm, pathNormLog2 } = metrics;
  return lineOf({
    step,
    lane,
    loss,
    metric,
    gradientNorm,
    pathNormLog2,
    msPerStep: Number(msPerStep.toPrecision(4)),
  });
}

const heldOutLines = ({ step, lanes }: Evaluation, running: ReadonlySet<number>): string =>
  lanes
    .map(({ loss, metric }, lane) =>
      running.has(lane) ? lineOf({ step, lane, heldOut: { loss, metric } }) : '',
    )
    .join('');

const FIRST_TEMPERATURE = '0.7';

/** How many characters the flags ask each lane to write, and at which temperature; null where they ask for none. */
function generationOf(
  { task }: Experiment,
  { generate, temperature }: { readonly generate?: string; readonly temperature?: string },
): { readonly characters: number; readonly temperature: number } | null {
  if (generate === undefined) {
    if (temperature === undefined) return null;
    throw new BadInputError(
      `--temperature is "${temperature}", but there is no --generate for it to apply to`,
    );
  }
  if (taskOf({ task }).display.outputs.kind !== 'text') {
    throw new BadInputError(
      `--generate is "${generate}", but the task here is ${task}: only text is written`,
    );
  }
  return {
    characters: numberIn('generate', generate, CHARACTERS),
    temperature: numberIn('temperature', temperature ?? FIRST_TEMPERATURE, TEMPERATURE),
  };
}

/** A line of what each lane writes after the steps so far. */
async function textLines(
  engine: Engine,
  data: TextData,
  settings: { readonly characters: number; readonly temperature: number },
): Promise<string> {
  const { experiment } = engine;
  const { step, parameters } = await engine.checkpoint();
  const shapes = laneShapes(experiment, data);
  const spans = parameterSpans(shapes);
  return experiment.lanes
    .map((settingsOfLane, lane) => {
      const { first, end } = spans[lane] as LaneSpan;
      const text = generateText({
        ...settings,
        shape: shapes[lane] as Shape,
        lane: settingsOfLane,
        parameters: parameters.subarray(first, end),
        vocabulary: data.vocabulary,
        prompt: '',
        seed: experiment.seed,
        step,
        sample: 0,
      });
      return lineOf({ step, lane, text });
    })
    .join('');
}

async function train(args: readonly string[]): Promise<void> {
  const { experiment, flags } = readArguments(
    args,
    ['steps', 'every', 'evaluate', 'text', 'generate', 'temperature', 'engine', 'out'],
    USAGE,
  );
  const steps = numberIn('steps', flags.steps ?? '500', STEPS);
  const every = numberIn('every', flags.every ?? '10', STEPS);
  const evaluate = numberIn('evaluate', flags.evaluate ?? '100', { ...STEPS, min: 0 });
  const kind = engineKind(flags.engine);
  const path = textPath(experiment, flags.text);
  const generation = generationOf(experiment, flags);
  await Output.during(flags.out, LINES, async (output) => {
    const { engine, data } = await openEngine(experiment, kind, path);
    await output.write(lineOf({ experiment, engine: engine.info }));
    await run(engine, data, { steps, every, evaluate, generation }, output);
    engine.dispose();
  });
}

/** What a run is to do, and when it is to tell of it. */
interface Plan {
  readonly steps: number;
  readonly every: number;
  readonly evaluate: number;
  readonly generation: ReturnType<typeof generationOf>;
}

async function run(
  engine: Engine,
  data: TaskData | null,
  { steps, every, evaluate, generation }: Plan,
  output: Output,
): Promise<void> {
  const writeTexts = async (): Promise<void> => {
    if (generation === null || data?.kind !== 'text') return;
    await output.write(await textLines(engine, data, generation));
  };
  const progress = new Progress(steps);
  const running = new Set(engine.experiment.lanes.keys());
  for await (const { metrics, msPerStep } of trainInPieces(engine, steps, evaluate)) {
    let text = '';
    for (const line of metrics) {
      const { step, lane, stopped } = line;
      if (stopped !== null) {
        running.delete(lane);
        text += lineOf({ step, lane, stopped });
      } else if (step % every === 0 || step === steps) {
        text += metricsLine(line, msPerStep);
      }
    }
    await output.write(text);
    const latest = metrics.filter(({ step, stopped }) => step === engine.step && stopped === null);
    progress.show(
      engine.step,
      latest.map(({ loss }) => loss),
    );
    if (running.size === 0 || !output.wanted) break;
    if (evaluate > 0 && engine.step % evaluate === 0) {
      await output.write(heldOutLines(await engine.evaluate(), running));
      if (engine.step < steps) await writeTexts();
    }
  }
  progress.end();
  await writeTexts();
  if (running.size === 0) process.stderr.write(`Every lane has stopped by step ${engine.step}.\n`);
}

await runCommand(train);
