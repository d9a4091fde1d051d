import type { Cell } from '../inside/CellField.tsx';
import type { BuiltView } from './protocol.ts';

/** What the pictures of a construction show besides. */
export interface Look {
  readonly view: BuiltView;
  /** In the arithmetic that is chosen. */
  readonly answers: Float32Array;
  readonly trifling: boolean;
}

/** The cell of the construction under a cursor: rows go down, y goes up. */
export function cellUnder({ settings }: BuiltView, { row, column }: Cell): number {
  const { dimension, cells } = settings.sizes;
  return dimension === 1 ? column : column + cells * (cells - 1 - row);
}
