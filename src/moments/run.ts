import { type Comparison, compareNetworks } from './compare.ts';
import { hermiteBasis } from './hermite.ts';
import { meanSquaredError, type Network, type Samples, variance } from './network.ts';
import { polish } from './polish.ts';
import { recoverNetwork } from './recover.ts';
import type { MomentsSettings } from './settings.ts';
import { flattenedSlices, plainSlices, type Slices, type Spectrum, spectrumOf } from './slices.ts';
import { drawHeldOut, drawSamples, drawsFor, drawTeacher } from './teacher.ts';
import { controlVariates, exactTensors, leastSquares, type Tensors } from './tensors.ts';
import { BATCH, drawBatch, drawStart, pathStep, sgdStep, studentFrom, trainStep } from './train.ts';

/** What the run is at. */
export type Stage = 'samples' | 'moments' | 'polish' | 'training' | 'done';

/** A student that has learned. */
export interface StudentReport extends Comparison {
  readonly network: Network;
  /** Mean squared error on the held-out set, over the variance of the teacher there. */
  readonly heldOut: number;
  /** From the samples on. */
  readonly seconds: number;
}

/** The singular values that tell how many units the teacher has. */
export interface SpectrumReport {
  readonly values: Float64Array;
  readonly floor: number;
  /** Values above the floor. */
  readonly units: number;
  /** Units that were looked for. */
  readonly used: number;
  /** Whether they are of T_4 to T_6 as matrices on pairs of inputs, or of the slices of T_2 to T_4. */
  readonly flattened: boolean;
}

/** Held-out errors of the students in training, as `StudentReport` has them. */
export interface CurvePoint {
  readonly step: number;
  readonly sgd: number | null;
  readonly path: number | null;
}

/** Everything that a run has found out so far. */
export interface MomentsState {
  readonly stage: Stage;
  /** Of the stage. */
  readonly share: number;
  readonly teacher: Network | null;
  readonly spectrum: SpectrumReport | null;
  /** From the moments alone. */
  readonly moments: StudentReport | null;
  /** After least squares on all parameters. */
  readonly polished: StudentReport | null;
  /** The same least squares from a random start: what the moments are good for. */
  readonly chance: StudentReport | null;
  /** Why the moments gave no student. */
  readonly problem: string | null;
  readonly curve: readonly CurvePoint[];
  readonly sgd: StudentReport | null;
  readonly path: StudentReport | null;
}

export const EMPTY_STATE: MomentsState = {
  stage: 'samples',
  share: 0,
  teacher: null,
  spectrum: null,
  moments: null,
  polished: null,
  chance: null,
  problem: null,
  curve: [],
  sgd: null,
  path: null,
};

/** What has changed since the last report. */
export type MomentsChange = Partial<MomentsState>;

/** Seconds since a moment. */
const since = (start: number): number => (performance.now() - start) / 1000;

/**
 * The whole comparison: a hidden teacher, samples of it, and the students that learn from them. The same settings give the
 * same run. Yields what has changed, several times a second.
 * @throws Error where no teacher is found
 */
export function* runMoments(settings: MomentsSettings): Generator<MomentsChange> {
  const teacher = drawTeacher(settings);
  yield { stage: 'samples', share: 0, teacher };
  const samples = drawSamples(settings, teacher);
  const heldOut = drawHeldOut(settings, teacher);
  const scale = variance(heldOut);
  const report = (network: Network, start: number): StudentReport => ({
    network,
    heldOut: meanSquaredError(network, heldOut) / scale,
    ...compareNetworks(network, teacher),
    seconds: since(start),
  });
  yield* learnFromMoments(settings, teacher, samples, report);
  yield* train(settings, samples, report);
  yield { stage: 'done', share: 1 };
}

type Report = (network: Network, start: number) => StudentReport;

