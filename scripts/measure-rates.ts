/**
 * Which learning rates work: trains every lane of a grid and prints a JSON line for each, then a table of the best rate
 * of each optimizer and start. The best rate has the lowest mean logarithm of the smoothed loss over all steps, averaged
 * over the seeds: that counts how soon the loss falls, and how far. Of rates about as good, the table takes one that
 * does not spike.
 *
 * npx tsx scripts/measure-rates.ts [part ...] [seeds=1,2,3]       all parts where none is named, with their own seeds
 *
 * From its output come src/experiment/rates.ts and the lanes of a fresh experiment (`defaultLanes`).
 */
import { loadData } from '../src/cli/data.ts';
import { createCpuEngineFor } from '../src/engine/cpu/engine.ts';
import { loadKernels } from '../src/engine/cpu/kernels.ts';
import {
  defaultExperiment,
  defaultLane,
  type Experiment,
  type InitialisationName,
  type Lane,
  type OptimizerName,
} from '../src/experiment/schema.ts';
import { type TaskName, taskOf } from '../src/experiment/tasks/index.ts';
import { MetricSeries } from '../src/session/page/series.ts';

type Rates = Partial<Record<OptimizerName, readonly number[]>>;

/** Lanes to train side by side: every rate of every optimizer, from every start, for every seed. */
interface Part {
  readonly settings: Partial<Omit<Experiment, 'lanes' | 'task'>> & { readonly task: TaskName };
  readonly inits: readonly InitialisationName[];
  readonly rates: Rates;
  /** What the lanes differ in from their optimizer's defaults beside rate and start. */
  readonly variants?: readonly Partial<Lane>[];
  readonly seeds: readonly number[];
  readonly steps: number;
}

const ALL_INITS = ['nprnn', 'identity', 'orthogonal', 'gaussian', 'uniform', 'irnn'] as const;
const TEN_SEEDS = Array.from({ length: 10 }, (_, index) => index + 1);

