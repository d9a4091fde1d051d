/**
 * Measures the figures of the exact reachable set again, one JSON line each: npx tsx bench/reachability.ts [part ...]
 * Weights come from other random numbers than those of the figures expected, so that counts agree in size, not in digits.
 */
import { createCpuEngine } from '../src/engine/cpu/index.ts';
import { PlainNetwork } from '../src/engine/cpu/network.ts';
import { initialParameters, unbalanceFactors } from '../src/engine/initialise.ts';
import { shapeOf } from '../src/engine/layout.ts';
import { parseLink } from '../src/experiment/link.ts';
import { randomWords, STREAM, uniformFromWord } from '../src/experiment/philox.ts';
import type { Experiment } from '../src/experiment/schema.ts';
import { adding } from '../src/experiment/tasks/adding.ts';
import { valueAt } from '../src/reachability/cells.ts';
import { comparePatterns, exactReach } from '../src/reachability/exact.ts';
import { RELU_LANE } from '../src/reachability/network.ts';
import { answersForPairs } from '../src/reachability/pairs.ts';
import { measure } from '../src/reachability/polytope.ts';
import { laneSubject, randomSubject, type Subject } from '../src/reachability/question.ts';
import { type Reach, reach } from '../src/reachability/reach.ts';
import { centroid } from '../src/reachability/regions.ts';
import { replay } from '../src/reachability/replay.ts';
import { DEFAULTS, type Settings } from '../src/reachability/settings.ts';

const OPTIONS = { cap: 200_000, units: [0, 1] } as const;
const SEEDS = [1, 2, 3];

const say = (figure: string, expected: string, got: unknown): void =>
  console.log(JSON.stringify({ figure, expected, got }));
const span = (numbers: readonly number[]): string => `${Math.min(...numbers)} to ${Math.max(...numbers)}`;
const experimentOf = (link: string): Experiment => parseLink(link).experiment;

/** Searches twice and keeps the second: the first one also compiles. */
function timed(subject: Subject): Reach {
  reach(subject, OPTIONS);
  return reach(subject, OPTIONS);
}

/** A lane's network before any step. */
function untrained(link: string, settings: Partial<Settings> = {}): Subject {
  const experiment = experimentOf(link);
  return laneSubject(experiment, null, initialParameters(experiment, 0), { ...DEFAULTS, ...settings });
}

/** The parameters of all lanes after that many steps on the CPU. */
async function trained(link: string, steps: number): Promise<readonly Float32Array[]> {
  const experiment = experimentOf(link);
  const engine = await createCpuEngine(experiment, { data: null, precision: 'float32' });
  await engine.train(steps);
  const { parameters } = await engine.checkpoint();
  const size = parameters.length / experiment.lanes.length;
  return experiment.lanes.map((_, lane) =>
    Float32Array.from(parameters.subarray(lane * size, (lane + 1) * size)),
  );
}

const laneOf = (link: string, parameters: Float32Array, settings: Partial<Settings> = {}): Subject =>
  laneSubject(experimentOf(link), null, parameters, { ...DEFAULTS, ...settings });

/** Regions of networks without any training. */
function random(): void {
  const expected = {
    gaussian: '550 to 1260',
    nprnn: '220 to 310',
    orthogonal: '500 to 680',
    identity: '50 to 110',
  };
  for (const [init, figure] of Object.entries(expected)) {
    const found = [1, 2, 3, 4, 5].map((seed) =>
      timed(untrained(`length=20&seed=${seed}&lane=path,init:${init}`)),
    );
    const times = found.map(({ milliseconds }) => Math.round(milliseconds));
    say(`regions, ${init}, hidden 32, length 20, five seeds`, `${figure}, below 0.5 s`, {
      regions: span(found.map(({ cells }) => cells.count)),
      milliseconds: span(times),
    });
    if (init === 'identity') {
      say('different maps to the output from the identity', '1 to 4', span(found.map(({ maps }) => maps)));
    }
  }
  const long = timed(untrained('length=50&hidden=64&lane=path,init:nprnn'));
  say(
    'regions, nprnn, hidden 64, length 50',
    '476, 0.2 s',
    `${long.cells.count}, ${long.milliseconds.toFixed(0)} ms`,
  );
  for (const [units, figure] of [
    [32, 1159],
    [64, 4468],
  ] as const) {
    const found = timed(randomSubject({ ...DEFAULTS, units, limit: 1 }));
    say(
      `regions, feedforward 2-${units}-${units}-1, random biases`,
      `about ${figure}`,
      `${found.cells.count}, ${found.milliseconds.toFixed(0)} ms`,
    );
    const subject = randomSubject({ ...DEFAULTS, units, limit: 1 });
    const parameters = subject.parameters.slice();
    for (const { kind, offset, rows } of subject.shape.matrices)
      if (kind === 'bias') parameters.fill(0, offset, offset + rows);
    say('the same with zero biases', '126 to 520', reach({ ...subject, parameters }, OPTIONS).cells.count);
  }
  for (const units of [5, 20, 64]) {
    const subject = randomSubject({ ...DEFAULTS, depth: 1, units, limit: 10 });
    say(
      `one layer of ${units}: regions`,
      `${arrangement(subject)}: 1 + lines + meetings`,
      reach(subject, OPTIONS).cells.count,
    );
  }
  const three = SEEDS.map((seed) =>
    timed(untrained(`length=20&seed=${seed}&lane=path,init:nprnn`, { third: 10 })),
  );
  say('regions with three free numbers, nprnn', '1200 to 5500, 0.1 to 0.6 s', {
    regions: span(three.map(({ cells }) => cells.count)),
    milliseconds: span(three.map(({ milliseconds }) => Math.round(milliseconds))),
    volume: three.map(({ covered }) => covered - 1),
  });
}

