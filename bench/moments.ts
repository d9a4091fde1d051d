/**
 * Measures again what the room "Teacher and students" states: npx tsx bench/moments.ts [part ...], parts being exact, default,
 * flattened, samples, failures, training, rates; all but `rates` without a name. Prints a line of JSON for each figure.
 */
import { median } from '../src/engine/benchmark.ts';
import { compareNetworks } from '../src/moments/compare.ts';
import { hermiteBasis } from '../src/moments/hermite.ts';
import { meanSquaredError, type Network, type Samples, variance } from '../src/moments/network.ts';
import { polish } from '../src/moments/polish.ts';
import { recoverNetwork } from '../src/moments/recover.ts';
import { DEFAULT_MOMENTS, type MomentsSettings } from '../src/moments/settings.ts';
import { flattenedSlices, plainSlices, spectrumOf } from '../src/moments/slices.ts';
import { drawHeldOut, drawSamples, drawsFor, drawTeacher } from '../src/moments/teacher.ts';
import { controlVariates, exactTensors, leastSquares, type Tensors } from '../src/moments/tensors.ts';
import {
  BATCH,
  drawBatch,
  drawStart,
  pathStep,
  sgdStep,
  studentFrom,
  trainStep,
} from '../src/moments/train.ts';

const print = (figure: string, expected: string | number, got: string | number): void =>
  console.log(JSON.stringify({ figure, expected, got }));

/** What a generator returns. */
function resultOf<Result>(generator: Generator<unknown, Result>): Result {
  for (;;) {
    const { value, done } = generator.next();
    if (done) return value;
  }
}

/** Settings of teachers one after another, each with a seed of its own. */
const settingsFor = (changes: Partial<MomentsSettings>, seed: number): MomentsSettings => ({
  ...DEFAULT_MOMENTS,
  ...changes,
  seed,
});
const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

interface Problem {
  readonly settings: MomentsSettings;
  readonly teacher: Network;
  readonly samples: Samples;
  readonly heldOut: Samples;
}

function problemOf(settings: MomentsSettings): Problem {
  const teacher = drawTeacher(settings);
  return {
    settings,
    teacher,
    samples: drawSamples(settings, teacher),
    heldOut: drawHeldOut(settings, teacher),
  };
}

const relative = (network: Network, { heldOut }: Problem): number =>
  meanSquaredError(network, heldOut) / variance(heldOut);

function estimated({ settings, samples }: Problem): Tensors {
  const basis = hermiteBasis(settings.inputs, 4);
  return resultOf((settings.tensors === 'controlvariates' ? controlVariates : leastSquares)(basis, samples));
}

/** From the tensors, with the number of units told. */
function fromMoments(problem: Problem): Network | null {
  const tensors = estimated(problem);
  const slices = plainSlices(tensors);
  const { units, seed } = problem.settings;
  return recoverNetwork(tensors, slices, spectrumOf(slices), units, drawsFor(seed, 'mixing'));
}

/** Relative held-out errors of many teachers after moments and polish. */
function polishedErrors(changes: Partial<MomentsSettings>, count: number): number[] {
  return numbers(count).map((seed) => {
    const problem = problemOf(settingsFor(changes, seed));
    const found = fromMoments(problem);
    return found ? relative(resultOf(polish(found, problem.samples)), problem) : Number.POSITIVE_INFINITY;
  });
}

const RECOVERED = 1e-6;
const recovered = (errors: readonly number[]): number => errors.filter((error) => error < RECOVERED).length;

function exact(): void {
  let worst = 0;
  for (const [inputs, units] of [
    [4, 4],
    [6, 4],
    [6, 6],
    [8, 6],
    [10, 6],
  ] as const) {
    for (const seed of numbers(5)) {
      const settings = settingsFor({ inputs, units }, seed);
      const teacher = drawTeacher(settings);
      // What is hardest: units that are missing in T_3 and in T_4.
      teacher.b[0] = 0;
      teacher.b[1] = 1;
      const tensors = exactTensors(teacher, hermiteBasis(inputs, 4));
      const slices = plainSlices(tensors);
      const found = recoverNetwork(tensors, slices, spectrumOf(slices), units, drawsFor(seed, 'mixing'));
      const error = found ? compareNetworks(found, teacher).largestError : null;
      worst = Math.max(worst, error ?? Number.POSITIVE_INFINITY);
    }
  }
  print(
    'exact tensors, largest error of a parameter, 25 teachers with b = 0 and 1 among them',
    '7e-15',
    worst,
  );
}

