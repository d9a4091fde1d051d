import {
  defaultExperiment,
  defaultLane,
  type Experiment,
  hiddenPowers,
  isPathOptimizer,
  type NetworkName,
  type OptimizerName,
  parseExperiment,
  RANGES,
} from '../experiment/schema.ts';
import { taskOf } from '../experiment/tasks/index.ts';
import { createEngine } from './create.ts';
import type { Engine, EngineInfo, EngineKind } from './engine.ts';
import { shapeOf } from './layout.ts';
import type { ShaderSources } from './shaders.ts';
import { createUntested } from './webgpu/index.ts';
import type { TilingChoice } from './webgpu/sizes.ts';

// How fast a training step is: what is measured, how, and the table of it. The same in a page, in Node, and for other
// libraries beside this project's engines.

/** The network and batch that every contestant trains: one ReLU layer on the adding problem, many to one. */
export interface BenchmarkShape {
  /** Time steps. */
  readonly length: number;
  readonly hidden: number;
  readonly batch: number;
}

/** What a shape may be: the adding problem is no shorter. */
export const SHAPE_RANGES = {
  length: { ...RANGES.length, min: 4 },
  hidden: RANGES.hidden,
  batch: RANGES.batch,
} as const;

/** Whatever trains the network of a shape: an engine of this project or another library. */
export interface Trainer {
  /**
   * Trains that many steps, with no wait between them, and resolves to the last one's loss once it has been computed.
   * In Firefox each wait costs up to 100 ms.
   */
  train(steps: number): Promise<number>;
}

/** A trainer that takes part in a benchmark. */
export interface Contestant {
  readonly name: string;
  /** What the table calls it. */
  readonly label: string;
  /** The name of the contestant that it is measured in pairs with; null for those that others are compared with. */
  readonly reference: string | null;
  readonly trainer: Trainer;
}

/** What came out for one contestant. */
export interface Timing {
  readonly name: string;
  readonly label: string;
  readonly reference: string | null;
  /** Median over its measurements. */
  readonly msPerStep: number;
  /** Median over its pairs of its time as a multiple of the reference's; 1 for a reference. */
  readonly ratio: number;
}

export interface MeasureOptions {
  readonly pairs: number;
  /** How long one measurement takes, about: far above the resolution of the clock and the cost of reading a loss. */
  readonly milliseconds: number;
  /** Called before each piece of work, with how many of all pairs are done and what comes next. */
  readonly onProgress?: (done: number, total: number, current: string) => void;
}

/** Most steps of a measurement: what a very fast engine gets through in the time matters no more then. */
const MOST_STEPS = 4096;
const WARM_UP_STEPS = 2;

/** The middle of some numbers; NaN where there are none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Milliseconds; a loss that is not finite would mean that something else than training was measured. */
async function time({ label, trainer }: Contestant, steps: number): Promise<number> {
  const start = performance.now();
  const loss = await trainer.train(steps);
  const elapsed = performance.now() - start;
  if (!Number.isFinite(loss)) throw new Error(`${label}: the loss is ${loss} after ${steps} steps.`);
  return elapsed;
}

/** Compiles, warms up, and finds how many steps fill a measurement. */
async function stepsFor(contestant: Contestant, milliseconds: number): Promise<number> {
  await time(contestant, WARM_UP_STEPS);
  let steps = 1;
  for (;;) {
    const elapsed = await time(contestant, steps);
    const wanted = Math.ceil((steps * milliseconds) / Math.max(elapsed, 0.01));
    // A trial much shorter than the measurement may be a wait more than work: it says too little.
    if (elapsed >= milliseconds / 2 || steps === MOST_STEPS) return Math.max(1, Math.min(MOST_STEPS, wanted));
    steps = Math.min(MOST_STEPS, Math.max(2 * steps, Math.min(wanted, 8 * steps)));
  }
}

/**
 * Measures each contestant in pairs with its reference, the two of a pair back to back.
 * @param contestants references before those that name them
 * @returns timings in the order of the contestants
 * @throws Error where a loss is not finite
 */
