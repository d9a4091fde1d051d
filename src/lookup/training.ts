import { randomWords, STREAM, uniformFromWord } from '../experiment/philox.ts';
import type { Target } from './functions.ts';
import { solveSymmetric } from './leastSquares.ts';
import { type Layer, type Network, Pass, parametersOf, pathScales, zerosLike } from './network.ts';

/** `readout`: least squares of the last layer, at once. */
export const OPTIMIZERS = ['sgd', 'path', 'adam', 'readout'] as const;

export type OptimizerName = (typeof OPTIMIZERS)[number];

/** Points of a batch. */
export const BATCH = 32;
/** The gradient's largest norm for SGD, and the dual norm of the largest step of Path-SGD. */
const CLIP = 1;
const BETA_1 = 0.9;
const BETA_2 = 0.999;
const EPSILON = 1e-8;
/** Added to the diagonal of the least squares, as a share of its mean. */
const RIDGE = 1e-10;
/** Points that errors are measured at along an axis, for one dimension and for two. */
const TEST_POINTS = [1000, 40] as const;

/** The midpoints that errors are measured at, with the target's values. */
function testSet({ dimension, value }: Target): { points: Float64Array[]; values: Float64Array } {
  const count = TEST_POINTS[dimension - 1] as number;
  const at = Array.from({ length: count }, (_, index) => (index + 0.5) / count);
  const points =
    dimension === 1
      ? at.map((x) => Float64Array.of(x))
      : at.flatMap((y) => at.map((x) => Float64Array.of(x, y)));
  return { points, values: Float64Array.from(points, ([x = 0, y = 0]) => value(x, y)) };
}

/** Whether an optimizer can train a network, or why it cannot. */
export function refusal(optimizer: OptimizerName, network: Network): string | null {
  if (optimizer !== 'path') return null;
  const others = new Set(
    network.flatMap(({ activation }) =>
      activation === 'sine' ? ['sines'] : activation === 'exp2' ? ['2^x'] : [],
    ),
  );
  if (others.size === 0) return null;
  return `Path-SGD trains networks of ReLUs only: this one has ${[...others].join(' and ')}. Multiply what comes into such a unit and what comes out is not multiplied alike, so that there is no rescaling to be invariant to, and no path norm.`;
}

/** One network being trained on a function, with its own optimizer; lanes of the same seed see the same batches. */
export class TrainedLane {
  readonly network: Network;
  readonly #optimizer: OptimizerName;
  readonly #rate: number;
  readonly #target: Target;
  readonly #seed: number;
  readonly #pass: Pass;
  readonly #gradient: Layer[];
  /** kappa, or the means of Adam. */
  readonly #first: Layer[];
  readonly #second: Layer[];
  readonly #test: { readonly points: Float64Array[]; readonly values: Float64Array };
  readonly #words = new Uint32Array(4);
  #step = 0;
  #stopped: string | null = null;

  /**
   * @param network trained in place
   * @throws RangeError where the optimizer cannot train it
   */
  constructor(network: Network, target: Target, optimizer: OptimizerName, rate: number, seed: number) {
    const problem = refusal(optimizer, network);
    if (problem !== null) throw new RangeError(problem);
    this.network = network;
    this.#target = target;
    this.#optimizer = optimizer;
    this.#rate = rate;
    this.#seed = seed;
    this.#pass = new Pass(network);
    this.#gradient = zerosLike(network);
    this.#first = zerosLike(network);
    this.#second = zerosLike(network);
    this.#test = testSet(target);
  }

  /** Steps done. */
  get step(): number {
    return this.#step;
  }

  /** Why training has ended early, or null. */
  get stopped(): string | null {
    return this.#stopped;
  }

  /** The root of the mean square error over [0, 1]^d; not finite where an answer is not. */
  l2(): number {
    let square = 0;
    this.#test.points.forEach((point, index) => {
      square += (this.#pass.forward(point) - (this.#test.values[index] as number)) ** 2;
    });
    return Math.sqrt(square / this.#test.points.length);
  }

  /** What the network answers at a point. */
  value(x: number, y: number): number {
    return this.#pass.forward(this.#target.dimension === 1 ? [x] : [x, y]);
  }

