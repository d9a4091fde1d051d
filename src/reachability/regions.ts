import type { AffineInputs, ReluNetwork } from './network.ts';
import { measure, type Polytope, split, unitBox } from './polytope.ts';

/** One linear region: the free numbers for which the same units are active at the same times. */
export interface Region {
  readonly polytope: Polytope;
  /** The states after the last step as affine functions of the free numbers: the coefficients, then the constant. */
  readonly state: Float64Array; // [free + 1, hidden], of the last layer
  /** Bit `unit` of the words of a stage is set where the unit is active; stages are layers within time steps. */
  readonly pattern: Uint32Array; // [length, layers, words]
}

/**
 * Work that is left: a piece of the box on which the stages before `stage` are linear. It alone has its pattern and sums,
 * while states behind a stage are shared and stay.
 */
interface Pending {
  readonly stage: number;
  readonly polytope: Polytope;
  readonly states: readonly (Float64Array | null)[]; // [layers] of [free + 1, hidden]; null: zero
  readonly pattern: Uint32Array;
  /** The inputs of this stage's units, once they are known. */
  readonly sums: Float64Array | null; // [free + 1, hidden]
  /** Units that may still change sign on the piece, with the sums. */
  readonly crossing: readonly number[];
  /** A number for the next hyperplane. */
  readonly constraint: number;
}

/** Values this close to zero, relative to the coefficients, count as zero: far above rounding, far below any region. */
const TOLERANCE = 1e-12;

/** 32-bit words for one bit per unit. */
export const patternWords = (hidden: number): number => Math.ceil(hidden / 32);

/**
 * Splits the box of the free numbers into the linear regions of a network, depth first, so that memory stays small and a
 * search that is given up has exact regions for a part of the box.
 *
 * The output reachable set of Xiang, Tran, Johnson, "Reachable Set Computation and Safety Verification for Neural Networks
 * with ReLU Activations", arXiv:1712.08163, layer by layer; here a region keeps its part of the input with the affine map
 * on it, instead of only its image, and only units that change sign on it split it.
 */
export class RegionSearch {
  readonly #network: ReluNetwork;
  readonly #free: number;
  readonly #drive: readonly Float64Array[]; // [length] of [free + 1, hidden]
  readonly #stack: Pending[];
  readonly #units: readonly number[];
  /** Made once: the units of a state that are not zero, and values at the vertices of a piece. */
  readonly #active: Int32Array;
  #values = new Float64Array(64);
  #splits = 0;

