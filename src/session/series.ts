/** One point of a drawn line: the steps from `first` to `last` in one. */
export interface SeriesPoint {
  readonly first: number;
  readonly last: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  /** The exponential mean after the last of these steps. */
  readonly smooth: number;
}

/** Factor of the exponential mean, in the long run. */
const SMOOTHING = 0.98;
/** The factor grows with the values: a mean that remembered a start of huge losses would hide what came of it. */
const smoothingAfter = (values: number): number => Math.min(SMOOTHING, values / (values + 10));

/**
 * A number that changes with every step, kept in bounded memory however long a run is: buckets of steps with minimum,
 * maximum and mean. When all are used, neighbours merge and every bucket is twice as wide from then on, so that bucket
 * borders depend on the step count alone and the lanes of a run share them.
 */
export class MetricSeries {
  readonly #capacity: number;
  /** Steps of a bucket. */
  #width = 1;
  /** Buckets in use; bucket i holds the steps from i * width + 1 to (i + 1) * width. */
  #used = 0;
  readonly #count: Float64Array; // [capacity]
  readonly #sum: Float64Array; // [capacity]
  readonly #min: Float64Array; // [capacity]
  readonly #max: Float64Array; // [capacity]
  readonly #smooth: Float64Array; // [capacity]
  #lastStep = 0;
  #last = Number.NaN;
  #lastSmooth = Number.NaN;
  /** Values appended so far. */
  #values = 0;

  /** @param capacity largest number of buckets, even */
  constructor(capacity = 1024) {
    this.#capacity = capacity;
    this.#count = new Float64Array(capacity);
    this.#sum = new Float64Array(capacity);
    this.#min = new Float64Array(capacity);
    this.#max = new Float64Array(capacity);
    this.#smooth = new Float64Array(capacity);
  }

  /** The latest value, NaN before the first. */
  get last(): number {
    return this.#last;
  }

  /** The exponential mean of all values so far, NaN before the first. */
  get smooth(): number {
    return this.#lastSmooth;
  }

  /** The step of the latest value, 0 before the first. */
  get lastStep(): number {
    return this.#lastStep;
  }

  /**
   * Adds the value of a step. Values that are not finite are left out: a stopped lane has none to draw.
   * @param step from 1, larger than any before
   */
  append(step: number, value: number): void {
    if (!Number.isFinite(value) || step <= this.#lastStep) return;
    this.#lastStep = step;
    this.#last = value;
    const factor = smoothingAfter(this.#values++);
    this.#lastSmooth = factor === 0 ? value : factor * this.#lastSmooth + (1 - factor) * value;
    while (step > this.#width * this.#capacity) this.#mergeNeighbours();
    const bucket = Math.floor((step - 1) / this.#width);
    for (; this.#used <= bucket; this.#used++) this.#clear(this.#used);
    this.#count[bucket] = this.#at(this.#count, bucket) + 1;
    this.#sum[bucket] = this.#at(this.#sum, bucket) + value;
    this.#min[bucket] = Math.min(this.#at(this.#min, bucket), value);
    this.#max[bucket] = Math.max(this.#at(this.#max, bucket), value);
    this.#smooth[bucket] = this.#lastSmooth;
  }

  /**
   * The series in at most that many points, oldest first. Minimum and maximum of every step are kept, so that a spike
   * of one step stays visible.
   */
  points(most = 500): SeriesPoint[] {
    // A power of two, so that points do not shift against each other as the series grows.
    let merged = 1;
    while (this.#used > merged * most) merged *= 2;
    const points: SeriesPoint[] = [];
    for (let start = 0; start < this.#used; start += merged) {
      const end = Math.min(start + merged, this.#used);
      let count = 0;
      let sum = 0;
      let min = Number.POSITIVE_INFINITY;
      let max = Number.NEGATIVE_INFINITY;
      let smooth = Number.NaN;
      for (let bucket = start; bucket < end; bucket++) {
        if (this.#at(this.#count, bucket) === 0) continue;
        count += this.#at(this.#count, bucket);
        sum += this.#at(this.#sum, bucket);
        min = Math.min(min, this.#at(this.#min, bucket));
        max = Math.max(max, this.#at(this.#max, bucket));
        smooth = this.#at(this.#smooth, bucket);
      }
      if (count === 0) continue;
      const last = Math.min(end * this.#width, this.#lastStep);
      points.push({ first: start * this.#width + 1, last, mean: sum / count, min, max, smooth });
    }
    return points;
  }

  #at(array: Float64Array, bucket: number): number {
    return array[bucket] as number;
  }

  #clear(bucket: number): void {
    this.#count[bucket] = 0;
    this.#sum[bucket] = 0;
    this.#min[bucket] = Number.POSITIVE_INFINITY;
    this.#max[bucket] = Number.NEGATIVE_INFINITY;
    this.#smooth[bucket] = Number.NaN;
  }

  #mergeNeighbours(): void {
    const used = Math.ceil(this.#used / 2);
    for (let bucket = 0; bucket < used; bucket++) {
      const left = 2 * bucket;
      const right = left + 1 < this.#used ? left + 1 : left;
      const both = right !== left;
      const rightEmpty = this.#at(this.#count, right) === 0;
      this.#smooth[bucket] = this.#at(this.#smooth, rightEmpty ? left : right);
      this.#min[bucket] = Math.min(this.#at(this.#min, left), this.#at(this.#min, right));
      this.#max[bucket] = Math.max(this.#at(this.#max, left), this.#at(this.#max, right));
      this.#sum[bucket] = this.#at(this.#sum, left) + (both ? this.#at(this.#sum, right) : 0);
      this.#count[bucket] = this.#at(this.#count, left) + (both ? this.#at(this.#count, right) : 0);
    }
    this.#used = used;
    this.#width *= 2;
  }
}
