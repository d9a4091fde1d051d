import type { Draws } from '../engine/initialise.ts';
import { copyNetwork, emptyNetwork, type Network, type Samples } from './network.ts';

/** Samples of a step. */
export const BATCH = 32;
/** Largest norm of SGD's gradient, and of Path-SGD's step in its own measure, as the lanes of the playground have it. */
const CLIP = 1;

/**
 * Where both students start: w_i of N(0, 1/inputs), a_i of N(0, 1/units), b_i = 0; then the units are unbalanced, which does
 * not change the function: w_i and b_i times a factor, a_i over it, the factor log-normal.
 * @param unbalance standard deviation of the factor's logarithm
 */
export function drawStart(inputs: number, units: number, unbalance: number, draws: Draws): Network {
  const start = emptyNetwork(inputs, units);
  const { a, w } = start;
  for (let place = 0; place < w.length; place++) w[place] = draws.normal() / Math.sqrt(inputs);
  for (let unit = 0; unit < units; unit++) a[unit] = draws.normal() / Math.sqrt(units);
  if (unbalance === 0) return start;
  for (let unit = 0; unit < units; unit++) {
    const factor = Math.exp(unbalance * draws.normal());
    a[unit] = (a[unit] as number) / factor;
    for (let place = unit * inputs; place < (unit + 1) * inputs; place++)
      w[place] = (w[place] as number) * factor;
  }
  return start;
}

/** The samples of a step, drawn with replacement. */
export function drawBatch(draws: Draws, count: number, batch: Uint32Array): void {
  for (let place = 0; place < batch.length; place++) batch[place] = draws.word() % count;
}

/**
 * The gradient of the mean squared error over a batch.
 * @param batch numbers of samples
 * @param gradient receives it, in the network's shapes
 * @returns the mean squared error
 */
export function lossAndGradient(
  network: Network,
  { x, y }: Samples,
  batch: Uint32Array,
  gradient: Network,
): number {
  const { inputs, units, a, w, b } = network;
  const z = new Float64Array(units);
  gradient.a.fill(0);
  gradient.w.fill(0);
  gradient.b.fill(0);
  let loss = 0;
  for (const sample of batch) {
    const at = sample * inputs;
    let error = -(y[sample] as number);
    for (let unit = 0; unit < units; unit++) {
      let sum = b[unit] as number;
      for (let input = 0; input < inputs; input++) {
        sum += (w[unit * inputs + input] as number) * (x[at + input] as number);
      }
      z[unit] = sum;
      if (sum > 0) error += (a[unit] as number) * sum;
    }
    loss += (error * error) / batch.length;
    const factor = (2 * error) / batch.length;
    for (let unit = 0; unit < units; unit++) {
      const state = z[unit] as number;
      if (!(state > 0)) continue;
      gradient.a[unit] = (gradient.a[unit] as number) + factor * state;
      const back = factor * (a[unit] as number);
      gradient.b[unit] = (gradient.b[unit] as number) + back;
      for (let input = 0; input < inputs; input++) {
        const place = unit * inputs + input;
        gradient.w[place] = (gradient.w[place] as number) + back * (x[at + input] as number);
      }
    }
  }
  return loss;
}

const squares = (numbers: Float64Array): number => numbers.reduce((sum, value) => sum + value * value, 0);

/** p <- p - rate g, the gradient's norm clipped to 1. */
export function sgdStep(network: Network, gradient: Network, rate: number): void {
  const norm = Math.sqrt(squares(gradient.a) + squares(gradient.w) + squares(gradient.b));
  const factor = rate * Math.min(1, CLIP / norm);
  for (const key of ['a', 'w', 'b'] as const) {
    for (const [place, value] of gradient[key].entries()) {
      if (value !== 0) network[key][place] = (network[key][place] as number) - factor * value;
    }
  }
}

/**
 * p <- p - rate g / kappa, where kappa adds up the squared weights of all paths through a parameter, without its own: a_i^2
 * for w_i and b_i, |w_i|^2 + b_i^2 for a_i. What has no path takes no step. The step is clipped to length 1 in the measure
 * that kappa defines, before the rate. Neyshabur, Salakhutdinov, Srebro, "Path-SGD" (NIPS 2015).
 */
export function pathStep(network: Network, gradient: Network, rate: number): void {
  const { inputs, units, a, w, b } = network;
  const kappaIn = a.map((value) => value * value);
  const kappaOut = b.map(
    (bias, unit) => bias * bias + squares(w.subarray(unit * inputs, (unit + 1) * inputs)),
  );
  let square = 0;
  for (let unit = 0; unit < units; unit++) {
    const incoming =
      squares(gradient.w.subarray(unit * inputs, (unit + 1) * inputs)) + (gradient.b[unit] as number) ** 2;
    if ((kappaIn[unit] as number) > 0) square += incoming / (kappaIn[unit] as number);
    if ((kappaOut[unit] as number) > 0)
      square += (gradient.a[unit] as number) ** 2 / (kappaOut[unit] as number);
  }
  const factor = square > 0 ? rate * Math.min(1, CLIP / Math.sqrt(square)) : 0;
  for (let unit = 0; unit < units; unit++) {
    const out = kappaOut[unit] as number;
    if (out > 0) a[unit] = (a[unit] as number) - (factor * (gradient.a[unit] as number)) / out;
    const into = kappaIn[unit] as number;
    if (!(into > 0)) continue;
    b[unit] = (b[unit] as number) - (factor * (gradient.b[unit] as number)) / into;
    for (let place = unit * inputs; place < (unit + 1) * inputs; place++) {
      w[place] = (w[place] as number) - (factor * (gradient.w[place] as number)) / into;
    }
  }
}

/** A network in training. */
export interface Student {
  readonly network: Network;
  /** Room for its gradient. */
  readonly gradient: Network;
  /** Changes the network by its gradient. */
  readonly step: (network: Network, gradient: Network) => void;
  /** The step whose loss was not a finite number: from then on it rests. */
  stoppedAt: number | null;
}

/** A student at a start of its own copy. */
export const studentFrom = (start: Network, step: Student['step']): Student => ({
  network: copyNetwork(start),
  gradient: emptyNetwork(start.inputs, start.units),
  step,
  stoppedAt: null,
});

/** One step of every student that still trains, all on the same batch. */
export function trainStep(
  students: readonly Student[],
  samples: Samples,
  batch: Uint32Array,
  step: number,
): void {
  for (const student of students) {
    if (student.stoppedAt !== null) continue;
    const loss = lossAndGradient(student.network, samples, batch, student.gradient);
    if (Number.isFinite(loss)) student.step(student.network, student.gradient);
    else student.stoppedAt = step;
  }
}
