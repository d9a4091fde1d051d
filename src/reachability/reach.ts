import { boundOn, type Cells, digest, Growing, valueAt } from './cells.ts';
import { type AffineInputs, networkOf, type ReluNetwork } from './network.ts';
import { measure, type Polytope, split } from './polytope.ts';
import type { Property, Subject } from './question.ts';
import { type Region, RegionSearch } from './regions.ts';

export type Verdict = 'VERIFIED' | 'COUNTEREXAMPLE' | 'UNFINISHED';

/** The answer to a question about a network. */
export interface Reach {
  readonly cells: Cells;
  readonly verdict: Verdict;
  /** The largest value of any bound, minus the limit: at most 0 where the property holds. */
  readonly excess: number;
  /** Where that is, and in which bound. */
  readonly worst: { readonly point: Float64Array; readonly bound: number; readonly cell: number };
  /** Share of the box on which the property fails, among the regions found. */
  readonly unsafe: number;
  /** Smallest and largest value of each output, over the regions found. */
  readonly ranges: readonly { readonly min: number; readonly max: number }[]; // [outputs]
  /** Different affine maps to the outputs. */
  readonly maps: number;
  readonly splits: number;
  /** Whether all regions were found: the search did not end at its cap. */
  readonly finished: boolean;
  /** Share of the box that the regions found cover, and that is left. */
  readonly covered: number;
  readonly pending: number;
  readonly milliseconds: number;
}

export interface ReachOptions {
  /** Regions after which the search is given up. */
  readonly cap: number;
  /** The two units whose images are kept, from 0. */
  readonly units: readonly [number, number];
  /** Told now and again: regions so far, and the share of the box that is left. */
  readonly onProgress?: (regions: number, pending: number) => void;
}

/** Regions between two reports of progress. */
const REPORT_EVERY = 256;

/**
 * All linear regions of a subject's network, and what they say of its property: an affine function is largest at a vertex
 * of its region, so that the vertices decide (Xiang, Tran, Johnson, arXiv:1712.08163, theorem 3).
 * @throws QuestionError where the network does not do
 */
export function reach({ shape, parameters, question }: Subject, options: ReachOptions): Reach {
  const started = performance.now();
  const { inputs, property } = question;
  const network = networkOf(shape, parameters);
  const search = new RegionSearch(network, inputs);
  const collector = new Collector(network, inputs, property, options.units);
  for (;;) {
    // The cap leaves an unfinished search only where something is left.
    const region = collector.count < options.cap ? search.next() : null;
    if (region === null) break;
    collector.add(region);
    if (collector.count % REPORT_EVERY === 0) options.onProgress?.(collector.count, search.pendingMeasure());
  }
  const { finished } = search;
  return {
    ...collector.result(!finished),
    finished,
    splits: search.splits,
    pending: search.pendingMeasure(),
    milliseconds: performance.now() - started,
  };
}

/** Gathers regions and what they say of a property. */
class Collector {
  count = 0;
  readonly #network: ReluNetwork;
  readonly #free: number;
  readonly #property: Property;
  readonly #units: readonly [number, number];
  readonly #starts = new Growing();
  readonly #points = new Growing();
  readonly #outputs = new Growing();
  readonly #images = new Growing();
  readonly #active = new Growing();
  readonly #patterns = new Growing();
  readonly #maps = new Set<string>();
  readonly #ranges: { min: number; max: number }[];
  #excess = Number.NEGATIVE_INFINITY;
  #worst = { point: new Float64Array(0), bound: 0, cell: 0 };
  #unsafe = 0;
  #covered = 0;

  constructor(
    network: ReluNetwork,
    { free }: AffineInputs,
    property: Property,
    units: readonly [number, number],
  ) {
    this.#network = network;
    this.#free = free;
    this.#property = property;
    this.#units = units;
    const start = { min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY };
    this.#ranges = Array.from({ length: network.outputs }, () => ({ ...start }));
  }

