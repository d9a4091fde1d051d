import { FourierTransform } from './fourier.ts';

/** The parameters of the unitary matrix, as parts of a lane's. */
export interface UnitaryParameters {
  readonly phases: Float64Array; // [3, units]
  readonly reflections: Float64Array; // [2, 2 units], real parts before imaginary ones
}

/** Complex numbers: row by row, real and imaginary parts apart. */
export interface Complex {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

export const newComplex = (length: number): Complex => ({
  re: new Float64Array(length),
  im: new Float64Array(length),
});

/**
 * The unitary matrix W = D3 R2 F^-1 D2 P R1 F D1 of Arjovsky, Shah, Bengio, "Unitary Evolution Recurrent Neural Networks"
 * (ICML 2016, section 4.1), applied to several columns at once: D = diag(exp(i theta)), R = I - 2 v v* / |v|^2, F the unitary
 * Fourier transform, P a permutation. Every factor's inverse is its adjoint, so that states and gradients run back through W
 * side by side, and nothing between the factors needs to be kept.
 */
export class UnitaryMatrix {
  readonly #units: number;
  /** Unit j takes the value of unit permutation[j]. */
  readonly permutation: Uint32Array; // [units]
  readonly #fourier: FourierTransform;
  /** exp(i theta) of D1, D2, D3. */
  readonly #turns: Complex; // [3, units]
  /** u = v root(2) / |v|, so that R = I - u u*. */
  readonly #normals: Complex; // [2, units]
  /** root(2) / |v|. */
  readonly #scales = new Float64Array(2);
  readonly #phaseGradient: Float64Array; // [3, units]
  /** Sums over columns of conj(p) x + conj(a) g, where a = u* x, p = u* g. */
  readonly #reflectionSums: Complex; // [2, units]
  /** Sums over columns of Re(conj(p) a). */
  readonly #products = new Float64Array(2);
  readonly #work: Complex; // [units, columns]
  readonly #inner: Complex; // [columns]

  /**
   * @param columns the most that any call has
   */
  constructor(units: number, columns: number) {
    this.#units = units;
    this.permutation = Uint32Array.from({ length: units }, (_, unit) => unit);
    this.#fourier = new FourierTransform(units, columns);
    this.#turns = newComplex(3 * units);
    this.#normals = newComplex(2 * units);
    this.#phaseGradient = new Float64Array(3 * units);
    this.#reflectionSums = newComplex(2 * units);
    this.#work = newComplex(units * columns);
    this.#inner = newComplex(columns);
  }

  /** Takes parameters, and starts their gradients at zero. */
  load({ phases, reflections }: UnitaryParameters): void {
    const units = this.#units;
    for (let i = 0; i < 3 * units; i++) {
      this.#turns.re[i] = Math.cos(phases[i] as number);
      this.#turns.im[i] = Math.sin(phases[i] as number);
    }
    for (let r = 0; r < 2; r++) {
      const first = 2 * r * units;
      let square = 0;
      for (let i = first; i < first + 2 * units; i++) square += (reflections[i] as number) ** 2;
      // A vector of zeros reflects nothing.
      const factor = square > 0 ? Math.sqrt(2 / square) : 0;
      this.#scales[r] = factor;
      for (let j = 0; j < units; j++) {
        this.#normals.re[r * units + j] = factor * (reflections[first + j] as number);
        this.#normals.im[r * units + j] = factor * (reflections[first + units + j] as number);
      }
    }
    this.#phaseGradient.fill(0);
    this.#reflectionSums.re.fill(0);
    this.#reflectionSums.im.fill(0);
    this.#products.fill(0);
  }

  /** Replaces every column x by W x. */
  forward(x: Complex, columns: number): void {
    this.#turn(x, columns, 0, 1);
    this.#fourier.apply(x.re, x.im, columns, -1);
    this.#reflect(x, columns, 0);
    this.#permute(x, columns, false);
    this.#turn(x, columns, 1, 1);
    this.#fourier.apply(x.re, x.im, columns, 1);
    this.#reflect(x, columns, 1);
    this.#turn(x, columns, 2, 1);
  }

  /** Replaces every column y by x, y = W x. */
  inverse(y: Complex, columns: number): void {
    this.#back(y, columns, null);
  }

  /**
   * Runs states and gradients back through W, and adds to the gradients of the parameters.
   * @param pairs [units, 2 columns]: columns y = W x, then as many dL/dy; replaced by x and dL/dx. Complex gradients are
   *   dL/dRe + i dL/dIm
   */
  backward(pairs: Complex, columns: number): void {
    this.#back(pairs, 2 * columns, columns);
  }

