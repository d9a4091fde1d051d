import { type Arithmetic, LookupNetwork } from './arithmetic.ts';
import { buildLookup, type Lookup, type Sizes } from './construction.ts';
import type { Target } from './functions.ts';
import { measuredModulus, sample } from './modulus.ts';
import { nodesOf, triflingBound, triflingShare } from './nodes.ts';

/** What the construction promises. */
export interface Bound {
  /** omega = w(sqrt d). */
  readonly range: number;
  /** omega 2^-M: the value of a cell has M + 1 bits. */
  readonly rounding: number;
  /** w(sqrt d / N): the function changes within a cell. */
  readonly change: number;
  /** Outside the trifling region no error is larger: the sum of the two. */
  readonly largest: number;
  /** The root of the mean square error is no larger: the trifling region included. */
  readonly meanSquareRoot: number;
  /** Whether w is known, or was measured on the grid. */
  readonly known: boolean;
  /** Where w was measured: how many points. */
  readonly points: number;
}

/** How a network in one arithmetic does. Errors are null where an answer is no finite number. */
export interface Errors {
  readonly arithmetic: Arithmetic;
  /** The largest outside the trifling region. */
  readonly largest: number | null;
  /** The root of the mean square error, outside it and over all. */
  readonly insideL2: number | null;
  readonly l2: number | null;
  /** Whether the largest error is within its bound. */
  readonly holds: boolean;
  /** Cells, from the first one on, that are read as they were written. */
  readonly exactCells: number;
}

/** A construction with its bound, and what is known of its trifling region. */
export interface Built {
  readonly lookup: Lookup;
  readonly bound: Bound;
  readonly trifling: { readonly share: number; readonly bound: number };
}

/** What rounding alone may do to an error that is as large as its bound. */
const ROUNDING = 1e-12;

/**
 * Builds the network of a function, with its bound.
 * @throws FormulaError where the function has no finite value
 */
export function build(target: Target, sizes: Sizes): Built {
  const { dimension, cells, bits } = sizes;
  const at = nodesOf(sizes).map(({ at }) => at);
  const sampled = sample(target, at);
  const modulus = target.modulus ?? ((distance) => measuredModulus(sampled, distance));
  const diameter = Math.sqrt(dimension);
  const range = modulus(diameter);
  const rounding = range * 2 ** -bits;
  const change = modulus(diameter / cells);
  const trifling = { share: triflingShare(sizes), bound: triflingBound(sizes) };
  return {
    lookup: buildLookup(target, sizes, range),
    trifling,
    bound: {
      range,
      rounding,
      change,
      largest: rounding + change,
      meanSquareRoot: rounding + change + 2 * range * Math.sqrt(trifling.bound),
      known: target.modulus !== null,
      points: sampled.values.length,
    },
  };
}

/** Measures a network beside the function that it looks up. */
export function measure(target: Target, { lookup, bound }: Built, arithmetic: Arithmetic): Errors {
  const network = new LookupNetwork(lookup, arithmetic);
  const nodes = nodesOf(lookup.sizes);
  const rows = lookup.sizes.dimension === 1 ? [{ at: 0, weight: 1, trifling: false }] : nodes;
  let largest = 0;
  let square = 0;
  let insideSquare = 0;
  let insideWeight = 0;
  for (const row of rows) {
    for (const column of nodes) {
      const trifling = row.trifling || column.trifling;
      const weight = row.weight * column.weight;
      if (trifling && weight === 0) continue;
      const error = Math.abs(network.value(column.at, row.at) - target.value(column.at, row.at));
      square += weight * error * error;
      if (trifling) continue;
      // Math.max hands on what is no number.
      largest = Math.max(largest, error);
      insideSquare += weight * error * error;
      insideWeight += weight;
    }
  }
  const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
  return {
    arithmetic,
    largest: finite(largest),
    insideL2: finite(Math.sqrt(insideSquare / insideWeight)),
    l2: finite(Math.sqrt(square)),
    holds: largest <= bound.largest * (1 + ROUNDING) + ROUNDING * Math.abs(lookup.middle),
    exactCells: network.exactCells(),
  };
}