  add({ polytope, state, pattern }: Region): void {
    const free = this.#free;
    const { hidden } = this.#network;
    const { points } = polytope;
    const outputs = this.#outputMaps(state);
    this.#starts.push([this.#points.length / free]);
    this.#points.push(points);
    this.#outputs.push(outputs);
    for (const unit of this.#units) {
      this.#images.push(
        Float64Array.from({ length: free + 1 }, (_, column) => state[column * hidden + unit] ?? 0),
      );
    }
    const stageWords = Math.ceil(hidden / 32);
    this.#active.push([ones(pattern.subarray(pattern.length - stageWords))]);
    this.#patterns.push(digest(pattern));
    this.#maps.add(mapKey(outputs));
    for (const [output, range] of this.#ranges.entries()) {
      for (let at = 0; at < points.length; at += free) {
        const value = valueAt(outputs, output * (free + 1), points, at, free);
        range.min = Math.min(range.min, value);
        range.max = Math.max(range.max, value);
      }
    }
    this.#covered += measure(polytope, free);
    this.#judge(polytope, outputs);
    this.count++;
  }

  /** y = W_out h + b_out on the region. */
  #outputMaps(state: Float64Array): Float64Array {
    const { hidden, outputs, readout, readoutBias } = this.#network;
    const width = this.#free + 1;
    const maps = new Float64Array(outputs * width);
    for (let output = 0; output < outputs; output++) {
      for (let column = 0; column < width; column++) {
        let sum = column === width - 1 ? (readoutBias[output] as number) : 0;
        for (let unit = 0; unit < hidden; unit++) {
          sum += (readout[output * hidden + unit] as number) * (state[column * hidden + unit] as number);
        }
        maps[output * width + column] = sum;
      }
    }
    return maps;
  }

  /** The worst vertex of the region, and how much of it breaks a bound: each part is counted once. */
  #judge(polytope: Polytope, outputs: Float64Array): void {
    const free = this.#free;
    const { bounds, limit } = this.#property;
    let safe: Polytope | null = polytope;
    for (const [index, bound] of bounds.entries()) {
      const form = boundOn(bound, outputs, 0);
      const { points } = polytope;
      let highest = Number.NEGATIVE_INFINITY;
      for (let at = 0; at < points.length; at += free) {
        const excess = valueAt(form, 0, points, at, free) - limit;
        highest = Math.max(highest, excess);
        if (excess <= this.#excess) continue;
        this.#excess = excess;
        this.#worst = { point: points.slice(at, at + free), bound: index, cell: this.count };
      }
      if (highest <= 0 || safe === null) continue;
      const left: Polytope = safe;
      const values = Float64Array.from(
        { length: left.points.length / free },
        (_, vertex) => valueAt(form, 0, left.points, vertex * free, free) - limit,
      );
      if (values.every((value) => value <= 0)) continue;
      if (values.every((value) => value >= 0)) {
        this.#unsafe += measure(left, free);
        safe = null;
      } else {
        // One more constraint than any on the way here; of the parts only one goes on.
        const [below, above]: readonly [Polytope, Polytope] = split(left, free, values, 0, CLIP + index);
        this.#unsafe += measure(above, free);
        safe = below;
      }
    }
  }

  result(unfinished: boolean): Omit<Reach, 'finished' | 'splits' | 'pending' | 'milliseconds'> {
    this.#starts.push([this.#points.length / this.#free]);
    const verdict = this.#excess > 0 ? 'COUNTEREXAMPLE' : unfinished ? 'UNFINISHED' : 'VERIFIED';
    return {
      cells: {
        count: this.count,
        free: this.#free,
        starts: Uint32Array.from(this.#starts.all()),
        points: this.#points.all(),
        outputs: this.#outputs.all(),
        images: this.#images.all(),
        active: Uint8Array.from(this.#active.all()),
        patterns: Uint32Array.from(this.#patterns.all()),
      },
      verdict,
      excess: this.#excess,
      worst: this.#worst,
      unsafe: this.#unsafe,
      ranges: this.#ranges,
      maps: this.#maps.size,
      covered: this.#covered,
    };
  }
}

/** Above the number of every hyperplane of a search. */
const CLIP = 2 ** 40;

/** Digits in which two affine maps are the same: another pattern rounds the same sums otherwise. */
const MAP_DIGITS = 9;

const mapKey = (maps: Float64Array): string =>
  // Adding 0 turns -0 into 0.
  Array.from(maps, (value) => Number(value.toPrecision(MAP_DIGITS)) + 0).join();

const ones = (words: Uint32Array): number => {
  let count = 0;
  for (let word of words) for (; word !== 0; word &= word - 1) count++;
  return count;
};
