import type { Task } from '../../experiment/tasks/index.ts';
import { METRIC_STEPS } from '../engine.ts';
import type { Shape } from '../layout.ts';
import { exponentsOf, quadsOf, readoutRowsOf, type Slices } from './sizes.ts';

/** The `const` declarations that stand before every kernel. */
export function constantsOf(task: Task, shape: Shape, packedQuads: number, slices: Slices): string {
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
    SLICES: slices.slices,
    SLICE_QUADS: slices.sliceQuads,
  };
  const lines = Object.entries(numbers).map(([name, value]) => `const ${name} = ${value}u;`);
  const flags = { SOFTMAX: task.loss === 'softmax', KEPT: slices.kept, RECURRENT: shape.recurrent };
  lines.push(...Object.entries(flags).map(([name, value]) => `const ${name} = ${value};`));
  return `${lines.join('\n')}\n`;
}