function flattened(): void {
  for (const [inputs, units] of [
    [3, 5],
    [4, 8],
    [5, 10],
  ] as const) {
    const errors = numbers(5).map((seed) => {
      const teacher = drawTeacher(settingsFor({ inputs, units, tensors: 'exact' }, seed));
      const tensors = exactTensors(teacher, hermiteBasis(inputs, 6));
      const slices = flattenedSlices(tensors);
      const spectrum = spectrumOf(slices);
      const found = recoverNetwork(tensors, slices, spectrum, spectrum.units, drawsFor(seed, 'mixing'));
      return found ? (compareNetworks(found, teacher).largestError ?? Number.NaN) : Number.NaN;
    });
    print(
      `m > d from exact tensors, (d, m) = (${inputs}, ${units}), largest error of 5 teachers`,
      '2e-14',
      Math.max(...errors),
    );
    print(`the same, median`, '2e-14', median(errors));
  }
}

/** Relative error of the tensors of orders 3 and 4. */
function tensorErrors(tensors: Problem['settings']['tensors']): string {
  const errors = numbers(5).map((seed) => {
    const problem = problemOf(settingsFor({ tensors }, seed));
    const found = estimated(problem);
    const wanted = exactTensors(problem.teacher, found.basis);
    return [3, 4].map((order) => {
      let wrong = 0;
      let all = 0;
      for (
        let index = found.basis.starts[order] as number;
        index < (found.basis.starts[order + 1] as number);
        index++
      ) {
        const weight = 1 / (found.basis.factorials[index] as number);
        wrong += weight * ((found.values[index] as number) - (wanted.values[index] as number)) ** 2;
        all += weight * (wanted.values[index] as number) ** 2;
      }
      return Math.sqrt(wrong / all);
    });
  });
  return [0, 1].map((place) => median(errors.map((pair) => pair[place] as number)).toFixed(2)).join(', ');
}

function byDefault(): void {
  print(
    'relative error of T_3, T_4 by control variates, d 6, n 1e4, median of 5',
    '.20, .46',
    tensorErrors('controlvariates'),
  );
  print(
    'relative error of T_3, T_4 by least squares, d 6, n 1e4, median of 5',
    '.16, .30',
    tensorErrors('leastsquares'),
  );
  const problems = numbers(20).map((seed) => problemOf(settingsFor({}, seed)));
  const told = problems.filter((problem) => spectrumOf(plainSlices(estimated(problem))).units === 4).length;
  print('default size, number of units read off the singular values, of 20', '(not stated)', told);
  print('default size, recovered after the polish, of 20', 20, recovered(polishedErrors({}, 20)));
}

function samplesNeeded(): void {
  const cases = [
    [4, 2, 1000, 10],
    [4, 4, 1000, 10],
    [6, 4, 1000, 8],
    [6, 4, 3000, 9],
    [6, 4, 10_000, 10],
    [6, 6, 1000, 3],
    [6, 6, 3000, 4],
    [6, 6, 10_000, 7],
    [6, 6, 30_000, 8],
    [8, 6, 1000, 5],
    [8, 6, 3000, 8],
    [8, 6, 10_000, 9],
    [10, 6, 3000, 6],
    [10, 6, 10_000, 10],
  ] as const;
  for (const [inputs, units, samples, expected] of cases) {
    const got = recovered(polishedErrors({ inputs, units, samples }, 10));
    print(`recovered of 10, (d, m) = (${inputs}, ${units}), n = ${samples}`, expected, got);
  }
}

function failures(): void {
  const finished = recovered(polishedErrors({ distribution: 'uniform' }, 20));
  print('uniform inputs, n 1e4, recovered of 20 after the polish', '19-20', finished);
  const cosines = numbers(3).map((seed) => {
    const problem = problemOf(settingsFor({ distribution: 'uniform', samples: 100_000 }, seed));
    const found = fromMoments(problem);
    if (!found) return 0;
    const { cosines, partners } = compareNetworks(found, problem.teacher);
    const { units } = problem.teacher;
    return Math.min(...partners.map((unit, of) => Math.abs(cosines[(unit ?? 0) * units + of] as number)));
  });
  print('uniform inputs, n 1e5, worst cosine before the polish, 3 teachers', '.475', Math.min(...cosines));
  for (const [singular, expected] of [
    [0.05, 3],
    [0.1, 8],
  ] as const) {
    print(
      `smallest singular value ${singular}, recovered of 10`,
      expected,
      recovered(polishedErrors({ singular }, 10)),
    );
  }
  print('biases up to 3, recovered of 10', 8, recovered(polishedErrors({ bias: 3 }, 10)));
  const errors = numbers(10).map((seed) => {
    const problem = problemOf(settingsFor({ noise: 0.1 }, seed));
    const found = fromMoments(problem);
    const { largestError } = compareNetworks(
      found ? resultOf(polish(found, problem.samples)) : problem.teacher,
      problem.teacher,
    );
    return largestError ?? Number.POSITIVE_INFINITY;
  });
  print('label noise 10 %, largest error of a parameter, median of 10', '.009', median(errors));
}