export async function measure(
  contestants: readonly Contestant[],
  { pairs, milliseconds, onProgress }: MeasureOptions,
): Promise<Timing[]> {
  const byName = new Map(contestants.map((contestant) => [contestant.name, contestant]));
  const rivals = contestants.flatMap((contestant) => {
    if (contestant.reference === null) return [];
    const reference = byName.get(contestant.reference);
    if (!reference)
      throw new Error(`${contestant.name} names ${contestant.reference}, which does not take part.`);
    return [{ contestant, reference }];
  });
  // A reference that nobody is compared with is measured alone.
  const alone = contestants.filter(
    ({ name, reference }) => reference === null && !contestants.some((other) => other.reference === name),
  );
  const total = pairs * (rivals.length + alone.length);
  let done = 0;
  const steps = new Map<Contestant, number>();
  for (const contestant of contestants) {
    onProgress?.(0, total, `${contestant.label}: warming up`);
    steps.set(contestant, await stepsFor(contestant, milliseconds));
  }
  const times = new Map(contestants.map((contestant) => [contestant, [] as number[]]));
  const ratios = new Map(contestants.map((contestant) => [contestant, [] as number[]]));
  const run = async (contestant: Contestant): Promise<number> => {
    const count = steps.get(contestant) ?? 1;
    const msPerStep = (await time(contestant, count)) / count;
    times.get(contestant)?.push(msPerStep);
    return msPerStep;
  };
  for (let pair = 0; pair < pairs; pair++) {
    for (const contestant of alone) {
      onProgress?.(done, total, contestant.label);
      await run(contestant);
      done++;
    }
    for (const { contestant, reference } of rivals) {
      onProgress?.(done, total, contestant.label);
      // Who goes first alternates, so that a drift of the machine favours nobody.
      if (pair % 2 === 0) {
        const own = await run(reference);
        ratios.get(contestant)?.push((await run(contestant)) / own);
      } else {
        const rival = await run(contestant);
        ratios.get(contestant)?.push(rival / (await run(reference)));
      }
      done++;
    }
  }
  onProgress?.(done, total, '');
  return contestants.map((contestant) => ({
    name: contestant.name,
    label: contestant.label,
    reference: contestant.reference,
    msPerStep: median(times.get(contestant) ?? []),
    ratio: contestant.reference === null ? 1 : median(ratios.get(contestant) ?? []),
  }));
}

const LANES_OF_MANY = 8;

interface OwnContestant {
  readonly kind: EngineKind;
  readonly lanes: readonly OptimizerName[];
  /** Whether its lanes are uRNNs of about as many parameters as the shape's network has. */
  readonly unitary?: boolean;
  /** What of its tiling is not chosen by shape and adapter. */
  readonly tiling?: Partial<TilingChoice>;
  readonly what: string;
  readonly reference: string | null;
}

const OWN = {
  'webgpu-sgd': { kind: 'webgpu', lanes: ['sgd'], what: 'one SGD lane', reference: null },
  'webgpu-path': { kind: 'webgpu', lanes: ['path'], what: 'one Path-SGD lane', reference: 'webgpu-sgd' },
  'webgpu-path2': {
    kind: 'webgpu',
    lanes: ['path2'],
    what: 'one Path-SGD lane with both terms of kappa',
    reference: 'webgpu-sgd',
  },
  'webgpu-8-lanes': {
    kind: 'webgpu',
    lanes: new Array<OptimizerName>(LANES_OF_MANY).fill('sgd'),
    what: `${LANES_OF_MANY} SGD lanes`,
    reference: 'webgpu-sgd',
  },
  'webgpu-tile-4': {
    kind: 'webgpu',
    lanes: ['sgd'],
    tiling: { tile: 4 },
    what: 'one SGD lane in tiles of four sequences',
    reference: 'webgpu-sgd',
  },
  'webgpu-one-group': {
    kind: 'webgpu',
    lanes: ['sgd'],
    tiling: { groups: 1 },
    what: 'one SGD lane, sums not shared by groups',
    reference: 'webgpu-sgd',
  },
  'webgpu-urnn': {
    kind: 'webgpu',
    lanes: ['rmsprop'],
    unitary: true,
    what: 'one uRNN lane',
    reference: 'webgpu-sgd',
  },
  'cpu-sgd': { kind: 'cpu', lanes: ['sgd'], what: 'one SGD lane', reference: null },
  'cpu-path': { kind: 'cpu', lanes: ['path'], what: 'one Path-SGD lane', reference: 'cpu-sgd' },
  'cpu-urnn': { kind: 'cpu', lanes: ['rmsprop'], unitary: true, what: 'one uRNN lane', reference: 'cpu-sgd' },
} as const satisfies Record<string, OwnContestant>;

export type OwnName = keyof typeof OWN;

/** This project's contestants, references first. */
export const OWN_NAMES = Object.keys(OWN) as readonly OwnName[];

/** What computes for a contestant of this project. */
export const kindOf = (name: OwnName): EngineKind => OWN[name].kind;

/** The contestant that one of this project's is compared with; null where it is such a one itself. */
export const referenceOf = (name: OwnName): OwnName | null => OWN[name].reference;

/** Rates so small that no lane diverges in some thousand steps; they do not matter for the time. */
const RATES = { sgd: 0.01, path: 1e-4, rmsprop: 1e-4 } as const;

const rateOf = (optimizer: OptimizerName): number => {
  if (isPathOptimizer(optimizer)) return RATES.path;
  return optimizer === 'rmsprop' ? RATES.rmsprop : RATES.sgd;
};

