import { type Matrix, matrixOf, type Shape } from '../layout.ts';

type Numbers = Float32Array | Float64Array;

/**
 * The balance gap of each hidden unit: its incoming weights and bias, squared and summed, minus its outgoing weights,
 * squared and summed. A loop from a unit to itself is on both sides and cancels. Gradient flow, SGD with tiny steps, keeps
 * every gap of a ReLU network as it is, because rescaling a unit does not change the loss.
 * @param parameters [parameters]
 * @returns [layers, hidden]
 */
export function balanceGaps(
  shape: Pick<Shape, 'layers' | 'hidden' | 'recurrent' | 'matrices'>,
  parameters: Numbers,
): Float64Array {
  return balanceSums(shape, (at) => (parameters[at] as number) ** 2);
}

/**
 * For each hidden unit the sum of a number over its incoming weights and bias minus that over its outgoing weights.
 * @param numberOf the number of a parameter, by its index
 * @returns [layers, hidden]
 */
export function balanceSums(
  shape: Pick<Shape, 'layers' | 'hidden' | 'recurrent' | 'matrices'>,
  numberOf: (index: number) => number,
): Float64Array {
  const { layers, hidden, recurrent } = shape;
  const gaps = new Float64Array(layers * hidden);
  const add = (index: number, value: number): void => {
    gaps[index] = (gaps[index] as number) + value;
  };
  const visit = (
    { offset, rows, columns }: Matrix,
    use: (row: number, column: number, value: number) => void,
  ) => {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++)
        use(row, column, numberOf(offset + row * columns + column));
    }
  };
  for (let layer = 0; layer < layers; layer++) {
    const at = layer * hidden;
    visit(matrixOf(shape, 'input', layer), (row, _, value) => add(at + row, value));
    visit(matrixOf(shape, 'bias', layer), (row, _, value) => add(at + row, value));
    if (recurrent) {
      visit(matrixOf(shape, 'recurrent', layer), (row, column, value) => {
        if (row === column) return;
        add(at + row, value);
        add(at + column, -value);
      });
    }
    const next =
      layer + 1 < layers ? matrixOf(shape, 'input', layer + 1) : matrixOf(shape, 'readout', layers);
    visit(next, (_, column, value) => add(at + column, -value));
  }
  return gaps;
}
