import type { Draws } from '../engine/initialise.ts';
import { commonVectors, gramOf, solveSmall } from './decompose.ts';
import { unitCoefficient } from './hermite.ts';
import { emptyNetwork, type Network } from './network.ts';
import { directionOfPair, type Slices, type Spectrum } from './slices.ts';
import { entry, type Tensors } from './tensors.ts';

/**
 * The network whose Hermite tensors are given: directions from the slices, sizes and biases from the orders from 2 on, signs
 * from the orders 1 and 0. Awasthi, Tang, Vijayaraghavan, arXiv:2107.10209.
 * @param slices of the tensors, plain or flattened
 * @param units how many to look for
 * @returns every |w_i| is 1; null where the slices gave no directions
 */
export function recoverNetwork(
  tensors: Tensors,
  slices: Slices,
  spectrum: Spectrum,
  units: number,
  draws: Draws,
): Network | null {
  const { inputs } = tensors.basis;
  if (units < 1 || units > slices.size) return null;
  const vectors = commonVectors(slices, spectrum, units, draws);
  if (!vectors) return null;
  const network = emptyNetwork(inputs, units);
  for (let unit = 0; unit < units; unit++) {
    const vector = vectors.subarray(unit * slices.size, (unit + 1) * slices.size);
    network.w.set(slices.size === inputs ? vector : directionOfPair(vector, inputs), unit * inputs);
  }
  fitUnits(tensors, network);
  chooseSigns(tensors, network);
  return network;
}

/** The tensor of an order at one direction in all its places: T_k(w, ..., w). */
function atDirection(tensors: Tensors, order: number, w: Float64Array, from: number): number {
  const { basis, values } = tensors;
  let factorial = 1;
  for (let k = 2; k <= order; k++) factorial *= k;
  let sum = 0;
  for (let index = basis.starts[order] as number; index < (basis.starts[order + 1] as number); index++) {
    let product = ((values[index] as number) * factorial) / (basis.factorials[index] as number);
    for (const variable of basis.tuples[index] ?? []) product *= w[from + variable] as number;
    sum += product;
  }
  return sum;
}

/** Biases are looked for within this, by steps of this. */
const BIAS_REACH = 4;
const BIAS_STEP = 0.01;
const NEWTON_STEPS = 8;

/** Sets a and b of every unit by what the orders from 2 on say along its direction. */
function fitUnits(tensors: Tensors, { inputs, units, a, w, b }: Network): void {
  const orders = Array.from({ length: tensors.basis.order - 1 }, (_, index) => index + 2);
  const theta = orders.map((order) =>
    solveSmall(
      gramOf(w, units, inputs, order),
      Array.from({ length: units }, (_, unit) => atDirection(tensors, order, w, unit * inputs)),
    ),
  );
  for (let unit = 0; unit < units; unit++) {
    const wanted = theta.map((values) => values[unit] as number);
    [a[unit], b[unit]] = fitUnit(orders, wanted);
  }
}

/**
 * The a and b for which a c_k(b) comes nearest to the wanted numbers, squares over k!: b on a grid with the best a for each,
 * then Gauss and Newton's steps on both.
 */
function fitUnit(orders: readonly number[], wanted: readonly number[]): readonly [number, number] {
  let factorial = 1;
  const weights = orders.map((order) => {
    factorial *= order;
    return 1 / factorial;
  });
  const sum = (term: (index: number) => number): number =>
    orders.reduce((total, _, index) => total + (weights[index] as number) * term(index), 0);
  const bestFor = (b: number): { readonly a: number; readonly left: number } => {
    const shape = orders.map((order) => unitCoefficient(order, b));
    const product = sum((index) => (shape[index] as number) * (wanted[index] as number));
    const square = sum((index) => (shape[index] as number) ** 2);
    const a = product / square;
    return { a, left: sum((index) => (wanted[index] as number) ** 2) - a * product };
  };
  let b = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let step = -BIAS_REACH / BIAS_STEP; step <= BIAS_REACH / BIAS_STEP; step++) {
    const { left } = bestFor(step * BIAS_STEP);
    if (left < least) {
      least = left;
      b = step * BIAS_STEP;
    }
  }
  let { a } = bestFor(b);
  for (let step = 0; step < NEWTON_STEPS; step++) {
    const shape = orders.map((order) => unitCoefficient(order, b));
    const slope = orders.map((order) => a * unitCoefficient(order + 1, b));
    const left = wanted.map((value, index) => value - a * (shape[index] as number));
    const products = (one: readonly number[], other: readonly number[]): number =>
      sum((index) => (one[index] as number) * (other[index] as number));
    const [p, q, r] = [products(shape, shape), products(shape, slope), products(slope, slope)];
    const [u, v] = [products(shape, left), products(slope, left)];
    const determinant = p * r - q * q;
    if (!(determinant > 0)) break;
    const change = (p * v - q * u) / determinant;
    // Far from the grid's best place the steps have gone astray.
    if (Math.abs(change) > 5 * BIAS_STEP) break;
    a += (r * u - q * v) / determinant;
    b += change;
  }
  return [a, b];
}

/**
 * Chooses the sign of every unit. [t]_+ - [-t]_+ = t: a unit and its mirror image (-w, -b) differ by a linear function alone,
 * so that only the orders 1 and 0 tell them apart. All choices are tried.
 */
function chooseSigns(tensors: Tensors, { inputs, units, a, w, b }: Network): void {
  const first = Float64Array.from({ length: inputs }, (_, input) => entry(tensors, [input]));
  const zeroth = entry(tensors, []);
  const signOf = (choice: number, unit: number): 1 | -1 => ((choice >> unit) & 1 ? -1 : 1);
  // Of each unit with each sign: its part in T_1 along w, and in T_0.
  const parts = Array.from(b, (bias, unit) =>
    ([1, -1] as const).map((sign) => ({
      first: sign * (a[unit] as number) * unitCoefficient(1, sign * bias),
      zeroth: (a[unit] as number) * unitCoefficient(0, sign * bias),
    })),
  );
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let choice = 0; choice < 2 ** units; choice++) {
    const left = first.slice();
    let rest = zeroth;
    for (let unit = 0; unit < units; unit++) {
      const part = parts[unit]?.[signOf(choice, unit) === 1 ? 0 : 1];
      if (!part) continue;
      rest -= part.zeroth;
      for (let input = 0; input < inputs; input++) {
        left[input] = (left[input] as number) - part.first * (w[unit * inputs + input] as number);
      }
    }
    const total = left.reduce((sum, value) => sum + value * value, rest * rest);
    if (total < least) {
      least = total;
      best = choice;
    }
  }
  for (let unit = 0; unit < units; unit++) {
    if (signOf(best, unit) === 1) continue;
    b[unit] = -(b[unit] as number);
    for (let input = 0; input < inputs; input++) {
      w[unit * inputs + input] = -(w[unit * inputs + input] as number);
    }
  }
}
