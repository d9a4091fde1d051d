import { randomWords, STREAM, type Stream } from '../experiment/philox.ts';
import type { Experiment, Lane } from '../experiment/schema.ts';
import { type Matrix, type Shape, shapeOf } from './layout.ts';
import { powerOfTwo } from './powersOfTwo.ts';

/**
 * Random numbers of one stream and step, one after another. Only operations that IEEE 754 rounds exactly
 * (+ - * / and the square root) are used from here on, so that every machine draws the same bits.
 */
export class Draws {
  readonly #seed: number;
  readonly #stream: Stream;
  readonly #step: number;
  readonly #words = new Uint32Array(4);
  #used = 4;
  #element = 0;
  #spare: number | null = null;

  constructor(seed: number, stream: Stream, step: number) {
    this.#seed = seed;
    this.#stream = stream;
    this.#step = step;
  }

  word(): number {
    if (this.#used === 4) {
      randomWords(this.#seed, this.#stream, this.#step, this.#element++, this.#words);
      this.#used = 0;
    }
    return this.#words[this.#used++] as number;
  }

  /** Uniform on (-1, 1), in steps of 2^-31, symmetric about 0 and never 0. */
  uniform(): number {
    return ((this.word() + 0.5) * 2) / 0x1_0000_0000 - 1;
  }

  /** Standard normal, by the polar method: Marsaglia, Bray, SIAM Review 6 (1964). */
  normal(): number {
    if (this.#spare !== null) {
      const spare = this.#spare;
      this.#spare = null;
      return spare;
    }
    for (;;) {
      const x = this.uniform();
      const y = this.uniform();
      const square = x * x + y * y;
      if (square >= 1) continue;
      const factor = Math.sqrt((-2 * exactLog(square)) / square);
      this.#spare = y * factor;
      return x * factor;
    }
  }
}

/**
 * The natural logarithm of x in (0, 1], to about 1e-16: `Math.log` may differ from one JavaScript engine to another in
 * its last bit. ln x = n ln 2 + 2 artanh z with z = (m - 1)/(m + 1), x = m 2^n, m in (0.7, 1.42).
 */
export function exactLog(x: number): number {
  let m = x;
  let n = 0;
  while (m < Math.SQRT1_2) {
    m *= 2;
    n--;
  }
  const z = (m - 1) / (m + 1);
  const square = z * z;
  let sum = 0;
  for (let k = 25; k >= 1; k -= 2) sum = sum * square + 1 / k;
  return n * Math.LN2 + 2 * z * sum;
}

type Fill = (draws: Draws) => number;

const filled = (count: number, draws: Draws, fill: Fill): Float64Array =>
  Float64Array.from({ length: count }, () => fill(draws));

const normalWith =
  (deviation: number): Fill =>
  (draws) =>
    deviation * draws.normal();
const uniformWithin =
  (bound: number): Fill =>
  (draws) =>
    bound * draws.uniform();

/** Glorot, Bengio, "Understanding the difficulty of training deep feedforward neural networks" (AISTATS 2010). */
const glorot = ({ rows, columns }: Matrix): Fill => uniformWithin(Math.sqrt(6 / (rows + columns)));

function identity(size: number): Float64Array {
  const matrix = new Float64Array(size * size);
  for (let j = 0; j < size; j++) matrix[j * size + j] = 1;
  return matrix;
}

const EIGENVALUE_TOLERANCE = 1e-12;
const EIGENVALUE_ITERATIONS = 10_000;

/** The largest eigenvalue of a symmetric positive definite matrix [size, size], by power iteration. */
export function largestEigenvalue(matrix: Float64Array, size: number): number {
  let vector = new Float64Array(size).fill(Math.sqrt(1 / size));
  let eigenvalue = 0;
  for (let iteration = 0; iteration < EIGENVALUE_ITERATIONS; iteration++) {
    const image = new Float64Array(size);
    let quotient = 0;
    let square = 0;
    for (let j = 0; j < size; j++) {
      let sum = 0;
      for (let k = 0; k < size; k++) sum += (matrix[j * size + k] as number) * (vector[k] as number);
      image[j] = sum;
      quotient += sum * (vector[j] as number);
      square += sum * sum;
    }
    const norm = Math.sqrt(square);
    vector = image.map((value) => value / norm);
    const change = quotient - eigenvalue;
    eigenvalue = quotient;
    if (Math.abs(change) <= EIGENVALUE_TOLERANCE * eigenvalue) break;
  }
  return eigenvalue;
}

/**
 * (A + I) / lambda_max(A + I), A = R^T R / size, R standard normal: Talathi, Vartak, "Improving performance of recurrent
 * neural network with relu nonlinearity", arXiv:1511.03771.
 */
function normalisedPositiveDefinite(size: number, draws: Draws): Float64Array {
  const r = filled(size * size, draws, normalWith(1));
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      const factor = r[i * size + j] as number;
      for (let k = 0; k < size; k++) {
        matrix[j * size + k] = (matrix[j * size + k] as number) + factor * (r[i * size + k] as number);
      }
    }
  }
  for (let j = 0; j < size; j++) {
    for (let k = 0; k < size; k++) {
      matrix[j * size + k] = (matrix[j * size + k] as number) / size + (j === k ? 1 : 0);
    }
  }
  const eigenvalue = largestEigenvalue(matrix, size);
  return matrix.map((value) => value / eigenvalue);
}

