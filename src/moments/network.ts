/**
 * A network of one hidden ReLU layer with biases: f(x) = sum_i a_i [w_i . x + b_i]_+. The model of Awasthi, Tang,
 * Vijayaraghavan, "Efficient Algorithms for Learning Depth-2 Neural Networks with General ReLU Activations",
 * arXiv:2107.10209.
 */
export interface Network {
  readonly inputs: number;
  readonly units: number;
  /** Outgoing weights. */
  readonly a: Float64Array; // [units]
  /** Incoming weights. */
  readonly w: Float64Array; // [units, inputs]
  readonly b: Float64Array; // [units]
}

/** Inputs and what the teacher says to each. */
export interface Samples {
  readonly count: number;
  readonly x: Float64Array; // [count, inputs]
  readonly y: Float64Array; // [count]
}

/** A network of zeros. */
export const emptyNetwork = (inputs: number, units: number): Network => ({
  inputs,
  units,
  a: new Float64Array(units),
  w: new Float64Array(units * inputs),
  b: new Float64Array(units),
});

/** A copy that shares nothing. */
export const copyNetwork = ({ inputs, units, a, w, b }: Network): Network => ({
  inputs,
  units,
  a: a.slice(),
  w: w.slice(),
  b: b.slice(),
});

/**
 * What the network says to one input.
 * @param x inputs of many, row-major
 * @param at index of the input's first number in `x`
 */
export function evaluate({ inputs, units, a, w, b }: Network, x: Float64Array, at: number): number {
  let sum = 0;
  for (let unit = 0; unit < units; unit++) {
    let z = b[unit] as number;
    for (let input = 0; input < inputs; input++) {
      z += (w[unit * inputs + input] as number) * (x[at + input] as number);
    }
    if (z > 0) sum += (a[unit] as number) * z;
  }
  return sum;
}

/** Mean over the samples of (f(x) - y)^2. */
export function meanSquaredError(network: Network, { count, x, y }: Samples): number {
  let sum = 0;
  for (let sample = 0; sample < count; sample++) {
    sum += (evaluate(network, x, sample * network.inputs) - (y[sample] as number)) ** 2;
  }
  return sum / count;
}

/** Mean of the squares of what the teacher says, about its mean. */
export function variance({ count, y }: Samples): number {
  const mean = y.reduce((sum, value) => sum + value, 0) / count;
  return y.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
}

/**
 * The same function with |w_i| = 1 for every unit, by moving the length of w_i into a_i. A unit without incoming weights
 * stays as it is.
 */
export function normalised(network: Network): Network {
  const { inputs, units } = network;
  const result = copyNetwork(network);
  for (let unit = 0; unit < units; unit++) {
    const row = result.w.subarray(unit * inputs, (unit + 1) * inputs);
    const length = Math.hypot(...row);
    if (!(length > 0)) continue;
    for (let input = 0; input < inputs; input++) row[input] = (row[input] as number) / length;
    result.b[unit] = (result.b[unit] as number) / length;
    result.a[unit] = (result.a[unit] as number) * length;
  }
  return result;
}
