/** The buckets in use, as arrays of the same length; `smooth` has so many means for each. */
export interface SavedBuckets {
  readonly count: Float64Array; // [used]
  readonly sum: Float64Array; // [used]
  readonly min: Float64Array; // [used]
  readonly max: Float64Array; // [used]
  readonly smooth: Float64Array; // [used, means]
}

/** Statistics of numbers in buckets, in arrays of a fixed size. */
export class Buckets {
  readonly capacity: number;
  readonly #means: number;
  /** Buckets in use, from the first. */
  #used = 0;
  readonly #count: Float64Array; // [capacity]
  readonly #sum: Float64Array; // [capacity]
  readonly #min: Float64Array; // [capacity]
  readonly #max: Float64Array; // [capacity]
  /** The exponential means after the bucket's last value. */
  readonly #smooth: Float64Array; // [capacity, means]

  /** @param means exponential means that come with every value */
  constructor(capacity: number, means: number) {
    this.capacity = capacity;
    this.#means = means;
    this.#count = new Float64Array(capacity);
    this.#sum = new Float64Array(capacity);
    this.#min = new Float64Array(capacity).fill(Number.POSITIVE_INFINITY);
    this.#max = new Float64Array(capacity).fill(Number.NEGATIVE_INFINITY);
    this.#smooth = new Float64Array(capacity * means);
  }

  get used(): number {
    return this.#used;
  }

  /** Bytes of all arrays, whatever is in them. */
  get bytes(): number {
    return [this.#count, this.#sum, this.#min, this.#max, this.#smooth].reduce(
      (bytes, array) => bytes + array.byteLength,
      0,
    );
  }

  /**
   * @param bucket below the capacity, not below the last one used
   * @param means the exponential means after this value
   */
  add(bucket: number, value: number, means: Float64Array): void {
    this.#used = Math.max(this.#used, bucket + 1);
    this.#count[bucket] = at(this.#count, bucket) + 1;
    this.#sum[bucket] = at(this.#sum, bucket) + value;
    this.#min[bucket] = Math.min(at(this.#min, bucket), value);
    this.#max[bucket] = Math.max(at(this.#max, bucket), value);
    this.#smooth.set(means, bucket * this.#means);
  }

  /** All values of the buckets from `start` to before `end` in one; null where there are none. */
  read(
    start: number,
    end: number,
  ): { mean: number; min: number; max: number; smooth: readonly number[] } | null {
    let count = 0;
    let sum = 0;
    let min = Number.POSITIVE_INFINITY;
    let max = Number.NEGATIVE_INFINITY;
    let last = -1;
    const stop = Math.min(end, this.#used);
    for (let bucket = start; bucket < stop; bucket++) {
      if (at(this.#count, bucket) === 0) continue;
      count += at(this.#count, bucket);
      sum += at(this.#sum, bucket);
      min = Math.min(min, at(this.#min, bucket));
      max = Math.max(max, at(this.#max, bucket));
      last = bucket;
    }
    if (last < 0) return null;
    const smooth: number[] = [];
    for (let mean = 0; mean < this.#means; mean++) smooth.push(at(this.#smooth, last * this.#means + mean));
    return { mean: sum / count, min, max, smooth };
  }

  /** What is in use, to be kept. */
  save(): SavedBuckets {
    const used = this.#used;
    return {
      count: this.#count.slice(0, used),
      sum: this.#sum.slice(0, used),
      min: this.#min.slice(0, used),
      max: this.#max.slice(0, used),
      smooth: this.#smooth.slice(0, used * this.#means),
    };
  }

  /**
   * Takes over what another one saved, before anything was added.
   * @throws Error where the arrays do not belong together
   */
  restore({ count, sum, min, max, smooth }: SavedBuckets): void {
    const used = count.length;
    const fits = [sum, min, max].every(({ length }) => length === used);
    if (used > this.capacity || !fits || smooth.length !== used * this.#means) {
      throw new Error('The series of a saved run are damaged: their sizes do not fit.');
    }
    this.#used = used;
    this.#count.set(count);
    this.#sum.set(sum);
    this.#min.set(min);
    this.#max.set(max);
    this.#smooth.set(smooth);
  }

  /** Merges neighbours: half as many buckets are in use afterwards. */
  mergeNeighbours(): void {
    const used = Math.ceil(this.#used / 2);
    for (let bucket = 0; bucket < used; bucket++) {
      const left = 2 * bucket;
      const right = left + 1;
      const rightCount = right < this.#used ? at(this.#count, right) : 0;
      const last = rightCount > 0 ? right : left;
      this.#smooth.copyWithin(bucket * this.#means, last * this.#means, (last + 1) * this.#means);
      this.#min[bucket] = Math.min(at(this.#min, left), rightCount > 0 ? at(this.#min, right) : Infinity);
      this.#max[bucket] = Math.max(at(this.#max, left), rightCount > 0 ? at(this.#max, right) : -Infinity);
      this.#sum[bucket] = at(this.#sum, left) + (rightCount > 0 ? at(this.#sum, right) : 0);
      this.#count[bucket] = at(this.#count, left) + rightCount;
    }
    this.#count.fill(0, used);
    this.#sum.fill(0, used);
    this.#min.fill(Number.POSITIVE_INFINITY, used);
    this.#max.fill(Number.NEGATIVE_INFINITY, used);
    this.#used = used;
  }
}

const at = (array: Float64Array, index: number): number => array[index] as number;
