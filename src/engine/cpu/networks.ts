import type { Shape } from '../layout.ts';
import { type Network, PlainNetwork } from './network.ts';
import type { Precision } from './precision.ts';
import { SimdNetwork } from './simdNetwork.ts';
import { UnitaryNetwork } from './unitaryNetwork.ts';

/**
 * The network of a shape.
 * @param kernels the compiled kernels of `loadKernels`, for float32; without them TypeScript computes everything, as it
 *   always does for a uRNN
 */
export function networkFor(
  shape: Shape,
  precision: Precision,
  kernels: WebAssembly.Module | null = null,
): Network {
  if (shape.network === 'urnn') return new UnitaryNetwork(shape, precision);
  return kernels ? new SimdNetwork(shape, kernels) : new PlainNetwork(shape, precision);
}
