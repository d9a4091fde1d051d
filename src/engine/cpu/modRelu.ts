import type { Complex } from './unitary.ts';

/** Added to the modulus below, as in the code of the authors, so that nothing is divided by zero. */
export const MODULUS_EPSILON = 1e-5;

/**
 * The modReLU, the ReLU of complex numbers: h = z (|z| + b) / (|z| + epsilon) where |z| + b > 0, else 0 (Arjovsky, Shah, Bengio,
 * "Unitary Evolution Recurrent Neural Networks", ICML 2016, equation 8), in place.
 * @param z [units, columns]
 * @param bias [units]
 */
export function modRelu({ re, im }: Complex, bias: Float64Array, columns: number): void {
  for (let j = 0; j < bias.length; j++) {
    const b = bias[j] as number;
    for (let i = j * columns; i < (j + 1) * columns; i++) {
      const x = re[i] as number;
      const y = im[i] as number;
      const modulus = Math.sqrt(x * x + y * y);
      // What is not a number passes, so that the loss shows it.
      const factor = modulus + b <= 0 ? 0 : (modulus + b) / (modulus + MODULUS_EPSILON);
      re[i] = x * factor;
      im[i] = y * factor;
    }
  }
}

/**
 * The gradient through the modReLU: dL/dz in the place of dL/dh, complex gradients being dL/dRe + i dL/dIm.
 * @param z what the modReLU got, [units, columns]
 * @param gradient [units, columns]
 * @param biasGradient dL/db is added, [units]
 */
export function modReluBackward(
  { re, im }: Complex,
  gradient: Complex,
  bias: Float64Array,
  biasGradient: Float64Array,
  columns: number,
): void {
  for (let j = 0; j < bias.length; j++) {
    const b = bias[j] as number;
    let sum = 0;
    for (let i = j * columns; i < (j + 1) * columns; i++) {
      const x = re[i] as number;
      const y = im[i] as number;
      const modulus = Math.sqrt(x * x + y * y);
      if (modulus + b <= 0) {
        gradient.re[i] = 0;
        gradient.im[i] = 0;
        continue;
      }
      const gx = gradient.re[i] as number;
      const gy = gradient.im[i] as number;
      const below = modulus + MODULUS_EPSILON;
      const along = gx * x + gy * y;
      // d factor / d|z| / |z|; z itself is 0 where |z| is.
      const change = modulus > 0 ? (along * (MODULUS_EPSILON - b)) / (below * below * modulus) : 0;
      const factor = (modulus + b) / below;
      gradient.re[i] = factor * gx + change * x;
      gradient.im[i] = factor * gy + change * y;
      sum += along / below;
    }
    biasGradient[j] = (biasGradient[j] as number) + sum;
  }
}
