import { modRelu } from './cpu/modRelu.ts';
import type { LaneOfNetwork } from './cpu/network.ts';
import { newComplex, UnitaryMatrix } from './cpu/unitary.ts';
import { unitaryPermutation } from './initialise.ts';
import { matrixOf, type Shape } from './layout.ts';

type Numbers = Float32Array | Float64Array;

/** A network that reads one sequence of one-hot inputs, from its state before time 0 on. */
export interface Reader {
  /** What the readout reads. */
  readonly state: Float64Array; // [hidden]
  /** @param input the number of the input that is 1 */
  read(input: number): void;
}

/**
 * A lane's network as a reader. Computes in float64.
 * @param parameters of the lane, in the order of `shape.matrices`
 */
export const readerOf = (shape: Shape, lane: LaneOfNetwork, parameters: Numbers): Reader =>
  shape.network === 'urnn'
    ? unitaryReader(shape, lane, parameters)
    : recurrentReader(shape, lane, parameters);

function recurrentReader(shape: Shape, { activation }: LaneOfNetwork, parameters: Numbers): Reader {
  const { hidden, layers } = shape;
  const states = Array.from({ length: layers }, () => new Float64Array(hidden));
  const next = new Float64Array(hidden);
  const network = Array.from({ length: layers }, (_, layer) => ({
    input: matrixOf(shape, 'input', layer),
    recurrent: matrixOf(shape, 'recurrent', layer).offset,
    bias: matrixOf(shape, 'bias', layer).offset,
  }));
  const at = (index: number): number => parameters[index] as number;
  const read = (character: number): void => {
    network.forEach(({ input, recurrent, bias }, layer) => {
      const state = states[layer] as Float64Array;
      const below = layer === 0 ? null : (states[layer - 1] as Float64Array);
      for (let unit = 0; unit < hidden; unit++) {
        const row = input.offset + unit * input.columns;
        // The first layer's input is one-hot.
        let sum = at(bias + unit) + (below === null ? at(row + character) : 0);
        if (below !== null) for (let k = 0; k < hidden; k++) sum += at(row + k) * (below[k] as number);
        const recurrentRow = recurrent + unit * hidden;
        for (let k = 0; k < hidden; k++) sum += at(recurrentRow + k) * (state[k] as number);
        next[unit] = activation === 'tanh' ? Math.tanh(sum) : Math.max(0, sum);
      }
      state.set(next);
    });
  };
  return { state: states.at(-1) as Float64Array, read };
}

function unitaryReader(shape: Shape, { seed }: LaneOfNetwork, parameters: Numbers): Reader {
  const units = shape.hidden / 2;
  const part = (kind: 'phases' | 'reflections' | 'bias' | 'initial'): Float64Array => {
    const { offset, rows, columns } = matrixOf(shape, kind, 0);
    return Float64Array.from(parameters.subarray(offset, offset + rows * columns));
  };
  const input = matrixOf(shape, 'input', 0);
  const bias = part('bias');
  const matrix = new UnitaryMatrix(units, 1);
  matrix.permutation.set(unitaryPermutation(units, seed));
  matrix.load({ phases: part('phases'), reflections: part('reflections') });
  const state = part('initial');
  const complex = newComplex(units);
  const read = (character: number): void => {
    complex.re.set(state.subarray(0, units));
    complex.im.set(state.subarray(units));
    matrix.forward(complex, 1);
    for (let j = 0; j < units; j++) {
      const re = input.offset + j * input.columns + character;
      const im = re + units * input.columns;
      complex.re[j] = (complex.re[j] as number) + (parameters[re] as number);
      complex.im[j] = (complex.im[j] as number) + (parameters[im] as number);
    }
    modRelu(complex, bias, 1);
    state.set(complex.re);
    state.set(complex.im, units);
  };
  return { state, read };
}
