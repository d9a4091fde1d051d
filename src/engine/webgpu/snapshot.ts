import type { Batch } from '../../experiment/tasks/index.ts';
import {
  type LaneMetrics,
  type LaneSnapshot,
  type LaneStates,
  NO_PATHS,
  type ScaledArray,
  stopReason,
} from '../engine.ts';
import type { Shape } from '../layout.ts';
import { unpadRows } from './content.ts';
import { capacityOf, exponentsOf, gammaQuads, quadsOf } from './sizes.ts';

// From the device's layout, in quads and with exponents apart, to that of the interface.

/**
 * A line of the ring (shaders/finish.wgsl); null where the lane had stopped before.
 * @param at its first byte
 * @param previousNorm gradient norm of the step before, where it is known
 * @param bits whether the measure is the loss in bits
 */
export function readLine(
  view: DataView,
  at: number,
  lane: number,
  previousNorm: number | null,
  bits: boolean,
): LaneMetrics | null {
  const step = view.getUint32(at, true);
  const stoppedAt = view.getUint32(at + 4, true);
  if (stoppedAt !== 0 && stoppedAt < step) return null;
  const loss = view.getFloat32(at + 8, true);
  const gradientNorm = view.getFloat32(at + 16, true) * 2 ** clampExponent(view.getInt32(at + 20, true));
  const pathNorm = view.getFloat32(at + 24, true);
  return {
    step,
    lane,
    loss,
    metric: bits ? loss / Math.LN2 : view.getFloat32(at + 12, true),
    gradientNorm,
    pathNormLog2:
      pathNorm > 0 ? (Math.log2(pathNorm) + view.getInt32(at + 28, true)) / 2 : Number.NEGATIVE_INFINITY,
    stopped: stoppedAt === step ? stopReason(step, loss, gradientNorm, previousNorm) : null,
  };
}

/**
 * The batch on the device.
 * @param inputs [length, batch, padded inputs]
 * @param softmax whether targets are classes
 */
export function batchOf(shape: Shape, inputs: Float32Array, targets: ArrayBuffer, softmax: boolean): Batch {
  const { length, batch, scoredSteps, outputs } = shape;
  const count = scoredSteps * batch * (softmax ? 1 : outputs);
  return {
    inputs: unpadRows(inputs, shape.inputs, length * batch),
    targets: softmax ? new Uint32Array(targets, 0, count) : new Float32Array(targets, 0, count),
  };
}

/**
 * The path quantities of a lane.
 * @param floats the content of the buffer of that name
 * @param words likewise
 */
export function pathsOf(
  shape: Shape,
  lane: number,
  floats: (name: string) => Float32Array,
  words: (name: string) => Int32Array,
): Pick<LaneSnapshot, 'kappa1' | 'kappa2' | 'gammaIn' | 'gammaOut'> {
  if (shape.network === 'urnn') return NO_PATHS;
  return {
    kappa1: kappa1Of(shape, lane, floats('kappa1'), words('exponents')),
    kappa2: kappa2Of(shape, lane, floats('kappa2'), words('exponents')),
    gammaIn: gammaOf(shape, lane, floats('gammaIn'), words('gammaIn'), 1),
    gammaOut: gammaOf(shape, lane, floats('gammaOut'), words('gammaOut'), 0),
  };
}

/** kappa1 of a lane, by matrix. */
function kappa1Of(shape: Shape, lane: number, mantissas: Float32Array, exponents: Int32Array): ScaledArray[] {
  const { matrices, parameters } = shape;
  return matrices.map(({ offset, rows, columns }, index) => {
    const first = lane * parameters + offset;
    const data = mantissas.slice(first, first + rows * columns);
    return scaledArray(data, exponents[lane * exponentsOf(shape) + index] as number);
  });
}

/** The rows of kappa2 have exponents of their own: they come to the largest of the matrix. */
function kappa2Of(shape: Shape, lane: number, parts: Float32Array, exponents: Int32Array): ScaledArray[] {
  const { matrices, layers, hidden } = shape;
  return matrices.map(({ kind, layer, rows, columns }) => {
    const data = new Float32Array(rows * columns);
    if (kind !== 'recurrent') return { data, log2: 0 };
    const first = lane * exponentsOf(shape) + matrices.length + layer * hidden;
    const rowExponents = exponents.subarray(first, first + hidden);
    const largest = Math.max(...rowExponents);
    for (let j = 0; j < hidden; j++) {
      const row = (((lane * layers + layer) * hidden + j) * 2 + 1) * gammaQuads(shape) * 4;
      const scale = 2 ** Math.max(-1000, (rowExponents[j] as number) - largest);
      for (let k = 0; k < hidden; k++) data[j * hidden + k] = (parts[row + k] as number) * scale;
    }
    return scaledArray(data, largest);
  });
}

/**
 * gamma_in or gamma_out of a lane.
 * @param skipped rows before time 0
 */
function gammaOf(
  shape: Shape,
  lane: number,
  mantissas: Float32Array,
  words: Int32Array,
  skipped: number,
): ScaledArray {
  const { layers, length, hidden } = shape;
  const stride = gammaQuads(shape) * 4;
  const data = new Float32Array(layers * length * hidden);
  const log2 = new Int32Array(layers * length);
  for (let layer = 0; layer < layers; layer++) {
    for (let t = 0; t < length; t++) {
      const row = ((lane * layers + layer) * (length + 1) + t + skipped) * stride;
      const at = layer * length + t;
      data.set(mantissas.subarray(row, row + hidden), at * hidden);
      const exponent = words[row + stride - 4] as number;
      log2[at] = exponent > SMALLEST_EXPONENT ? exponent : 0;
    }
  }
  return { data, log2 };
}

/**
 * Hidden states and deltas of a lane.
 * @param floats the content of the buffer of that name
 */
export function statesOf(shape: Shape, lane: number, floats: (name: string) => Float32Array): LaneStates {
  const { layers, length, batch, hidden } = shape;
  const capacity = capacityOf(shape);
  const stride = 4 * quadsOf(hidden);
  const unpack = (name: string, firstRow: number): Float32Array => {
    const states = new Float32Array(layers * length * batch * hidden);
    for (let layer = 0; layer < layers; layer++) {
      const all = floats(`${name}.${layer}`);
      for (let row = 0; row < length * batch; row++) {
        const at = (lane * (length + 1) * capacity + firstRow + row) * stride;
        states.set(all.subarray(at, at + hidden), (layer * length * batch + row) * hidden);
      }
    }
    return states;
  };
  return { hidden: unpack('hidden', capacity), deltas: unpack('deltas', 0) };
}

/** Exponents below are the kernels' sign for what is zero throughout (ZERO_EXPONENT in shaders/lib/scale.wgsl). */
const SMALLEST_EXPONENT = -10_000_000;

const clampExponent = (exponent: number): number => Math.max(-1000, exponent);

const scaledArray = (data: Float32Array, exponent: number): ScaledArray => ({
  data,
  log2: exponent > SMALLEST_EXPONENT ? exponent : 0,
});