/** One layer's lines cut the square into 1 + those that cross it + their meetings inside. */
function arrangement({ shape, parameters }: Subject): number {
  const { hidden } = shape;
  const lines = Array.from({ length: hidden }, (_, unit) =>
    [parameters[2 * unit], parameters[2 * unit + 1], parameters[2 * hidden + unit]].map(Number),
  ) as [number, number, number][];
  const crossing = lines.filter(([a, b, c]) => Math.abs(a) + Math.abs(b) > Math.abs(c));
  const meetings = crossing.flatMap(([a, b, c], index) =>
    crossing.slice(index + 1).filter(([d, e, f]) => {
      const determinant = a * e - b * d;
      return Math.max(Math.abs(b * f - c * e), Math.abs(c * d - a * f)) < Math.abs(determinant);
    }),
  );
  return 1 + crossing.length + meetings.length;
}

/** Path-SGD beside clipped SGD, as trained; then what holds of all of these networks. */
async function training(): Promise<void> {
  for (const init of ['nprnn', 'gaussian']) {
    const counts: number[][] = [[], []];
    for (const seed of SEEDS) {
      const link = `length=20&seed=${seed}&lane=path,rate:0.1,init:${init}&lane=sgd,rate:0.1,init:${init}`;
      for (const [lane, parameters] of (await trained(link, 8000)).entries()) {
        const found = timed(laneOf(link, parameters, { lane: lane + 1 }));
        counts[lane]?.push(found.cells.count);
        checks(
          `${init}, seed ${seed}, ${lane === 0 ? 'path' : 'sgd'}`,
          laneOf(link, parameters, { lane: lane + 1 }),
          found,
        );
      }
    }
    say(
      `regions after 8000 steps from ${init}, rate 0.1, path`,
      init === 'nprnn' ? '355 to 2613' : '700 to 5000',
      counts[0],
    );
    say(
      `regions after 8000 steps from ${init}, rate 0.1, sgd`,
      init === 'nprnn' ? '9600 to 18100' : '12000 to 20000',
      counts[1],
    );
  }
}

/** What must hold of every network: areas, maps, rounding, rescaling, and the search in whole numbers. */
function checks(name: string, subject: Subject, found: Reach): void {
  const { cells } = found;
  let [map, single, smallest] = [0, 0, 1];
  for (let cell = 0; cell < cells.count; cell += Math.ceil(cells.count / 500)) {
    const points = cells.points.subarray(
      2 * (cells.starts[cell] as number),
      2 * (cells.starts[cell + 1] as number),
    );
    // A middle rounded to float32 leaves a region that is smaller than float32 tells apart.
    if (measure({ points: points.slice(), tight: null }, 2) < 1e-9) continue;
    const middle = centroid(points, 2).map(Math.fround);
    const mapped = valueAt(cells.outputs, 3 * cell, middle, 0, 2);
    map = Math.max(map, Math.abs(mapped - (replay(subject, middle, 'float64').outputs[0] as number)));
    single = Math.max(single, Math.abs(mapped - (replay(subject, middle, 'float32').outputs[0] as number)));
  }
  for (let cell = 0; cell < cells.count; cell++) {
    const points = cells.points.slice(
      2 * (cells.starts[cell] as number),
      2 * (cells.starts[cell + 1] as number),
    );
    smallest = Math.min(smallest, measure({ points, tight: null }, 2));
  }
  const exponents = Int32Array.from({ length: subject.shape.hidden }, (_, unit) => ((unit * 5) % 9) - 4);
  const factors = unbalanceFactors(subject.shape, exponents);
  const rescaled = reach(
    {
      ...subject,
      parameters: Float64Array.from(subject.parameters, (value, at) => value * (factors[at] as number)),
    },
    OPTIONS,
  );
  const same = (['points', 'outputs', 'patterns'] as const).every((key) =>
    Buffer.from(cells[key].buffer).equals(Buffer.from(rescaled.cells[key].buffer)),
  );
  const exact = exactReach(subject, OPTIONS.cap);
  say(
    `${name}: search`,
    'path 13 to 65 ms, sgd 200 to 550 ms; areas to 1e-14; maps to 4e-14; float32 3e-7 to 2e-6; smallest 1e-14; rescaled and in whole numbers the same',
    {
      regions: cells.count,
      milliseconds: Math.round(found.milliseconds),
      areas: found.covered - 1,
      mapError: map,
      float32Error: single,
      smallest,
      rescaledSameBits: same,
      samePatterns: comparePatterns(cells, exact).same,
      sameVerdict: exact.verdict === found.verdict,
      wholeNumbersMilliseconds: Math.round(exact.milliseconds),
    },
  );
}