/**
 * Q of the factorisation Q R of a standard normal matrix, the diagonal of R positive: uniform among the orthogonal
 * matrices (Mezzadri, "How to generate random matrices from the classical compact groups", 2007). By Gram-Schmidt,
 * each column twice, which leaves no more than rounding ("twice is enough", Giraud, Langou, Rozloznik 2005).
 */
function orthogonal(size: number, draws: Draws): Float64Array {
  const q = filled(size * size, draws, normalWith(1));
  const inner = (a: number, b: number): number => {
    let sum = 0;
    for (let i = 0; i < size; i++) sum += (q[i * size + a] as number) * (q[i * size + b] as number);
    return sum;
  };
  for (let column = 0; column < size; column++) {
    for (let pass = 0; pass < 2; pass++) {
      for (let done = 0; done < column; done++) {
        const projection = inner(done, column);
        for (let i = 0; i < size; i++) {
          q[i * size + column] =
            (q[i * size + column] as number) - projection * (q[i * size + done] as number);
        }
      }
    }
    const norm = Math.sqrt(inner(column, column));
    for (let i = 0; i < size; i++) q[i * size + column] = (q[i * size + column] as number) / norm;
  }
  return q;
}

/** Bound of the initialisation `uniform`, and deviation of the inputs and the readout of `irnn`. */
const UNIFORM_BOUND = 0.1;
const IRNN_DEVIATION = 0.001;

/** One weight matrix, row-major, before rounding. */
function weights(matrix: Matrix, init: Lane['init'], draws: Draws): Float64Array {
  const { rows, columns } = matrix;
  const count = rows * columns;
  const recurrent = matrix.kind === 'recurrent';
  switch (init) {
    case 'nprnn':
      return recurrent ? normalisedPositiveDefinite(rows, draws) : filled(count, draws, glorot(matrix));
    case 'identity':
      return recurrent ? identity(rows) : filled(count, draws, glorot(matrix));
    case 'orthogonal':
      return recurrent ? orthogonal(rows, draws) : filled(count, draws, glorot(matrix));
    case 'gaussian':
      return filled(count, draws, normalWith(Math.sqrt(1 / columns)));
    case 'uniform':
      return filled(count, draws, uniformWithin(UNIFORM_BOUND));
    case 'irnn':
      return recurrent ? identity(rows) : filled(count, draws, normalWith(IRNN_DEVIATION));
    case 'unitary':
      return unitary(matrix, draws);
  }
}

/**
 * A matrix of a uRNN as Arjovsky, Shah and Bengio start it ("Unitary Evolution Recurrent Neural Networks", ICML 2016,
 * section 4.3): phases uniform on (-pi, pi), reflections on (-1, 1), h_0 of a mean squared norm of 1, inputs and readout by
 * Glorot, the complex ones as two real ones.
 */
function unitary(matrix: Matrix, draws: Draws): Float64Array {
  const { kind, rows, columns } = matrix;
  const count = rows * columns;
  switch (kind) {
    case 'phases':
      return filled(count, draws, uniformWithin(Math.PI));
    case 'reflections':
      return filled(count, draws, uniformWithin(1));
    case 'initial':
      return filled(count, draws, uniformWithin(Math.sqrt(3 / rows)));
    default:
      return filled(count, draws, glorot(matrix));
  }
}

