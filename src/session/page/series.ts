import { Buckets, type SavedBuckets } from './buckets.ts';

/** One point of a drawn line: the steps from `first` to `last` in one. */
export interface SeriesPoint {
  readonly first: number;
  readonly last: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  /** The exponential mean after the last of these steps, by each of `SMOOTHING_FACTORS`. */
  readonly smooth: readonly number[]; // [factor]
}

/**
 * Factors of the exponential means that every series keeps, in the long run. Each goes through all steps, so that
 * a choice among them, made at any time, does not depend on how many points are drawn; any other factor would need
 * every step to be kept.
 */
export const SMOOTHING_FACTORS = [0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999] as const;
/** The factor of numbers that stand alone, and of lines until the visitor chooses another. */
export const USUAL_SMOOTHING = SMOOTHING_FACTORS.indexOf(0.98);

/** A factor grows with the values: a mean that remembered a start of huge losses would hide what came of it. */
const factorAfter = (values: number, factor: number): number => Math.min(factor, values / (values + 10));

/** Whether the points of a series are as many steps apart from each other, or as many times as many steps. */
export type Spacing = 'linear' | 'log';

/** Geometric buckets of a doubling of the steps; below that many steps each one has a bucket of its own. */
const BUCKETS_PER_DOUBLING = 16;
/** Steps of a run, as far as they are told apart on a logarithmic axis: all that a Uint32 can count. */
const DOUBLINGS = 32;

/** The geometric bucket of a step: whole numbers from 0, none of them skipped. */
function geometricBucket(step: number): number {
  if (step <= BUCKETS_PER_DOUBLING) return step - 1;
  const doubling = Math.floor(Math.log2(step / BUCKETS_PER_DOUBLING));
  const within = Math.floor(step / 2 ** doubling) - BUCKETS_PER_DOUBLING;
  return BUCKETS_PER_DOUBLING * (doubling + 1) + within - 1;
}

/** The last step of a geometric bucket. */
function geometricEnd(bucket: number): number {
  if (bucket < BUCKETS_PER_DOUBLING) return bucket + 1;
  const doubling = Math.floor((bucket + 1) / BUCKETS_PER_DOUBLING) - 1;
  const within = (bucket + 1) % BUCKETS_PER_DOUBLING;
  return (BUCKETS_PER_DOUBLING + within + 1) * 2 ** doubling - 1;
}

/** A series as plain data. */
export interface SavedSeries {
  readonly linear: SavedBuckets;
  readonly geometric: SavedBuckets;
  readonly width: number;
  readonly lastStep: number;
  readonly last: number;
  readonly smooth: Float64Array; // [factors]
  readonly values: number;
}

/**
 * A number that changes with every step, kept in bounded memory however long a run is: buckets of steps with minimum,
 * maximum and mean. When all are used, neighbours merge and every bucket is twice as wide from then on, so that bucket
 * borders depend on the step count alone and the lanes of a run share them. A second, geometric set of buckets keeps the
 * start of a long run for a logarithmic axis.
 */
export class MetricSeries {
  readonly #linear: Buckets;
  readonly #geometric = new Buckets(BUCKETS_PER_DOUBLING * DOUBLINGS, SMOOTHING_FACTORS.length);
  /** Steps of a linear bucket; bucket i holds the steps from i * width + 1 to (i + 1) * width. */
  #width = 1;
  #lastStep = 0;
  #last = Number.NaN;
  readonly #smooth = new Float64Array(SMOOTHING_FACTORS.length).fill(Number.NaN);
  /** Values appended so far. */
  #values = 0;

  /** @param capacity largest number of linear buckets, even */
  constructor(capacity = 1024) {
    this.#linear = new Buckets(capacity, SMOOTHING_FACTORS.length);
  }

  /** The latest value, NaN before the first. */
  get last(): number {
    return this.#last;
  }

  /** The exponential mean of all values so far by the usual factor, NaN before the first. */
  get smooth(): number {
    return this.#smooth[USUAL_SMOOTHING] as number;
  }

  /** The step of the latest value, 0 before the first. */
  get lastStep(): number {
    return this.#lastStep;
  }

  /** Bytes that the series takes, however long it is. */
  get bytes(): number {
    return this.#linear.bytes + this.#geometric.bytes;
  }

  /**
   * Adds the value of a step. Values that are not finite are left out: a stopped lane has none to draw.
   * @param step from 1, larger than any before
   */
  append(step: number, value: number): void {
    if (!Number.isFinite(value) || step <= this.#lastStep) return;
    this.#lastStep = step;
    this.#last = value;
    for (let index = 0; index < SMOOTHING_FACTORS.length; index++) {
      const factor = factorAfter(this.#values, SMOOTHING_FACTORS[index] as number);
      const before = this.#smooth[index] as number;
      this.#smooth[index] = factor === 0 ? value : factor * before + (1 - factor) * value;
    }
    this.#values++;
    while (step > this.#width * this.#linear.capacity) {
      this.#linear.mergeNeighbours();
      this.#width *= 2;
    }
    this.#linear.add(Math.floor((step - 1) / this.#width), value, this.#smooth);
    this.#geometric.add(geometricBucket(step), value, this.#smooth);
  }

  /** Everything, to be kept. */
  save(): SavedSeries {
    return {
      linear: this.#linear.save(),
      geometric: this.#geometric.save(),
      width: this.#width,
      lastStep: this.#lastStep,
      last: this.#last,
      smooth: this.#smooth.slice(),
      values: this.#values,
    };
  }

  /**
   * A series that goes on where a saved one stood.
   * @throws Error where the parts do not belong together
   */
  static restored({ linear, geometric, width, lastStep, last, smooth, values }: SavedSeries): MetricSeries {
    const series = new MetricSeries();
    series.#linear.restore(linear);
    series.#geometric.restore(geometric);
    series.#width = width;
    series.#lastStep = lastStep;
    series.#last = last;
    series.#smooth.set(smooth.subarray(0, SMOOTHING_FACTORS.length));
    series.#values = values;
    return series;
  }

  /**
   * The series in at most that many points, oldest first. Minimum and maximum of every step are kept, so that a spike
   * of one step stays visible.
   */
  points(most = 500, spacing: Spacing = 'linear'): SeriesPoint[] {
    const buckets = spacing === 'linear' ? this.#linear : this.#geometric;
    const endOf = spacing === 'linear' ? (bucket: number) => (bucket + 1) * this.#width : geometricEnd;
    // A power of two, so that points do not shift against each other as the series grows.
    let merged = 1;
    while (buckets.used > merged * most) merged *= 2;
    const points: SeriesPoint[] = [];
    for (let start = 0; start < buckets.used; start += merged) {
      const end = Math.min(start + merged, buckets.used);
      const values = buckets.read(start, end);
      if (values === null) continue;
      const first = start === 0 ? 1 : endOf(start - 1) + 1;
      points.push({ first, last: Math.min(endOf(end - 1), this.#lastStep), ...values });
    }
    return points;
  }
}

/** What a line shows of a point: the exponential mean of that factor; null: the mean of the point's steps. */
export const lineValue = ({ mean, smooth }: SeriesPoint, smoothing: number | null): number =>
  smoothing === null ? mean : (smooth[smoothing] ?? mean);