  constructor(network: ReluNetwork, inputs: AffineInputs) {
    const { hidden, length, layers } = network;
    this.#network = network;
    this.#free = inputs.free;
    this.#drive = Array.from({ length }, (_, t) => drive(network, inputs, t));
    this.#units = Array.from({ length: hidden }, (_, unit) => unit);
    this.#active = new Int32Array(Math.max(hidden, 1));
    this.#stack = [
      {
        stage: 0,
        polytope: unitBox(inputs.free),
        states: layers.map(() => null),
        pattern: new Uint32Array(length * layers.length * patternWords(hidden)),
        sums: null,
        crossing: [],
        constraint: 2 * inputs.free,
      },
    ];
  }

  /** How often a piece was split so far. */
  get splits(): number {
    return this.#splits;
  }

  /** Whether every region was returned. */
  get finished(): boolean {
    return this.#stack.length === 0;
  }

  /** Share of the box that is not yet in regions that were returned. */
  pendingMeasure(): number {
    return this.#stack.reduce((sum, { polytope }) => sum + measure(polytope, this.#free), 0);
  }

  /** The next region, or null once the whole box is covered. */
  next(): Region | null {
    const stages = this.#network.length * this.#network.layers.length;
    for (;;) {
      const work = this.#stack.pop();
      if (!work) return null;
      if (work.stage === stages) {
        const state = work.states.at(-1) as Float64Array;
        return { polytope: work.polytope, state, pattern: work.pattern };
      }
      this.#advance(work);
    }
  }

  /** Splits the piece by one unit, or takes it to the next stage where no unit changes sign on it. */
  #advance(work: Pending): void {
    const { polytope, constraint } = work;
    const sums = work.sums ?? this.#sumsOf(work);
    const candidates = work.sums === null ? this.#units : work.crossing;
    for (let index = 0; index < candidates.length; index++) {
      const unit = candidates[index] as number;
      const tolerance = this.#toleranceOf(sums, unit);
      if (!this.#crosses(sums, unit, polytope.points, tolerance)) continue;
      const values = this.#valuesAt(sums, unit, polytope.points);
      const crossing = candidates.slice(index + 1);
      const [below, above] = split(polytope, this.#free, values, tolerance, constraint);
      this.#splits++;
      const rest = { ...work, sums, crossing, constraint: constraint + 1 };
      this.#stack.push({ ...rest, polytope: above, sums: sums.slice(), pattern: work.pattern.slice() });
      this.#stack.push({ ...rest, polytope: below });
      return;
    }
    this.#stack.push(this.#afterStage(work, sums));
  }

  #toleranceOf(sums: Float64Array, unit: number): number {
    let size = 0;
    for (let column = unit; column < sums.length; column += this.#network.hidden) {
      size += Math.abs(sums[column] as number);
    }
    return TOLERANCE * size;
  }

  /** Whether a unit's sum is on both sides of zero at points [points, free]. */
  #crosses(sums: Float64Array, unit: number, points: Float64Array, tolerance: number): boolean {
    const free = this.#free;
    const { hidden } = this.#network;
    const constant = sums[free * hidden + unit] as number;
    let below = false;
    let above = false;
    for (let point = 0; point < points.length; point += free) {
      let value = 0;
      for (let axis = 0; axis < free; axis++) {
        value += (sums[axis * hidden + unit] as number) * (points[point + axis] as number);
      }
      value += constant;
      if (value < -tolerance) below = true;
      else if (value > tolerance) above = true;
      if (below && above) return true;
    }
    return false;
  }

  /** A unit's sum at points [points, free]; the next call writes over it. */
  #valuesAt(sums: Float64Array, unit: number, points: Float64Array): Float64Array {
    const free = this.#free;
    const { hidden } = this.#network;
    const count = points.length / free;
    if (this.#values.length < count) this.#values = new Float64Array(2 * count);
    const values = this.#values.subarray(0, count);
    for (let point = 0; point < count; point++) {
      let value = 0;
      for (let axis = 0; axis < free; axis++) {
        value += (sums[axis * hidden + unit] as number) * (points[point * free + axis] as number);
      }
      values[point] = value + (sums[free * hidden + unit] as number);
    }
    return values;
  }

  /** What comes into the units of a piece's stage: a new array. */
  #sumsOf({ stage, states }: Pending): Float64Array {
    const { layers } = this.#network;
    const t = Math.floor(stage / layers.length);
    const index = stage % layers.length;
    const layer = layers[index] as ReluNetwork['layers'][number];
    let sums: Float64Array;
    if (index === 0) {
      sums = (this.#drive[t] as Float64Array).slice();
    } else {
      sums = new Float64Array((this.#free + 1) * this.#network.hidden);
      sums.set(layer.bias, this.#free * this.#network.hidden);
      this.#addProduct(sums, layer.input, states[index - 1] as Float64Array);
    }
    const before = states[index] ?? null;
    if (layer.recurrent !== null && before !== null) this.#addProduct(sums, layer.recurrent, before);
    return sums;
  }

  /** sums += weights [hidden, hidden] times a state, over the units of which something is not zero. */
  #addProduct(sums: Float64Array, weights: Float64Array, state: Float64Array): void {
    const { hidden } = this.#network;
    const active = this.#active;
    let count = 0;
    for (let unit = 0; unit < hidden; unit++) {
      for (let at = unit; at < state.length; at += hidden) {
        if (state[at] === 0) continue;
        active[count++] = unit;
        break;
      }
    }
    for (let column = 0; column < state.length; column += hidden) {
      for (let row = 0; row < hidden; row++) {
        let sum = sums[column + row] as number;
        for (let index = 0; index < count; index++) {
          const unit = active[index] as number;
          sum += (weights[row * hidden + unit] as number) * (state[column + unit] as number);
        }
        sums[column + row] = sum;
      }
    }
  }

  /** The piece behind the ReLUs of its stage, none of which bends on it: rows of inactive units are exactly zero. */
  #afterStage(work: Pending, sums: Float64Array): Pending {
    const { stage, polytope, constraint } = work;
    const { hidden, layers } = this.#network;
    const centre = centroid(polytope.points, this.#free);
    const { pattern } = work;
    const firstWord = stage * patternWords(hidden);
    for (let unit = 0; unit < hidden; unit++) {
      if ((this.#valuesAt(sums, unit, centre)[0] as number) > 0) {
        const word = firstWord + (unit >> 5);
        pattern[word] = (pattern[word] as number) | (1 << (unit & 31));
      } else {
        for (let at = unit; at < sums.length; at += hidden) sums[at] = 0;
      }
    }
    const index = stage % layers.length;
    const states = work.states.map((before, layer) => (layer === index ? sums : before));
    return { stage: stage + 1, polytope, states, pattern, sums: null, crossing: [], constraint };
  }
}

/** The mean of the vertices. */
export function centroid(points: Float64Array, free: number): Float64Array {
  const centre = new Float64Array(free);
  const count = points.length / free;
  for (let at = 0; at < points.length; at++) {
    centre[at % free] = (centre[at % free] as number) + (points[at] as number) / count;
  }
  return centre;
}

/** b + W_in u_t of the first layer, as affine functions of the free numbers: [free + 1, hidden]. */
function drive(
  { hidden, layers }: ReluNetwork,
  { free, constant, linear }: AffineInputs,
  t: number,
): Float64Array {
  const { inputs, input, bias } = layers[0] as ReluNetwork['layers'][number];
  const sums = new Float64Array((free + 1) * hidden);
  for (let unit = 0; unit < hidden; unit++) {
    for (let column = 0; column <= free; column++) {
      let sum = column === free ? (bias[unit] as number) : 0;
      for (let k = 0; k < inputs; k++) {
        const at = t * inputs + k;
        const value = (column === free ? constant[at] : linear[at * free + column]) as number;
        if (value !== 0) sum += (input[unit * inputs + k] as number) * value;
      }
      sums[column * hidden + unit] = sum;
    }
  }
  return sums;
}
