/** Writes everything about one step of a link's experiment as JSON: npm run -s inspect -- '<link>' --step N. */
import type { LaneSnapshot, ScaledArray, StepSnapshot } from '../engine/engine.ts';
import { unitaryPermutation } from '../engine/initialise.ts';
import { laneShapes, type Matrix, type Shape } from '../engine/layout.ts';
import { describeRange, type Experiment, type Lane } from '../experiment/schema.ts';
import { type TaskData, taskOf } from '../experiment/tasks/index.ts';
import { BadInputError, engineKind, numberIn, readArguments, STEPS, textPath } from './arguments.ts';
import { openEngine, runCommand, trainInPieces } from './command.ts';
import { ONE_TEXT, Output } from './output.ts';
import { Progress } from './progress.ts';

const USAGE =
  "npm run -s inspect -- '<link or preset>' --step N [--text file.txt] [--engine webgpu|cpu] [--out dump.json]";

type Numbers = Float32Array | Float64Array | Uint32Array | Int32Array;

/** The number as JSON, exactly: -0 keeps its sign, and null stands for what is not finite. */
const numberJson = (value: number): string =>
  Number.isFinite(value) ? (Object.is(value, -0) ? '-0' : String(value)) : 'null';

/** Numbers to a piece of text: a dump may be longer than the longest string. */
const BLOCK = 4096;

function* numbersJson(numbers: Numbers): Generator<string> {
  yield '[';
  for (let first = 0; first < numbers.length; first += BLOCK) {
    const block = Array.from(numbers.subarray(first, first + BLOCK), numberJson).join(',');
    yield first === 0 ? block : `,${block}`;
  }
  yield ']';
}

/** One exponent to each number where there is one to each row. */
function exponentsOf({ data, log2 }: ScaledArray): number | Int32Array {
  if (typeof log2 === 'number') return log2;
  const row = data.length / log2.length;
  return Int32Array.from({ length: data.length }, (_, index) => log2[Math.floor(index / row)] as number);
}

function* arrayJson(shape: readonly number[], data: Numbers, log2?: number | Int32Array): Generator<string> {
  yield `{"shape":${JSON.stringify(shape)},"data":`;
  yield* numbersJson(data);
  if (typeof log2 === 'number') yield `,"log2":${log2}`;
  else if (log2) {
    yield ',"log2":';
    yield* numbersJson(log2);
  }
  yield '}';
}

/** An object with one member to each matrix. */
function* matricesJson(
  matrices: readonly Matrix[],
  contentOf: (matrix: Matrix, index: number) => Generator<string>,
): Generator<string> {
  yield '{';
  for (const [index, matrix] of matrices.entries()) {
    yield `${index === 0 ? '' : ','}${JSON.stringify(matrix.name)}:`;
    yield* contentOf(matrix, index);
  }
  yield '}';
}

function* laneJson(lane: Lane, snapshot: LaneSnapshot, shape: Shape): Generator<string> {
  const { optimizer, rate, momentum, decay, clip, dualclip, activation, network } = lane;
  const { matrices, layers, length, batch, hidden } = shape;
  const pooled = (numbers: Float32Array | Float64Array): Generator<string> =>
    matricesJson(matrices, ({ shape, offset, rows, columns }) =>
      arrayJson(shape, numbers.subarray(offset, offset + rows * columns)),
    );
  const scaled = (arrays: readonly ScaledArray[]): Generator<string> =>
    matricesJson(matrices, ({ shape }, index) => {
      const array = arrays[index] as ScaledArray;
      return arrayJson(shape, array.data, exponentsOf(array));
    });
  const overTime = (array: ScaledArray): Generator<string> =>
    arrayJson([layers, length, hidden], array.data, exponentsOf(array));

  const settings = JSON.stringify({
    optimizer,
    rate,
    momentum,
    decay,
    clip,
    dualclip,
    ...(network === 'urnn'
      ? { network, permutation: [...unitaryPermutation(hidden / 2, lane.seed)] }
      : { activation }),
  });
  yield `${settings.slice(0, -1)},"loss":${numberJson(snapshot.loss)},"before":`;
  yield* pooled(snapshot.before);
  yield ',"gradient":';
  yield* pooled(snapshot.gradient);
  // A uRNN has no path geometry.
  if (network !== 'urnn') {
    yield ',"kappa1":';
    yield* scaled(snapshot.kappa1);
    yield ',"kappa2":';
    yield* scaled(snapshot.kappa2);
    yield ',"gammaIn":';
    yield* overTime(snapshot.gammaIn);
    yield ',"gammaOut":';
    yield* overTime(snapshot.gammaOut);
  }
  const { initial } = snapshot;
  if (initial !== null) {
    yield ',"initial":[';
    for (let layer = 0; layer < layers; layer++) {
      if (layer > 0) yield ',';
      const first = layer * batch * hidden;
      yield* arrayJson([batch, hidden], initial.subarray(first, first + batch * hidden));
    }
    yield ']';
  }
  yield ',"after":';
  yield* pooled(snapshot.after);
  yield '}';
}

function* dumpJson(
  experiment: Experiment,
  data: TaskData | null,
  { step, batch, lanes }: StepSnapshot,
): Generator<string> {
  const shapes = laneShapes(experiment, data);
  // What the batch shares, whatever the networks.
  const shape = shapes[0] as Shape;
  const { loss, readout } = taskOf(experiment);
  yield `{"experiment":${JSON.stringify(experiment)},"step":${step},"batch":{"inputs":`;
  yield* arrayJson([shape.length, shape.batch, shape.inputs], batch.inputs);
  yield ',"targets":';
  const scored = readout === 'every' ? [shape.scoredSteps, shape.batch] : [shape.batch];
  yield* arrayJson(loss === 'squared' ? [...scored, shape.outputs] : scored, batch.targets);
  yield `,"loss":"${loss}","readout":"${readout}"},"lanes":[`;
  for (const [index, snapshot] of lanes.entries()) {
    if (index > 0) yield ',';
    yield* laneJson(experiment.lanes[index] as Lane, snapshot, shapes[index] as Shape);
  }
  yield ']}\n';
}

async function inspect(args: readonly string[]): Promise<void> {
  const { experiment, flags } = readArguments(args, ['step', 'text', 'engine', 'out'], USAGE);
  if (flags.step === undefined) {
    throw new BadInputError(`--step is missing: it must be ${describeRange(STEPS)}\nUsage: ${USAGE}`);
  }
  const step = numberIn('step', flags.step, STEPS);
  const kind = engineKind(flags.engine);
  const path = textPath(experiment, flags.text);
  await Output.during(flags.out, ONE_TEXT, async (output) => {
    const { engine, data } = await openEngine(experiment, kind, path);
    const progress = new Progress(step);
    for await (const { metrics } of trainInPieces(engine, step - 1, 0)) {
      const latest = metrics.filter((line) => line.step === engine.step && line.stopped === null);
      progress.show(
        engine.step,
        latest.map(({ loss }) => loss),
      );
    }
    const snapshot = await engine.inspect();
    progress.end();
    for (const text of dumpJson(experiment, data, snapshot)) {
      if (!output.wanted) break;
      await output.write(text);
    }
    engine.dispose();
  });
}

await runCommand(inspect);