/** The experiment of lanes of one network, whatever the shape has for `hidden`. */
function experimentWith(name: OwnName, shape: BenchmarkShape, network: NetworkName): Experiment {
  const base = defaultExperiment('adding');
  const lanes = OWN[name].lanes.map((optimizer, index) => {
    const context = { ...base, length: shape.length, seed: base.seed + index };
    return { ...defaultLane(optimizer, context, network), rate: rateOf(optimizer) };
  });
  return parseExperiment({ ...base, ...shape, lanes });
}

/** The uRNN of about as many parameters as the shape's ReLU network, by the ratio of the two. */
function unitaryExperiment(name: OwnName, shape: BenchmarkShape): Experiment {
  const wanted = shapeOf(experimentWith('cpu-sgd', shape, 'relu')).parameters;
  const candidates = (hiddenPowers([{ network: 'urnn' }]) ?? []).map((hidden) =>
    experimentWith(name, { ...shape, hidden }, 'urnn'),
  );
  const distance = (experiment: Experiment): number =>
    Math.abs(Math.log(shapeOf(experiment).parameters / wanted));
  return candidates.reduce((best, other) => (distance(other) < distance(best) ? other : best));
}

/** What a contestant of this project trains. Lanes differ in their seeds. */
export function experimentOf(name: OwnName, shape: BenchmarkShape): Experiment {
  const own: OwnContestant = OWN[name];
  return own.unitary ? unitaryExperiment(name, shape) : experimentWith(name, shape, 'relu');
}

/** Adapts an engine: its loss is that of its first lane. */
const trainerOf = (engine: Engine): Trainer => ({
  async train(steps) {
    await engine.train(steps);
    const loss = (await engine.metrics(engine.step - 1)).find(({ step }) => step === engine.step)?.loss;
    if (loss === undefined)
      throw new Error('The engine returned no loss of the last step: its lane stopped.');
    return loss;
  },
});

/** A contestant of this project, with its engine. */
export interface Own {
  readonly contestant: Contestant;
  readonly info: EngineInfo;
  dispose(): void;
}

const ENGINE_TITLES: Readonly<Record<EngineKind, string>> = { webgpu: 'WebGPU', cpu: 'CPU' };

/**
 * Makes a contestant of this project.
 * @param gpu `navigator.gpu`, or Dawn's in Node; only the WebGPU ones need it
 * @throws NoAdapterError, ShapeTooLargeError
 */
export async function createOwn(
  name: OwnName,
  shape: BenchmarkShape,
  { gpu, shaders }: { readonly gpu: GPU | undefined; readonly shaders: ShaderSources },
): Promise<Own> {
  const { kind, what, reference, unitary, tiling }: OwnContestant = OWN[name];
  const experiment = experimentOf(name, shape);
  const engine =
    tiling === undefined
      ? (await createEngine({ experiment, kind, gpu, shaders, data: null })).engine
      : await createUntested(taskOf(experiment), experiment, { gpu, shaders, data: null, tiling });
  const title = kind === 'cpu' ? `${ENGINE_TITLES.cpu} (${engine.info.name})` : ENGINE_TITLES[kind];
  const size = unitary ? ` of ${experiment.hidden} units, about as many parameters` : '';
  return {
    contestant: {
      name,
      label: `this project, ${title}, ${what}${size}`,
      reference,
      trainer: trainerOf(engine),
    },
    info: engine.info,
    dispose: () => engine.dispose(),
  };
}

/** The timings of one shape. */
export interface ShapeTimings {
  readonly shape: BenchmarkShape;
  readonly timings: readonly Timing[];
}

/** Three digits, and no exponent. */
export const formatTime = (value: number): string =>
  value < 100 ? value.toPrecision(3) : Math.round(value).toString();

/** "length 50, hidden 100, batch 32". */
export const describeShape = ({ length, hidden, batch }: BenchmarkShape): string =>
  `length ${length}, hidden ${hidden}, batch ${batch}`;

/**
 * A table in Markdown for each shape. The last column compares with our SGD lane on the same engine: WebGPU with
 * WebGPU, the CPU with the CPU.
 * @param context a sentence on the machine
 */
export function formatTables(context: string, results: readonly ShapeTimings[]): string {
  const tables = results.map(({ shape, timings }) =>
    [
      `Adding problem, ${describeShape(shape)}:`,
      '',
      '| | ms per training step | steps per second | times our SGD lane |',
      '| --- | ---: | ---: | ---: |',
      ...timings.map(
        ({ label, msPerStep, ratio }) =>
          `| ${label} | ${formatTime(msPerStep)} | ${formatTime(1000 / msPerStep)} | ${ratio.toFixed(2)} |`,
      ),
    ].join('\n'),
  );
  return [context, ...tables].join('\n\n');
}
