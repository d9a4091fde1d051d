import { type Eigenvalues, eigenvalues } from './eigenvalues.ts';
import { unitaryEigenvalues } from './unitaryEigenvalues.ts';

declare const self: DedicatedWorkerGlobalScope;

/** A square matrix, row-major; with imaginary parts it is unitary. */
export interface EigenRequest {
  readonly values: Float64Array; // [size, size]
  readonly imaginary: Float64Array | null; // [size, size]
  readonly size: number;
}

const find = ({ values, imaginary, size }: EigenRequest): Eigenvalues | null =>
  imaginary ? unitaryEigenvalues(values, imaginary, size) : eigenvalues(values, size);

self.addEventListener('message', ({ data }: MessageEvent<EigenRequest>) => {
  self.postMessage(find(data));
});
