import { inner, solvePositiveDefinite } from './linear.ts';
import { copyNetwork, meanSquaredError, type Network, normalised, type Samples } from './network.ts';

/** How far a polish has come. */
export interface PolishPoint {
  readonly step: number;
  /** Mean squared error on the samples that it uses. */
  readonly loss: number;
}

/** More samples than these cost time and change nothing. */
const MOST_SAMPLES = 20_000;
const MOST_STEPS = 300;
/** Shares of the mean square of the labels: below this the fit is exact. */
const EXACT = 1e-29;
/** Steps that gain less than this share, so many of them in a row, end the polish. */
const LEAST_GAIN = 1e-7;
const PATIENCE = 8;
const FIRST_DAMPING = 1e-3;
const LARGEST_DAMPING = 1e12;

/** Parameters of a network as one list: a, then w, then b. */
const parametersOf = ({ units, inputs }: Network): number => units * (inputs + 2);

/**
 * Least squares by Levenberg and Marquardt's method on all parameters at once, from a network that is already near (Marquardt,
 * "An Algorithm for Least-Squares Estimation of Nonlinear Parameters", SIAM 1963).
 * @returns yields after every step that was taken; the network that it ends at, every |w_i| = 1
 */
export function* polish(start: Network, samples: Samples): Generator<PolishPoint, Network> {
  const used = firstOf(samples, MOST_SAMPLES, start.inputs);
  const square = used.y.reduce((sum, value) => sum + value * value, 0) / used.count;
  const size = parametersOf(start);
  const normal = new Float64Array(size * size);
  const slope = new Float64Array(size);
  let network = normalised(start);
  let loss = meanSquaredError(network, used);
  let damping = FIRST_DAMPING;
  let idle = 0;
  for (let step = 1; step <= MOST_STEPS && idle < PATIENCE && loss > EXACT * square; step++) {
    normalEquations(network, used, normal, slope);
    let taken: { readonly network: Network; readonly loss: number } | null = null;
    for (; !taken && damping < LARGEST_DAMPING; damping *= 4) {
      const next = dampedStep(network, normal, slope, damping);
      if (!next) continue;
      const nextLoss = meanSquaredError(next, used);
      if (nextLoss < loss) taken = { network: normalised(next), loss: nextLoss };
    }
    if (!taken) break;
    damping = Math.max(1e-14, damping / 40);
    idle = taken.loss > (1 - LEAST_GAIN) * loss ? idle + 1 : 0;
    ({ network, loss } = taken);
    yield { step, loss };
  }
  return network;
}

const firstOf = ({ count, x, y }: Samples, most: number, inputs: number): Samples =>
  count <= most ? { count, x, y } : { count: most, x: x.subarray(0, most * inputs), y: y.subarray(0, most) };

/**
 * J^T J and J^T r over the samples, J the derivatives of f by all parameters and r what is missing, label minus f.
 * @param normal receives its lower triangle [parameters, parameters]
 * @param slope receives [parameters]
 */
export function normalEquations(
  network: Network,
  { count, x, y }: Samples,
  normal: Float64Array,
  slope: Float64Array,
): void {
  const { inputs, units, a, w, b } = network;
  const size = parametersOf(network);
  const biases = units * (inputs + 1);
  const active = new Int32Array(size);
  const row = new Float64Array(size);
  normal.fill(0);
  slope.fill(0);
  for (let sample = 0; sample < count; sample++) {
    const at = sample * inputs;
    let residual = y[sample] as number;
    // Derivatives by the parameters of units that are off are zero: only the others are listed, in rising order.
    let entries = 0;
    const put = (index: number, value: number): void => {
      active[entries++] = index;
      row[index] = value;
    };
    for (let unit = 0; unit < units; unit++) {
      const z = (b[unit] as number) + inner(w, unit * inputs, x, at, inputs);
      row[unit] = z;
      if (z <= 0) continue;
      residual -= (a[unit] as number) * z;
      put(unit, z);
    }
    const on = entries;
    for (let index = 0; index < on; index++) {
      const unit = active[index] as number;
      const out = a[unit] as number;
      for (let input = 0; input < inputs; input++)
        put(units + unit * inputs + input, out * (x[at + input] as number));
    }
    for (let index = 0; index < on; index++) {
      const unit = active[index] as number;
      put(biases + unit, a[unit] as number);
    }
    for (let one = 0; one < entries; one++) {
      const index = active[one] as number;
      const value = row[index] as number;
      slope[index] = (slope[index] as number) + value * residual;
      const first = index * size;
      for (let other = 0; other <= one; other++) {
        const place = first + (active[other] as number);
        normal[place] = (normal[place] as number) + value * (row[active[other] as number] as number);
      }
    }
  }
}

/** The network after the step that solves (J^T J + damping D) step = J^T r, D the diagonal of J^T J. */
function dampedStep(
  network: Network,
  normal: Float64Array,
  slope: Float64Array,
  damping: number,
): Network | null {
  const size = slope.length;
  const matrix = normal.slice();
  const step = slope.slice();
  let largest = 0;
  for (let index = 0; index < size; index++)
    largest = Math.max(largest, normal[index * size + index] as number);
  for (let index = 0; index < size; index++) {
    const own = normal[index * size + index] as number;
    // A unit that is always off has nothing on the diagonal.
    matrix[index * size + index] = own + damping * Math.max(own, 1e-9 * largest);
  }
  if (!solvePositiveDefinite(matrix, step, size)) return null;
  const next = copyNetwork(network);
  const { units, inputs } = network;
  for (let index = 0; index < size; index++) {
    const change = step[index] as number;
    if (index < units) next.a[index] = (next.a[index] as number) + change;
    else if (index < units * (inputs + 1)) next.w[index - units] = (next.w[index - units] as number) + change;
    else next.b[index - units * (inputs + 1)] = (next.b[index - units * (inputs + 1)] as number) + change;
  }
  return next;
}
