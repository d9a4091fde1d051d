/** What the CPU engine keeps its results in. It computes sums in float64 either way. */
export type Precision = 'float32' | 'float64';

/** Numbers of the engine's precision: storing into one rounds. */
export type Real = Float32Array | Float64Array;

export const newReal = (precision: Precision, length: number): Real =>
  precision === 'float32' ? new Float32Array(length) : new Float64Array(length);