/**
 * The permutation of a uRNN, uniform by the lane's seed (Fisher, Yates).
 * @param units complex hidden units
 * @returns [units]: unit j takes the value of unit permutation[j]
 */
export function unitaryPermutation(units: number, seed: number): Uint32Array {
  const draws = new Draws(seed, STREAM.permutation, UNITARY_PERMUTATION);
  const permutation = Uint32Array.from({ length: units }, (_, index) => index);
  for (let last = units - 1; last > 0; last--) {
    const other = Math.floor((draws.word() / 0x1_0000_0000) * (last + 1));
    const value = permutation[last] as number;
    permutation[last] = permutation[other] as number;
    permutation[other] = value;
  }
  return permutation;
}

/** Apart from the permutation of pixels, which is number 0 of its stream. */
const UNITARY_PERMUTATION = 1;

/**
 * The parameters that a lane of the experiment starts from, in the order of `matricesOf`: drawn by the lane's `init` and
 * `seed` alone, then scaled by its `unbalance`. Biases are 0.
 * @param lane number of the lane, from 0
 * @returns [parameters]
 */
export function initialParameters(experiment: Experiment, lane: number): Float32Array {
  return initialParametersFor(shapeOf(experiment), laneOf(experiment, lane));
}

/** `initialParameters` of a lane in a network of the given shape. */
export function initialParametersFor(shape: Shape, lane: Lane): Float32Array {
  const parameters = new Float32Array(shape.parameters);
  for (const [index, matrix] of shape.matrices.entries()) {
    if (matrix.kind === 'bias' || matrix.kind === 'readoutBias') continue;
    // The matrix stands where the step stands in other streams: each has draws of its own.
    const draws = new Draws(lane.seed, STREAM.initialisation, index);
    parameters.set(weights(matrix, lane.init, draws), matrix.offset);
  }
  if (lane.unbalance === 0) return parameters;
  const factors = unbalanceFactors(shape, unbalanceExponentsFor(shape, lane));
  return parameters.map((value, index) => value * (factors[index] as number));
}

/**
 * The exponent n_j of each hidden unit of a lane: `unbalance:n` draws them uniform among -n..n and multiplies the unit's
 * incoming weights by 2^n_j, its outgoing ones by 2^-n_j.
 * @param lane number of the lane, from 0
 * @returns [layers, hidden]
 */
export function unbalanceExponents(experiment: Experiment, lane: number): Int32Array {
  return unbalanceExponentsFor(shapeOf(experiment), laneOf(experiment, lane));
}

function unbalanceExponentsFor({ layers, hidden }: Shape, { seed, unbalance }: Lane): Int32Array {
  const draws = new Draws(seed, STREAM.unbalance, 0);
  return Int32Array.from({ length: layers * hidden }, () => (draws.word() % (2 * unbalance + 1)) - unbalance);
}

/**
 * The factor of every parameter under the rescaling that multiplies unit j of layer l by 2^exponents[l, j] at all times:
 * the function of the network stays the same to the last bit (feasible rescalings: Neyshabur, Wu, Salakhutdinov, Srebro,
 * "Path-Normalized Optimization of Recurrent Neural Networks with ReLU Activations", NIPS 2016).
 * @param exponents [layers, hidden]
 * @returns [parameters], powers of two
 */
export function unbalanceFactors(shape: Shape, exponents: Int32Array): Float64Array {
  const { hidden, layers } = shape;
  const factors = new Float64Array(shape.parameters);
  const exponent = (layer: number, unit: number): number => exponents[layer * hidden + unit] as number;
  for (const { kind, layer, rows, columns, offset } of shape.matrices) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const incoming = layer < layers ? exponent(layer, row) : 0;
        let outgoing = 0;
        if (kind === 'recurrent') outgoing = exponent(layer, column);
        else if ((kind === 'input' && layer > 0) || kind === 'readout')
          outgoing = exponent(layer - 1, column);
        factors[offset + row * columns + column] = powerOfTwo(incoming - outgoing);
      }
    }
  }
  return factors;
}

/** @throws Error where there is no such lane */
export function laneOf(experiment: Experiment, lane: number): Lane {
  const settings = experiment.lanes[lane];
  if (!settings)
    throw new Error(`lane is ${lane}: the experiment has ${experiment.lanes.length} lanes, from 0`);
  return settings;
}