type Optimizer = 'sgd' | 'path';
const STEPS: Readonly<Record<Optimizer, typeof sgdStep>> = { sgd: sgdStep, path: pathStep };

/** The held-out error of a student after 20,000 steps. */
function trained(problem: Problem, optimizer: Optimizer, width: number, rate: number): number {
  const { inputs, units, unbalance, seed, steps } = problem.settings;
  const start = drawStart(inputs, units * width, unbalance, drawsFor(seed, 'start'));
  const student = studentFrom(start, (network, gradient) => STEPS[optimizer](network, gradient, rate));
  const draws = drawsFor(seed, 'batches');
  const batch = new Uint32Array(BATCH);
  for (let step = 1; step <= steps; step++) {
    drawBatch(draws, problem.samples.count, batch);
    trainStep([student], problem.samples, batch, step);
  }
  const error = relative(student.network, problem);
  return Number.isFinite(error) ? error : Number.POSITIVE_INFINITY;
}

const OPTIMIZERS = ['sgd', 'path'] as const;
const WIDTHS = [1, 2, 4] as const;

function rates(): void {
  for (const width of WIDTHS) {
    for (const optimizer of OPTIMIZERS) {
      for (const rate of [0.03, 0.1, 0.2, 0.3, 0.5]) {
        const errors = numbers(10).map((seed) =>
          trained(problemOf(settingsFor({}, seed)), optimizer, width, rate),
        );
        print(
          `${optimizer}, width ${width}m, rate ${rate}: recovered of 10; median error`,
          '',
          `${recovered(errors)}; ${median(errors).toExponential(1)}`,
        );
      }
    }
  }
}

function training(): void {
  const table = [
    [4, 2, 12, '16/20/17', '8/13/18'],
    [4, 4, 6, '12/15/11', '7/15/12'],
    [6, 4, 9, '12/17/16', '5/14/14'],
    [8, 6, 3, '9/18/12', '3/14/14'],
    [10, 6, 5, '5/16/17', '4/15/20'],
  ] as const;
  for (const [inputs, units, chance, sgd, path] of table) {
    const name = `of 20, (d, m) = (${inputs}, ${units})`;
    const problems = numbers(20).map((seed) => problemOf(settingsFor({ inputs, units }, seed)));
    const random = problems.map((problem) => {
      const start = drawStart(inputs, units, 0, drawsFor(problem.settings.seed, 'randomPolish'));
      return relative(resultOf(polish(start, problem.samples)), problem);
    });
    print(`polish from a random start, recovered ${name}`, chance, recovered(random));
    for (const [optimizer, expected] of [
      ['sgd', sgd],
      ['path', path],
    ] as const) {
      const counts = WIDTHS.map((width) =>
        recovered(problems.map((problem) => trained(problem, optimizer, width, DEFAULT_MOMENTS[optimizer]))),
      );
      print(
        `${optimizer} width m/2m/4m, rate ${DEFAULT_MOMENTS[optimizer]}, recovered ${name}`,
        expected,
        counts.join('/'),
      );
    }
  }
  for (const [optimizer, expected] of [
    ['sgd', '20 -> 12'],
    ['path', '14 -> 14'],
  ] as const) {
    const below = [0, 1.5].map((unbalance) => {
      const errors = numbers(20).map((seed) =>
        trained(problemOf(settingsFor({ unbalance }, seed)), optimizer, 2, DEFAULT_MOMENTS[optimizer]),
      );
      return errors.filter((error) => error < 1e-3).length;
    });
    print(
      `${optimizer}, balanced and unbalanced start, width 8: below 1e-3 of 20`,
      expected,
      below.join(' -> '),
    );
  }
}

const PARTS = { exact, flattened, default: byDefault, samples: samplesNeeded, failures, training, rates };
const wanted = process.argv.slice(2);
for (const [name, part] of Object.entries(PARTS)) {
  if (wanted.length > 0 ? wanted.includes(name) : name !== 'rates') part();
}