/** Longer sequences: more regions, and more time. */
async function long(): Promise<void> {
  const link = 'length=50&lane=path,rate:0.003&lane=sgd,rate:0.01';
  for (const [lane, parameters] of (await trained(link, 8000)).entries()) {
    const found = reach(laneOf(link, parameters, { lane: lane + 1 }), OPTIONS);
    say(
      `trained, hidden 32, length 50, ${lane === 0 ? 'path' : 'sgd'}`,
      lane === 0 ? '16800, 1.8 s' : '75900, 4.9 s',
      `${found.cells.count}, ${(found.milliseconds / 1000).toFixed(1)} s`,
    );
  }
}

/** Random sequences that are all answered well prove nothing: the pairs of steps tell. */
async function sampling(): Promise<void> {
  const link = 'length=20&hidden=16&lane=path,rate:0.003,momentum:0.9';
  const experiment = experimentOf(link);
  const [parameters] = await trained(link, 40_000);
  if (!parameters) throw new Error('no lane');
  const batch = 1000;
  const shape = shapeOf({ ...experiment, batch });
  const network = new PlainNetwork(shape, 'float32');
  let [worst, squares] = [0, 0];
  for (let part = 0; part < 50; part++) {
    const { seed, length, terms } = experiment;
    const request = {
      seed,
      stream: STREAM.heldOut,
      step: 0,
      batch,
      firstSequence: part * batch,
      length,
      terms,
      data: null,
    };
    const { inputs, targets } = adding.makeBatch(request);
    network.forward(Float64Array.from(parameters), Float64Array.from(inputs), batch, RELU_LANE, null);
    for (const [b, target] of targets.entries()) {
      const error = Math.abs((network.outputs[b] as number) - target);
      worst = Math.max(worst, error);
      squares += error * error;
    }
  }
  say('path, hidden 16: largest error of 50,000 random sequences', '0.032, mean square 3e-5', {
    worst,
    meanSquare: squares / 50_000,
  });
  const pairs = [...answersForPairs(experiment, null, parameters, DEFAULTS)];
  const verified = pairs.filter(({ verdict }) => verdict === 'VERIFIED').length;
  const most = pairs.reduce((a, b) => (b.excess > a.excess ? b : a));
  say(
    'pairs of steps verified, of 100; the worst pair',
    '99; steps 10 and 11, error 0.0449, unsafe area 2.4e-4',
    {
      verified,
      steps: [most.first, most.second],
      error: most.excess + DEFAULTS.limit,
      unsafe: most.unsafe,
    },
  );
  const failing = shareOfFailures(
    laneOf(link, parameters, { first: most.first, second: most.second }),
    20_000,
  );
  say('the same area by random points', '2.2e-4', failing);
  const tightest = pairs
    .filter(({ verdict }) => verdict === 'VERIFIED')
    .reduce((a, b) => (b.excess > a.excess ? b : a));
  const { first, second, excess } = tightest;
  say(
    `random points of 10,000 that contradict the tightest verified pair, margin ${(-excess).toPrecision(3)}`,
    '0',
    {
      steps: [first, second],
      contradict: shareOfFailures(laneOf(link, parameters, { first, second }), 10_000),
    },
  );
}

/** The share of random points at which the property fails in the engine's own forward pass. */
function shareOfFailures(subject: Subject, points: number): number {
  const words = new Uint32Array(4);
  let fails = 0;
  for (let draw = 0; draw < points; draw++) {
    randomWords(1, STREAM.sampling, 0, draw, words);
    const point = [uniformFromWord(words[0] as number), uniformFromWord(words[1] as number)];
    if (replay(subject, point, 'float64').excesses.some((excess) => excess > 0)) fails++;
  }
  return fails / points;
}

const PARTS = { random, training, long, sampling };
const wanted = process.argv.slice(2);
for (const [name, part] of Object.entries(PARTS)) {
  if (wanted.length === 0 || wanted.includes(name)) await part();
}
