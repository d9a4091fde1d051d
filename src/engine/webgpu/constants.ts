import type { Task } from '../../experiment/tasks/index.ts';
import { MODULUS_EPSILON } from '../cpu/modRelu.ts';
import { METRIC_STEPS } from '../engine.ts';
import type { Shape } from '../layout.ts';
import {
  exponentsOf,
  pairsOf,
  quadsOf,
  readoutRowsOf,
  type Tiling,
  unitarySumsOf,
  unitsOf,
} from './sizes.ts';

/** The `const` declarations that stand before every kernel. */
export function constantsOf(task: Task, shape: Shape, packedQuads: number, tiling: Tiling): string {
  const numbers = {
    HIDDEN: shape.hidden,
    LAYERS: shape.layers,
    INPUTS: shape.inputs,
    OUTPUTS: shape.outputs,
    HIDDEN_QUADS: quadsOf(shape.hidden),
    OUTPUT_QUADS: quadsOf(shape.outputs),
    INPUT_STRIDE: 4 * quadsOf(shape.inputs),
    PARAMETERS: shape.parameters,
    PACKED_QUADS: packedQuads,
    MATRICES: shape.matrices.length,
    EXPONENTS: exponentsOf(shape),
    RING_STEPS: METRIC_STEPS,
    READOUT_ROWS: readoutRowsOf(shape),
    TILE: tiling.tile,
    QUADS: tiling.quads,
    SLICES: tiling.slices,
    SLICE_QUADS: tiling.sliceQuads,
    GROUPS: tiling.groups,
    UNITS: unitsOf(shape),
    PAIRS: pairsOf(shape),
    UNITARY_SUMS: unitarySumsOf(shape),
  };
  const lines = Object.entries(numbers).map(([name, value]) => `const ${name} = ${value}u;`);
  lines.push(`const MODULUS_EPSILON = ${MODULUS_EPSILON};`);
  const flags = {
    SOFTMAX: task.loss === 'softmax',
    KEPT: tiling.kept,
    RECURRENT: shape.recurrent,
    UNITARY: shape.network === 'urnn',
    ODD_POWER: Math.log2(unitsOf(shape)) % 2 === 1,
  };
  lines.push(...Object.entries(flags).map(([name, value]) => `const ${name} = ${value};`));
  return `${lines.join('\n')}\n`;
}
