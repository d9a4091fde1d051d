import type { Lane } from '../../experiment/schema.ts';
import { newComplex, UnitaryMatrix } from '../cpu/unitary.ts';
import { unitaryPermutation } from '../initialise.ts';
import { matrixOf, type Shape } from '../layout.ts';

type Numbers = Float32Array | Float64Array;

/** The recurrent matrix of a uRNN, for states [Re, Im]. */
export interface UnitaryLook {
  /** W* x, which undoes W x. The answer is overwritten by the next. */
  inverse(state: Numbers): Float64Array;
  /** Real and imaginary parts of all entries, row-major. */
  entries(): { readonly re: Float64Array; readonly im: Float64Array }; // [units, units] each
}

/**
 * W = D3 R2 F^-1 D2 P R1 F D1 of a lane at its parameters.
 * @param shape of a uRNN
 * @param parameters of the lane, in the order of `shape.matrices`
 */
export function unitaryMatrixOf(
  shape: Shape,
  { seed }: Pick<Lane, 'seed'>,
  parameters: Numbers,
): UnitaryLook {
  const units = shape.hidden / 2;
  const part = (kind: 'phases' | 'reflections'): Float64Array => {
    const { offset, rows, columns } = matrixOf(shape, kind, 0);
    return Float64Array.from(parameters.subarray(offset, offset + rows * columns));
  };
  const factors = { phases: part('phases'), reflections: part('reflections') };
  const matrixFor = (columns: number): UnitaryMatrix => {
    const matrix = new UnitaryMatrix(units, columns);
    matrix.permutation.set(unitaryPermutation(units, seed));
    matrix.load(factors);
    return matrix;
  };
  const single = matrixFor(1);
  const column = newComplex(units);
  const answer = new Float64Array(2 * units);
  return {
    inverse(state) {
      column.re.set(state.subarray(0, units));
      column.im.set(state.subarray(units));
      single.inverse(column, 1);
      answer.set(column.re);
      answer.set(column.im, units);
      return answer;
    },
    entries() {
      const all = newComplex(units * units);
      for (let unit = 0; unit < units; unit++) all.re[unit * units + unit] = 1;
      matrixFor(units).forward(all, units);
      return all;
    },
  };
}
