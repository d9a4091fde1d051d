import { Matrix, SVD } from 'ml-matrix';
import { Draws } from '../engine/initialise.ts';
import { STREAM } from '../experiment/philox.ts';
import { emptyNetwork, evaluate, type Network, type Samples, variance } from './network.ts';
import type { MomentsSettings } from './settings.ts';

/** What random numbers of the room are for: each purpose has draws of its own. */
export const PURPOSE = {
  teacher: 0,
  inputs: 1,
  noise: 2,
  heldOut: 3,
  start: 4,
  batches: 5,
  mixing: 6,
  randomPolish: 7,
} as const;

/** Random numbers of a purpose, the same on every machine. */
export const drawsFor = (seed: number, purpose: keyof typeof PURPOSE): Draws =>
  new Draws(seed, STREAM.moments, PURPOSE[purpose]);

/** Outgoing weights of a teacher: their sizes. */
const SMALLEST_OUT = 0.5;
const LARGEST_OUT = 1.5;
/** Where the visitor does not say otherwise the weights of a teacher are this far from dependent, at least. */
export const APART = 0.2;
const MOST_DRAWS = 20_000;
const BISECTIONS = 60;

/** A direction uniform on the sphere, written to `row`. */
function drawDirection(draws: Draws, row: Float64Array): void {
  for (let input = 0; input < row.length; input++) row[input] = draws.normal();
  const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
  for (let input = 0; input < row.length; input++) row[input] = (row[input] as number) / length;
}

/**
 * How far the incoming weights of a network are from being dependent, seen by the moments that learn it: the smallest
 * singular value of the vectors w_i, or with more units than inputs of the products w_i w_i^T.
 */
export function smallestSingularValue({ inputs, units, w }: Network): number {
  const rows = Array.from({ length: units }, (_, unit) => {
    const row = w.subarray(unit * inputs, (unit + 1) * inputs);
    return units <= inputs
      ? row
      : Float64Array.from({ length: inputs * inputs }, (_, place) => {
          return (row[Math.floor(place / inputs)] as number) * (row[place % inputs] as number);
        });
  });
  return new SVD(new Matrix(rows.map((row) => [...row])), { autoTranspose: true }).diagonal.at(-1) ?? 0;
}

/**
 * The hidden network: directions uniform on the sphere, outgoing weights of size 0.5 to 1.5 and either sign, biases uniform
 * within the setting `bias`. Directions are drawn anew until they are 0.2 from dependent; where the setting `singular` asks
 * for less, the last is turned towards the first until that is what is left.
 * @throws Error where no such network is found
 */
export function drawTeacher({ inputs, units, bias, singular, seed }: MomentsSettings): Network {
  const draws = drawsFor(seed, 'teacher');
  const teacher = emptyNetwork(inputs, units);
  const { a, w, b } = teacher;
  const row = (unit: number): Float64Array => w.subarray(unit * inputs, (unit + 1) * inputs);
  for (let tries = 0; ; tries++) {
    for (let unit = 0; unit < units; unit++) drawDirection(draws, row(unit));
    if (smallestSingularValue(teacher) >= APART) break;
    if (tries === MOST_DRAWS) {
      throw new Error(
        `No ${units} directions of ${inputs} inputs were found that are far from dependent: take fewer units.`,
      );
    }
  }
  for (let unit = 0; unit < units; unit++) {
    const size = SMALLEST_OUT + ((LARGEST_OUT - SMALLEST_OUT) * (draws.uniform() + 1)) / 2;
    a[unit] = draws.uniform() < 0 ? -size : size;
    b[unit] = bias * draws.uniform();
  }
  if (singular > 0 && units > 1) turnTogether(teacher, singular);
  return teacher;
}

/** Turns the last direction towards the first until the smallest singular value is what is wished, where it was larger. */
function turnTogether(teacher: Network, wished: number): void {
  if (smallestSingularValue(teacher) <= wished) return;
  const { inputs, units, w } = teacher;
  const first = w.slice(0, inputs);
  const last = w.slice((units - 1) * inputs);
  const turn = (share: number): void => {
    const turned = last.map((value, input) => (1 - share) * value + share * (first[input] as number));
    const length = Math.sqrt(turned.reduce((sum, value) => sum + value * value, 0));
    w.set(
      turned.map((value) => value / length),
      (units - 1) * inputs,
    );
  };
  let low = 0;
  let high = 1;
  for (let k = 0; k < BISECTIONS; k++) {
    const middle = (low + high) / 2;
    turn(middle);
    if (smallestSingularValue(teacher) > wished) low = middle;
    else high = middle;
  }
  turn(low);
}

/** Uniform inputs reach as far as gives them variance 1. */
const UNIFORM_REACH = Math.sqrt(3);

function drawInputs({ inputs, distribution }: MomentsSettings, draws: Draws, count: number): Float64Array {
  const draw = distribution === 'gaussian' ? () => draws.normal() : () => UNIFORM_REACH * draws.uniform();
  const x = new Float64Array(count * inputs);
  for (let place = 0; place < x.length; place++) x[place] = draw();
  return x;
}

function answers(teacher: Network, x: Float64Array, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, sample) => evaluate(teacher, x, sample * teacher.inputs));
}

/** What all students learn from; noise is added to the labels, in standard deviations of the teacher. */
export function drawSamples(settings: MomentsSettings, teacher: Network): Samples {
  const count = settings.samples;
  const x = drawInputs(settings, drawsFor(settings.seed, 'inputs'), count);
  const y = answers(teacher, x, count);
  const deviation = settings.noise * Math.sqrt(variance({ count, x, y }));
  if (deviation > 0) {
    const draws = drawsFor(settings.seed, 'noise');
    for (let sample = 0; sample < count; sample++)
      y[sample] = (y[sample] as number) + deviation * draws.normal();
  }
  return { count, x, y };
}

/** Samples of the held-out set. */
export const HELD_OUT = 2000;

/** Fresh inputs of the same distribution with what the teacher says, without noise. */
export function drawHeldOut(settings: MomentsSettings, teacher: Network): Samples {
  const x = drawInputs(settings, drawsFor(settings.seed, 'heldOut'), HELD_OUT);
  return { count: HELD_OUT, x, y: answers(teacher, x, HELD_OUT) };
}