const PARTS: Readonly<Record<string, Part>> = {
  'adding-20': {
    settings: { task: 'adding', length: 20 },
    inits: ALL_INITS,
    rates: { sgd: [0.03, 0.1, 0.3], path: [0.003, 0.01, 0.03, 0.1], path2: [0.003, 0.01, 0.03, 0.1] },
    seeds: [1, 2],
    steps: 2000,
  },
  'adding-20-momentum': {
    settings: { task: 'adding', length: 20 },
    inits: ['nprnn', 'identity', 'orthogonal'],
    rates: { sgd: [0.005, 0.02, 0.05], path: [0.0003, 0.001, 0.003], path2: [0.0003, 0.001, 0.003] },
    variants: [{ momentum: 0.9 }],
    seeds: [1],
    steps: 2000,
  },
  'adding-20-adaptive': {
    settings: { task: 'adding', length: 20 },
    inits: ['nprnn'],
    rates: { adagrad: [0.01, 0.03, 0.1], rmsprop: [0.0003, 0.001, 0.003], adam: [0.001, 0.003, 0.01] },
    seeds: [1, 2],
    steps: 2000,
  },
  'adding-50': {
    settings: { task: 'adding', length: 50 },
    inits: ALL_INITS,
    rates: {
      sgd: [0.01, 0.02, 0.05, 0.1, 0.2, 0.4],
      path: [0.003, 0.01, 0.02, 0.04],
      path2: [0.003, 0.01, 0.02, 0.04],
    },
    seeds: [1, 2],
    steps: 4000,
  },
  'adding-50-momentum': {
    settings: { task: 'adding', length: 50 },
    inits: ['nprnn', 'identity', 'orthogonal'],
    rates: {
      sgd: [0.001, 0.002, 0.005, 0.01, 0.02],
      path: [0.0003, 0.001, 0.003],
      path2: [0.0003, 0.001, 0.003],
    },
    variants: [{ momentum: 0.9 }],
    seeds: [1, 2],
    steps: 4000,
  },
  'adding-100': {
    settings: { task: 'adding', length: 100 },
    inits: ALL_INITS,
    rates: {
      sgd: [0.003, 0.01, 0.03, 0.1, 0.2],
      path: [0.001, 0.003, 0.01, 0.02],
      path2: [0.001, 0.003, 0.01, 0.02],
    },
    seeds: [1],
    steps: 8000,
  },
  'adding-100-momentum': {
    settings: { task: 'adding', length: 100 },
    inits: ['nprnn', 'identity', 'orthogonal'],
    rates: { sgd: [0.001, 0.003, 0.01], path: [0.0003, 0.001], path2: [0.0003, 0.001, 0.003] },
    variants: [{ momentum: 0.9 }],
    seeds: [1],
    steps: 8000,
  },
  copying: {
    settings: { task: 'copying', length: 10, hidden: 64 },
    inits: ['nprnn', 'identity'],
    rates: { sgd: [0.1, 0.3, 1], path: [0.3, 1, 3], adam: [0.0003, 0.001, 0.003] },
    seeds: [1],
    steps: 400,
  },
  'mnist-rows': {
    settings: { task: 'mnist-rows', hidden: 64 },
    inits: ['nprnn'],
    rates: { sgd: [0.03, 0.1, 0.3], path: [0.01, 0.03, 0.1], path2: [0.01, 0.03, 0.1], adam: [0.001, 0.003] },
    seeds: [1],
    steps: 300,
  },
  'mnist-flat': {
    settings: { task: 'mnist-flat', hidden: 64, layers: 2 },
    inits: ['gaussian'],
    rates: {
      sgd: [0.05, 0.1, 0.2],
      path: [0.03, 0.1, 0.3],
      adagrad: [0.003, 0.01, 0.03],
      adam: [0.001, 0.003],
    },
    seeds: [1],
    steps: 400,
  },
  'mnist-14x14': {
    settings: { task: 'mnist-14x14', hidden: 64 },
    inits: ['nprnn', 'identity', 'irnn'],
    rates: {
      sgd: [0.003, 0.01, 0.03],
      path: [0.003, 0.01, 0.03],
      path2: [0.01, 0.03, 0.1],
      adam: [0.0003, 0.001, 0.003],
    },
    seeds: [1],
    steps: 600,
  },
  text: {
    settings: { task: 'text', hidden: 64 },
    inits: ['nprnn', 'orthogonal'],
    rates: { sgd: [0.5, 1, 2], path: [3, 10, 30], adam: [0.002, 0.005] },
    seeds: [1],
    steps: 250,
  },
  // For the lanes of a fresh experiment: without momentum, and with it, which both optimizers do better with.
  'fresh-plain': {
    settings: { task: 'adding', length: 100 },
    inits: ['nprnn'],
    rates: { sgd: [0.1, 0.2], path: [0.003, 0.01] },
    seeds: TEN_SEEDS,
    steps: 12000,
  },
  fresh: {
    settings: { task: 'adding', length: 100 },
    inits: ['nprnn'],
    rates: { sgd: [0.001, 0.002, 0.003, 0.005, 0.01, 0.02], path: [0.0005, 0.001, 0.002] },
    variants: [{ momentum: 0.9 }],
    seeds: TEN_SEEDS,
    steps: 12000,
  },
  // What was the fresh experiment before: at this length the lanes part for some hundred steps only.
  'fresh-20': {
    settings: { task: 'adding', length: 20 },
    inits: ['nprnn'],
    rates: { sgd: [0.02, 0.03, 0.05], path: [0.002, 0.003] },
    variants: [{ momentum: 0.9 }],
    seeds: TEN_SEEDS,
    steps: 6000,
  },
};

/** What became of one lane. */
interface Outcome {
  readonly lane: Lane;
  /** Mean over the steps of the natural logarithm of the smoothed loss; infinite where the lane stopped. */
  readonly score: number;
  readonly spikes: boolean;
}

const round = (value: number): number => Number(value.toPrecision(4));