/** Tensors, decomposition and polish; and the polish without them. */
function* learnFromMoments(
  settings: MomentsSettings,
  teacher: Network,
  samples: Samples,
  report: Report,
): Generator<MomentsChange> {
  const start = performance.now();
  let found: Network | null = null;
  try {
    const tensors = yield* tensorsFor(settings, teacher, samples);
    found = yield* decompose(settings, teacher, tensors);
  } catch (error) {
    yield { problem: error instanceof Error ? error.message : String(error) };
  }
  if (found) {
    yield { moments: report(found, start), stage: 'polish', share: 0 };
    yield { polished: report(yield* polished(found, samples), start) };
  }
  const { inputs, units, seed } = settings;
  const random = drawStart(inputs, found?.units ?? units, 0, drawsFor(seed, 'randomPolish'));
  const again = performance.now();
  yield { stage: 'polish', share: 0.5, chance: report(yield* polished(random, samples), again) };
}

function* tensorsFor(
  settings: MomentsSettings,
  teacher: Network,
  samples: Samples,
): Generator<MomentsChange, Tensors> {
  const basis = hermiteBasis(settings.inputs, 4);
  if (settings.tensors === 'exact') return exactTensors(teacher, basis);
  const estimate = (settings.tensors === 'leastsquares' ? leastSquares : controlVariates)(basis, samples);
  for (;;) {
    const { value, done } = estimate.next();
    if (done) return value;
    yield { stage: 'moments', share: value };
  }
}

function* decompose(
  settings: MomentsSettings,
  teacher: Network,
  plainTensors: Tensors,
): Generator<MomentsChange, Network> {
  const { inputs, look, seed } = settings;
  let tensors = plainTensors;
  let slices: Slices = plainSlices(tensors);
  let spectrum: Spectrum = spectrumOf(slices);
  let flattened = false;
  // As many units as inputs, or more of them: these slices cannot tell.
  if (settings.tensors === 'exact' && spectrum.units === inputs) {
    const higher = exactTensors(teacher, hermiteBasis(inputs, 6));
    const pairs = flattenedSlices(higher);
    const seen = spectrumOf(pairs);
    flattened = Math.max(seen.units, look) > inputs;
    if (flattened) [tensors, slices, spectrum] = [higher, pairs, seen];
  }
  const units = Math.min(look === 0 ? spectrum.units : look, slices.size);
  const { values, floor } = spectrum;
  yield { spectrum: { values, floor, units: spectrum.units, used: units, flattened } };
  if (units === 0) throw new Error('No unit stands out of the noise: take more samples.');
  const network = recoverNetwork(tensors, slices, spectrum, units, drawsFor(seed, 'mixing'));
  if (!network) throw new Error(`The moments are not those of ${units} units: look for another number.`);
  return network;
}

/** Steps of the polish between two reports. */
const POLISH_REPORT = 5;

function* polished(from: Network, samples: Samples): Generator<MomentsChange, Network> {
  const steps = polish(from, samples);
  for (;;) {
    const { value, done } = steps.next();
    if (done) return value;
    if (value.step % POLISH_REPORT === 0) yield { stage: 'polish' };
  }
}

/** Points of a curve. */
const POINTS = 200;

/** SGD and Path-SGD from the same start on the same batches. */
function* train(settings: MomentsSettings, samples: Samples, report: Report): Generator<MomentsChange> {
  const { inputs, units, width, unbalance, seed, steps, sgd, path } = settings;
  const begin = performance.now();
  const start = drawStart(inputs, units * Number(width), unbalance, drawsFor(seed, 'start'));
  const students = {
    sgd: studentFrom(start, (network, gradient) => sgdStep(network, gradient, sgd)),
    path: studentFrom(start, (network, gradient) => pathStep(network, gradient, path)),
  };
  const draws = drawsFor(seed, 'batches');
  const batch = new Uint32Array(BATCH);
  const every = Math.max(1, Math.ceil(steps / POINTS));
  const curve: CurvePoint[] = [];
  for (let step = 0; step <= steps; step++) {
    if (step > 0) {
      drawBatch(draws, samples.count, batch);
      trainStep([students.sgd, students.path], samples, batch, step);
    }
    if (step % every !== 0 && step !== steps) continue;
    const reports = { sgd: report(students.sgd.network, begin), path: report(students.path.network, begin) };
    const seen = (key: 'sgd' | 'path'): number | null =>
      students[key].stoppedAt === null && Number.isFinite(reports[key].heldOut) ? reports[key].heldOut : null;
    curve.push({ step, sgd: seen('sgd'), path: seen('path') });
    yield { stage: 'training', share: steps > 0 ? step / steps : 1, curve: [...curve], ...reports };
  }
}