  /** Takes steps, unless training has ended. */
  train(steps: number): void {
    for (let count = 0; count < steps && this.#stopped === null; count++) this.#takeStep();
  }

  #takeStep(): void {
    const last = this.#step++;
    if (this.#optimizer === 'readout') {
      // Once is all that there is to it.
      if (last === 0) this.#fitReadout();
      return;
    }
    for (const part of parametersOf(this.#gradient)) part.fill(0);
    let loss = 0;
    for (let element = 0; element < BATCH; element++) {
      randomWords(this.#seed, STREAM.trainingBatch, last, element, this.#words);
      const x = uniformFromWord(this.#words[0] as number);
      const y = uniformFromWord(this.#words[1] as number);
      const error = this.value(x, y) - this.#target.value(x, y);
      loss += (error * error) / BATCH;
      this.#pass.backward((2 * error) / BATCH, this.#gradient);
    }
    const gradient = parametersOf(this.#gradient);
    const norm = Math.sqrt(gradient.reduce((sum, part) => sum + squareSum(part), 0));
    if (!Number.isFinite(loss) || !Number.isFinite(norm)) {
      this.#stopped = `${Number.isFinite(loss) ? 'the gradient' : 'the loss'} is not finite at step ${this.#step}`;
      return;
    }
    if (this.#optimizer === 'sgd') this.#stepSgd(gradient, norm);
    else if (this.#optimizer === 'path') this.#stepPath(gradient);
    else this.#stepAdam(gradient);
  }

  #stepSgd(gradient: readonly Float64Array[], norm: number): void {
    const factor = this.#rate * Math.min(1, CLIP / norm);
    this.#move((part, at) => factor * ((gradient[part] as Float64Array)[at] as number));
  }

  /** A step of rate g / kappa, no longer than a dual norm of 1. */
  #stepPath(gradient: readonly Float64Array[]): void {
    pathScales(this.network, this.#first);
    const scales = parametersOf(this.#first);
    let square = 0;
    gradient.forEach((part, index) => {
      const scale = scales[index] as Float64Array;
      part.forEach((slope, at) => {
        const kappa = scale[at] as number;
        if (kappa > 0) square += (slope * slope) / kappa;
      });
    });
    const factor = this.#rate * (square > 0 ? Math.min(1, CLIP / Math.sqrt(square)) : 1);
    this.#move((part, at) => {
      const kappa = (scales[part] as Float64Array)[at] as number;
      return kappa > 0 ? (factor * ((gradient[part] as Float64Array)[at] as number)) / kappa : 0;
    });
  }

  /** Kingma, Ba, "Adam: a method for stochastic optimization" (ICLR 2015). */
  #stepAdam(gradient: readonly Float64Array[]): void {
    const first = parametersOf(this.#first);
    const second = parametersOf(this.#second);
    const bias1 = 1 - BETA_1 ** this.#step;
    const bias2 = 1 - BETA_2 ** this.#step;
    this.#move((part, at) => {
      const slope = (gradient[part] as Float64Array)[at] as number;
      const mean = first[part] as Float64Array;
      const meanSquare = second[part] as Float64Array;
      mean[at] = BETA_1 * (mean[at] as number) + (1 - BETA_1) * slope;
      meanSquare[at] = BETA_2 * (meanSquare[at] as number) + (1 - BETA_2) * slope * slope;
      return (this.#rate * (mean[at] / bias1)) / (Math.sqrt(meanSquare[at] / bias2) + EPSILON);
    });
  }

  /** Takes what `stepOf` says off every parameter. */
  #move(stepOf: (part: number, at: number) => number): void {
    parametersOf(this.network).forEach((part, index) => {
      for (let at = 0; at < part.length; at++) part[at] = (part[at] as number) - stepOf(index, at);
    });
  }

  /** The last layer that fits the points of the test set best, all others as they are. */
  #fitReadout(): void {
    const readout = this.network.at(-1);
    if (!readout) return;
    const size = readout.inputs + 1;
    const matrix = new Float64Array(size * size);
    const right = new Float64Array(size);
    this.#test.points.forEach((point, index) => {
      this.#pass.forward(point);
      const features = [...this.#pass.into(this.network.length - 1), 1];
      features.forEach((feature, row) => {
        right[row] = (right[row] as number) + feature * (this.#test.values[index] as number);
        for (let column = 0; column < size; column++)
          matrix[row * size + column] =
            (matrix[row * size + column] as number) + feature * (features[column] as number);
      });
    });
    const solution = solveSymmetric(matrix, right, RIDGE);
    if (!solution) {
      this.#stopped = 'what comes into the last layer is not finite';
      return;
    }
    readout.weights.set(solution.subarray(0, readout.inputs));
    readout.biases[0] = solution[readout.inputs] as number;
  }
}

const squareSum = (part: Float64Array): number => part.reduce((sum, value) => sum + value * value, 0);