  /**
   * Adds the gradients gathered since `load` to those of a lane.
   * @param gradient with the parts of the lane's gradient
   */
  addGradient(gradient: UnitaryParameters): void {
    const units = this.#units;
    for (let i = 0; i < 3 * units; i++) {
      gradient.phases[i] = (gradient.phases[i] as number) + (this.#phaseGradient[i] as number);
    }
    for (let r = 0; r < 2; r++) {
      const factor = -(this.#scales[r] as number);
      const product = this.#products[r] as number;
      for (let j = 0; j < units; j++) {
        const at = r * units + j;
        const re = (this.#reflectionSums.re[at] as number) - product * (this.#normals.re[at] as number);
        const im = (this.#reflectionSums.im[at] as number) - product * (this.#normals.im[at] as number);
        const to = 2 * r * units + j;
        gradient.reflections[to] = (gradient.reflections[to] as number) + factor * re;
        gradient.reflections[to + units] = (gradient.reflections[to + units] as number) + factor * im;
      }
    }
  }

  /** @param half columns of states, where the others are gradients; null: there are no gradients */
  #back(y: Complex, columns: number, half: number | null): void {
    const turnBack = (index: number): void => {
      if (half !== null) this.#addPhases(y, half, index);
      this.#turn(y, columns, index, -1);
    };
    turnBack(2);
    this.#reflect(y, columns, 1);
    if (half !== null) this.#addReflection(y, half, 1);
    this.#fourier.apply(y.re, y.im, columns, -1);
    turnBack(1);
    this.#permute(y, columns, true);
    this.#reflect(y, columns, 0);
    if (half !== null) this.#addReflection(y, half, 0);
    this.#fourier.apply(y.re, y.im, columns, 1);
    turnBack(0);
  }

  /** Multiplies by exp(sign i theta). */
  #turn(x: Complex, columns: number, index: number, sign: 1 | -1): void {
    const { re, im } = x;
    for (let j = 0; j < this.#units; j++) {
      const c = this.#turns.re[index * this.#units + j] as number;
      const s = sign * (this.#turns.im[index * this.#units + j] as number);
      for (let i = j * columns; i < (j + 1) * columns; i++) {
        const a = re[i] as number;
        const b = im[i] as number;
        re[i] = c * a - s * b;
        im[i] = c * b + s * a;
      }
    }
  }

  /** Leaves u* x of every column in `#inner`. */
  #project({ re, im }: Complex, columns: number, index: number): void {
    const inner = this.#inner;
    inner.re.fill(0, 0, columns);
    inner.im.fill(0, 0, columns);
    for (let j = 0; j < this.#units; j++) {
      const a = this.#normals.re[index * this.#units + j] as number;
      const b = this.#normals.im[index * this.#units + j] as number;
      for (let c = 0; c < columns; c++) {
        const i = j * columns + c;
        const x = re[i] as number;
        const y = im[i] as number;
        inner.re[c] = (inner.re[c] as number) + a * x + b * y;
        inner.im[c] = (inner.im[c] as number) + a * y - b * x;
      }
    }
  }

  /** x - u (u* x): its own inverse. Leaves u* x, of the columns as they came, in `#inner`. */
  #reflect(x: Complex, columns: number, index: number): void {
    this.#project(x, columns, index);
    const { re, im } = x;
    const inner = this.#inner;
    for (let j = 0; j < this.#units; j++) {
      const a = this.#normals.re[index * this.#units + j] as number;
      const b = this.#normals.im[index * this.#units + j] as number;
      for (let c = 0; c < columns; c++) {
        const i = j * columns + c;
        const p = inner.re[c] as number;
        const q = inner.im[c] as number;
        re[i] = (re[i] as number) - (a * p - b * q);
        im[i] = (im[i] as number) - (a * q + b * p);
      }
    }
  }

  #permute(x: Complex, columns: number, back: boolean): void {
    const { re, im } = this.#work;
    const count = this.#units * columns;
    re.set(x.re.subarray(0, count));
    im.set(x.im.subarray(0, count));
    for (let j = 0; j < this.#units; j++) {
      const other = this.permutation[j] as number;
      const from = (back ? j : other) * columns;
      const to = (back ? other : j) * columns;
      for (let c = 0; c < columns; c++) {
        x.re[to + c] = re[from + c] as number;
        x.im[to + c] = im[from + c] as number;
      }
    }
  }

  /** dL/dtheta = Im(g conj(y)), y and g behind the turn. */
  #addPhases({ re, im }: Complex, half: number, index: number): void {
    for (let j = 0; j < this.#units; j++) {
      let sum = 0;
      for (let i = 2 * j * half; i < (2 * j + 1) * half; i++) {
        sum += (im[i + half] as number) * (re[i] as number) - (re[i + half] as number) * (im[i] as number);
      }
      const at = index * this.#units + j;
      this.#phaseGradient[at] = (this.#phaseGradient[at] as number) + sum;
    }
  }

  /**
   * The sums of a reflection, of states x and gradients before it, after `#reflect`, which left u* of what was behind it:
   * -u* x, and u* g, g being the gradient behind the reflection. That one is g' + u p, where g' is the one before it.
   */
  #addReflection({ re, im }: Complex, half: number, index: number): void {
    const inner = this.#inner;
    const units = this.#units;
    let product = 0;
    for (let c = 0; c < half; c++) {
      product -=
        (inner.re[c + half] as number) * (inner.re[c] as number) +
        (inner.im[c + half] as number) * (inner.im[c] as number);
    }
    this.#products[index] = (this.#products[index] as number) + product;
    for (let j = 0; j < units; j++) {
      const a = this.#normals.re[index * units + j] as number;
      const b = this.#normals.im[index * units + j] as number;
      let sumRe = 0;
      let sumIm = 0;
      for (let c = 0; c < half; c++) {
        const i = 2 * j * half + c;
        const pRe = inner.re[c + half] as number;
        const pIm = inner.im[c + half] as number;
        const aRe = -(inner.re[c] as number);
        const aIm = -(inner.im[c] as number);
        const xRe = re[i] as number;
        const xIm = im[i] as number;
        const gRe = (re[i + half] as number) + a * pRe - b * pIm;
        const gIm = (im[i + half] as number) + a * pIm + b * pRe;
        sumRe += pRe * xRe + pIm * xIm + aRe * gRe + aIm * gIm;
        sumIm += pRe * xIm - pIm * xRe + aRe * gIm - aIm * gRe;
      }
      const at = index * units + j;
      this.#reflectionSums.re[at] = (this.#reflectionSums.re[at] as number) + sumRe;
      this.#reflectionSums.im[at] = (this.#reflectionSums.im[at] as number) + sumIm;
    }
  }
}