async function measure(name: string, part: Part, seed: number, init: InitialisationName): Promise<Outcome[]> {
  const base: Experiment = { ...defaultExperiment(part.settings.task), ...part.settings, seed };
  const lanes = Object.entries(part.rates).flatMap(([optimizer, rates]) =>
    rates.flatMap((rate) =>
      (part.variants ?? [{}]).map((variant) => ({
        ...defaultLane(optimizer as OptimizerName, base),
        ...variant,
        init,
        rate,
      })),
    ),
  );
  const experiment: Experiment = { ...base, lanes };
  const task = taskOf(experiment);
  const data = await loadData(experiment);
  const engine = createCpuEngineFor(task, experiment, {
    data,
    precision: 'float32',
    kernels: await loadKernels(),
  });
  const baseline = task.baseline(experiment, data)?.loss ?? 1;
  /** The loss that counts as having learnt something: 0.05 for the sum of two numbers. */
  const threshold = 0.3 * baseline;
  const tracks = lanes.map(() => ({
    loss: new MetricSeries(2),
    sum: 0,
    largest: 0,
    largestStep: 0,
    reached: null as number | null,
    stopped: null as number | null,
    marks: [] as number[],
  }));
  const marks = [1 / 8, 1 / 4, 1 / 2, 1].map((share) => Math.round(share * part.steps));
  while (engine.step < part.steps) {
    const before = engine.step;
    await engine.train(Math.min(100, part.steps - before));
    for (const { step, lane, loss, stopped } of await engine.metrics(before)) {
      const track = tracks[lane];
      if (!track) continue;
      if (stopped !== null) {
        track.stopped = step;
        continue;
      }
      track.loss.append(step, loss);
      track.sum += Math.log(track.loss.smooth);
      if (loss > track.largest) {
        track.largest = loss;
        track.largestStep = step;
      }
      // The first batches alone say little: an exponential mean of a handful can be low by luck.
      if (track.reached === null && step >= 50 && track.loss.smooth < threshold) track.reached = step;
      if (marks.includes(step)) track.marks.push(round(track.loss.smooth));
    }
  }
  const heldOut = await engine.evaluate();
  engine.dispose();
  return lanes.map((lane, index) => {
    const track = tracks[index] as (typeof tracks)[number];
    const score = track.stopped === null ? track.sum / part.steps : Number.POSITIVE_INFINITY;
    const { optimizer, rate, momentum, dualclip } = lane;
    console.log(
      JSON.stringify({
        ...{ part: name, init, optimizer, rate, momentum, dualclip, seed },
        ...{ reached: track.reached, smoothed: track.marks, score: round(score) },
        ...{ largest: round(track.largest), largestStep: track.largestStep, stopped: track.stopped },
        ...{ heldOut: round(heldOut.lanes[index]?.loss ?? Number.NaN) },
      }),
    );
    return { lane, score, spikes: track.largest > SPIKE * baseline };
  });
}

/** A lane of all seeds. */
interface Candidate {
  readonly lane: Lane;
  /** Mean over the seeds. */
  score: number;
  /** Whether it spiked from any seed. */
  spikes: boolean;
}

/** Scores this close to the best count as equal: a loss a third higher, seen over the whole run. */
const CLOSE = 0.3;
/** How many times the baseline a loss is that would hide all others in a chart. */
const SPIKE = 100;

/** Of the candidates about as good as the best, the best of those that do not spike, if there is one. */
function bestOf(candidates: readonly Candidate[]): Candidate | undefined {
  const best = Math.min(...candidates.map(({ score }) => score));
  const close = candidates.filter(({ score }) => Number.isFinite(score) && score <= best + CLOSE);
  const calm = close.filter(({ spikes }) => !spikes);
  return (calm.length > 0 ? calm : close).sort((left, right) => left.score - right.score)[0];
}

async function measurePart(name: string, part: Part): Promise<void> {
  for (const init of part.inits) {
    const candidates = new Map<string, Candidate>();
    for (const seed of part.seeds) {
      for (const { lane, score, spikes } of await measure(name, part, seed, init)) {
        const key = JSON.stringify({ ...lane, seed: 0 });
        const candidate = candidates.get(key) ?? { lane, score: 0, spikes: false };
        candidate.score += score / part.seeds.length;
        candidate.spikes ||= spikes;
        candidates.set(key, candidate);
      }
    }
    for (const optimizer of Object.keys(part.rates)) {
      const best = bestOf([...candidates.values()].filter(({ lane }) => lane.optimizer === optimizer));
      if (!best) continue;
      const { rate, momentum, dualclip } = best.lane;
      console.log(
        `| ${name} | ${init} | ${optimizer} | rate ${rate}, momentum ${momentum}, dualclip ${dualclip} | ${best.score.toFixed(3)} |${best.spikes ? ' spikes |' : ' |'}`,
      );
    }
  }
}

const names = process.argv.slice(2).filter((argument) => !argument.startsWith('seeds='));
const seeds = process.argv
  .find((argument) => argument.startsWith('seeds='))
  ?.slice(6)
  .split(',')
  .map(Number);
const unknown = names.filter((name) => !(name in PARTS));
if (unknown.length > 0) {
  console.error(`No part is called ${unknown.join(', ')}: there are ${Object.keys(PARTS).join(', ')}.`);
  process.exit(2);
}
for (const [name, part] of Object.entries(PARTS)) {
  if (names.length === 0 || names.includes(name)) await measurePart(name, seeds ? { ...part, seeds } : part);
}
