import { cellCount, type Sizes } from './construction.ts';

/** One layer of a construction. */
export interface LayerSize {
  readonly units: number;
  readonly activation: 'ReLU' | 'sine' | '2^x' | 'linear';
  /** What it is there for. */
  readonly purpose: string;
}

/** The layers of a construction, the last one linear: as many as its depth. */
export function layersOf(sizes: Sizes): LayerSize[] {
  const { dimension, cells, bits, depth } = sizes;
  const binary = Math.log2(cells);
  const front: LayerSize[] =
    depth === 5
      ? [{ units: 2 * dimension * (cells - 1), activation: 'ReLU', purpose: 'count the borders before x' }]
      : [
          { units: dimension * binary, activation: 'sine', purpose: 'read the binary digits of the cell' },
          { units: 2 * dimension * binary, activation: 'ReLU', purpose: 'clip them to 0 or 1' },
        ];
  return [
    ...front,
    { units: 1, activation: '2^x', purpose: `z = 2^(2k), k the cell, 0 to ${cellCount(sizes) - 1}` },
    { units: bits + 1, activation: 'sine', purpose: 'sin(2π aₘ z + π/3): shift to the cell’s digits' },
    { units: 2 * (bits + 1), activation: 'ReLU', purpose: 'clip them to 0 or 1' },
    { units: 1, activation: 'linear', purpose: 'f(0) − ω + 2ω Σ 2⁻ᵐ bit' },
  ];
}

/** The largest number of units in a layer. */
export const widthOf = (sizes: Sizes): number => Math.max(...layersOf(sizes).map(({ units }) => units));

/** A class of functions: |f(u) - f(v)| <= mu |u - v|^alpha. */
export interface HoelderClass {
  readonly alpha: number;
  readonly mu: number;
}

/** What the two statements of the paper ask for an error epsilon. */
export interface Statement {
  /** N and M that the construction takes for it; at depth 6 N is the next power of two. */
  readonly cells: number;
  readonly bits: number;
  /** The width that the paper states. */
  readonly width: number;
}

/** So that what is a whole number but for rounding is not rounded up. */
const ceil = (value: number): number => Math.ceil(value - 1e-9);

/**
 * N, M and the stated width for a Hoelder class and an error outside the trifling region. Depth 5 is the statement of
 * arXiv:2103.00542, depth 6 the one of the journal.
 * @param epsilon above 0, less than 1.5 mu d^(alpha/2)
 */
export function statedSizes(
  dimension: 1 | 2,
  depth: 5 | 6,
  { alpha, mu }: HoelderClass,
  epsilon: number,
): Statement {
  const ratio = Math.sqrt(dimension) * ((3 * mu) / epsilon) ** (1 / alpha);
  const bits = Math.max(1, ceil(Math.log2((3 * mu * dimension ** (alpha / 2)) / (2 * epsilon))));
  const back = 2 * bits + 2;
  if (depth === 5) {
    // 2 d^1.5 (3 mu / epsilon)^(1 / alpha)
    return { cells: Math.max(1, ceil(ratio)), bits, width: Math.max(ceil(2 * dimension * ratio), back) };
  }
  const binary = Math.max(1, ceil(Math.log2(ratio)));
  return { cells: 2 ** binary, bits, width: Math.max(2 * dimension * binary, back) };
}
