/**
 * The discrete Fourier transform of a power of two many complex numbers, unitary (divided by the root of their number), of
 * several columns at once: the algorithm of Stockham in passes of four, after one of two where the power is odd. The
 * same passes as in shaders/lib/unitary.wgsl.
 */
export class FourierTransform {
  readonly #size: number;
  readonly #cosines: Float64Array; // [size]
  readonly #sines: Float64Array; // [size]
  #workRe: Float64Array; // [size, columns]
  #workIm: Float64Array; // [size, columns]

  /**
   * @param size a power of two from 4
   * @param columns the most that are transformed at once
   */
  constructor(size: number, columns: number) {
    this.#size = size;
    this.#cosines = Float64Array.from({ length: size }, (_, k) => Math.cos((2 * Math.PI * k) / size));
    this.#sines = Float64Array.from({ length: size }, (_, k) => Math.sin((2 * Math.PI * k) / size));
    this.#workRe = new Float64Array(size * columns);
    this.#workIm = new Float64Array(size * columns);
  }

  /**
   * Transforms in place: x_j becomes the sum over k of x_k exp(sign 2 pi i j k / size) / root of size.
   * @param re [size, columns]
   * @param im [size, columns]
   * @param sign -1: the transform, 1: its inverse
   */
  apply(re: Float64Array, im: Float64Array, columns: number, sign: 1 | -1): void {
    const size = this.#size;
    let from = { re, im };
    let to = { re: this.#workRe, im: this.#workIm };
    const scale = 1 / Math.sqrt(size);
    const count = size * columns;
    for (let i = 0; i < count; i++) {
      re[i] = (re[i] as number) * scale;
      im[i] = (im[i] as number) * scale;
    }
    let done = 1;
    if (Math.log2(size) % 2 === 1) {
      this.#passOfTwo(from.re, from.im, to.re, to.im, columns);
      [from, to] = [to, from];
      done = 2;
    }
    for (; done < size; done *= 4) {
      this.#passOfFour(from.re, from.im, to.re, to.im, columns, done, sign);
      [from, to] = [to, from];
    }
    if (from.re !== re) {
      re.set(from.re.subarray(0, count));
      im.set(from.im.subarray(0, count));
    }
  }

  /** The first pass: sums and differences of the two halves. */
  #passOfTwo(
    re: Float64Array,
    im: Float64Array,
    toRe: Float64Array,
    toIm: Float64Array,
    columns: number,
  ): void {
    const half = (this.#size / 2) * columns;
    for (let j = 0; j < this.#size / 2; j++) {
      let to = 2 * j * columns;
      for (let i = j * columns; i < (j + 1) * columns; i++, to++) {
        const aRe = re[i] as number;
        const aIm = im[i] as number;
        const bRe = re[i + half] as number;
        const bIm = im[i + half] as number;
        toRe[to] = aRe + bRe;
        toIm[to] = aIm + bIm;
        toRe[to + columns] = aRe - bRe;
        toIm[to + columns] = aIm - bIm;
      }
    }
  }

  /** A pass that joins four transforms of `done` numbers each to one. */
  #passOfFour(
    re: Float64Array,
    im: Float64Array,
    toRe: Float64Array,
    toIm: Float64Array,
    columns: number,
    done: number,
    sign: 1 | -1,
  ): void {
    const quarter = this.#size / 4;
    const step = quarter * columns;
    const stride = done * columns;
    const turn = quarter / done;
    for (let j = 0; j < quarter; j++) {
      const k = j % done;
      const c1 = this.#cosines[k * turn] as number;
      const s1 = sign * (this.#sines[k * turn] as number);
      const c2 = this.#cosines[2 * k * turn] as number;
      const s2 = sign * (this.#sines[2 * k * turn] as number);
      const c3 = this.#cosines[3 * k * turn] as number;
      const s3 = sign * (this.#sines[3 * k * turn] as number);
      let to = ((j - k) * 4 + k) * columns;
      for (let i = j * columns; i < (j + 1) * columns; i++, to++) {
        const i1 = i + step;
        const i2 = i1 + step;
        const i3 = i2 + step;
        const aRe = re[i] as number;
        const aIm = im[i] as number;
        const bRe = c1 * (re[i1] as number) - s1 * (im[i1] as number);
        const bIm = c1 * (im[i1] as number) + s1 * (re[i1] as number);
        const cRe = c2 * (re[i2] as number) - s2 * (im[i2] as number);
        const cIm = c2 * (im[i2] as number) + s2 * (re[i2] as number);
        const dRe = c3 * (re[i3] as number) - s3 * (im[i3] as number);
        const dIm = c3 * (im[i3] as number) + s3 * (re[i3] as number);
        const sumRe = aRe + cRe;
        const sumIm = aIm + cIm;
        const differenceRe = aRe - cRe;
        const differenceIm = aIm - cIm;
        const otherRe = bRe + dRe;
        const otherIm = bIm + dIm;
        // sign i (b - d)
        const turnedRe = -sign * (bIm - dIm);
        const turnedIm = sign * (bRe - dRe);
        const to1 = to + stride;
        const to2 = to1 + stride;
        const to3 = to2 + stride;
        toRe[to] = sumRe + otherRe;
        toIm[to] = sumIm + otherIm;
        toRe[to1] = differenceRe + turnedRe;
        toIm[to1] = differenceIm + turnedIm;
        toRe[to2] = sumRe - otherRe;
        toIm[to2] = sumIm - otherIm;
        toRe[to3] = differenceRe - turnedRe;
        toIm[to3] = differenceIm - turnedIm;
      }
    }
  }
}
