/** Trains the experiment of a link and writes its measures as JSON lines: npm run -s train -- '<link>'. */
import type { Evaluation, LaneMetrics } from '../engine/engine.ts';
import { engineKind, MAX_STEPS, readArguments, wholeNumber } from './arguments.ts';
import { openEngine, runCommand, trainInPieces } from './command.ts';
import { Output } from './output.ts';
import { Progress } from './progress.ts';

const USAGE =
  "npm run -s train -- '<link or preset>' [--steps 500] [--every 10] [--evaluate 100] [--engine webgpu|cpu] [--out run.jsonl]";

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

async function train(args: readonly string[]): Promise<void> {
  const { experiment, flags } = readArguments(args, ['steps', 'every', 'evaluate', 'engine', 'out'], USAGE);
  const steps = wholeNumber('steps', flags.steps ?? '500', 1, MAX_STEPS);
  const every = wholeNumber('every', flags.every ?? '10', 1, MAX_STEPS);
  const evaluate = wholeNumber('evaluate', flags.evaluate ?? '100', 0, MAX_STEPS);
  const kind = engineKind(flags.engine);
  const output = new Output(flags.out, true);
  const engine = await openEngine(experiment, kind);
  await output.write(lineOf({ experiment, engine: engine.info }));

  const progress = new Progress(steps);
  const running = new Set(experiment.lanes.keys());
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
    }
  }
  progress.end();
  if (running.size === 0) process.stderr.write(`Every lane has stopped by step ${engine.step}.\n`);
  engine.dispose();
  output.close();
}

await runCommand(train);
