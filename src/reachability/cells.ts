import type { Bound } from './question.ts';

/** All regions of a search in a few arrays, which a worker can hand over. */
export interface Cells {
  readonly count: number;
  readonly free: number;
  /** Where the vertices of each region begin, and at the end how many there are. */
  readonly starts: Uint32Array; // [count + 1]
  readonly points: Float64Array; // [vertices, free]
  /** Outputs as affine functions of the free numbers: coefficients, then the constant. */
  readonly outputs: Float64Array; // [count, outputs, free + 1]
  /** The last states of the two chosen units, likewise. */
  readonly images: Float64Array; // [count, 2, free + 1]
  /** Units that are active after the last step, in the last layer. */
  readonly active: Uint8Array; // [count]
  /** Two words that tell the patterns of regions apart. */
  readonly patterns: Uint32Array; // [count, 2]
}

/** The affine function [free + 1] of a bound on a region whose outputs are affine functions [outputs, free + 1]. */
export function boundOn(
  { outputs, free: linear, constant }: Bound,
  maps: ArrayLike<number>,
  first: number,
): Float64Array {
  const width = linear.length + 1;
  const form = Float64Array.from({ length: width }, (_, column) =>
    column < linear.length ? (linear[column] as number) : constant,
  );
  for (const [output, factor] of outputs.entries()) {
    if (factor === 0) continue;
    for (let column = 0; column < width; column++) {
      form[column] = (form[column] as number) + factor * (maps[first + output * width + column] as number);
    }
  }
  return form;
}

/** An affine function at a point. */
export function valueAt(
  form: ArrayLike<number>,
  first: number,
  points: ArrayLike<number>,
  at: number,
  free: number,
): number {
  let value = 0;
  for (let axis = 0; axis < free; axis++) {
    value += (form[first + axis] as number) * (points[at + axis] as number);
  }
  return value + (form[first + free] as number);
}

/** The region in which a point lies, or -1; on a boundary the first one. */
export function cellAt({ count, free, starts, points }: Cells, point: ArrayLike<number>): number {
  if (free !== 2) throw new Error('Regions are looked up in the plane only.');
  const x = point[0] as number;
  const y = point[1] as number;
  for (let cell = 0; cell < count; cell++) {
    const first = starts[cell] as number;
    const end = starts[cell + 1] as number;
    let inside = true;
    for (let vertex = first, before = end - 1; inside && vertex < end; before = vertex++) {
      const ax = points[2 * before] as number;
      const ay = points[2 * before + 1] as number;
      const bx = points[2 * vertex] as number;
      const by = points[2 * vertex + 1] as number;
      inside = (bx - ax) * (y - ay) - (by - ay) * (x - ax) >= -1e-14;
    }
    if (inside) return cell;
  }
  return -1;
}

/** Two words of a pattern, hashed as FNV-1a does with two starts and multipliers: different patterns hardly ever share both. */
export function digest(pattern: Uint32Array): Uint32Array {
  const hash = (start: number, multiplier: number): number => {
    let value = start;
    for (const word of pattern) {
      for (let shift = 0; shift < 32; shift += 8) {
        value = Math.imul(value ^ ((word >>> shift) & 0xff), multiplier);
      }
      value ^= value >>> 15;
    }
    return value >>> 0;
  };
  return Uint32Array.of(hash(0x811c9dc5, 0x01000193), hash(0x2f0b4c47, 0x5bd1e995));
}

/** Numbers that grow: plain arrays of this many would be slow. */
export class Growing {
  #numbers = new Float64Array(1024);
  length = 0;

  push(values: ArrayLike<number>): void {
    if (this.length + values.length > this.#numbers.length) {
      const larger = new Float64Array(2 * (this.length + values.length));
      larger.set(this.#numbers.subarray(0, this.length));
      this.#numbers = larger;
    }
    this.#numbers.set(values, this.length);
    this.length += values.length;
  }

  all(): Float64Array {
    return this.#numbers.slice(0, this.length);
  }
}
