import type { LaneSnapshot } from '../engine.ts';
import type { Shape } from '../layout.ts';
import { exponentAt, log2At } from './scaled.ts';

/** How the path flow of a layer is spread over its units. */
export interface PathFlow {
  /** Of each unit, between 0 and 1; they sum up to 1. Zero throughout where nothing flows. */
  readonly shares: Float64Array; // [hidden]
  /** log2 of the flow through all units; -Infinity where nothing flows. */
  readonly totalLog2: number;
  /** 2 to the entropy of the shares: as many units that share the flow evenly would have it. 0 where nothing flows. */
  readonly effectiveUnits: number;
}

/**
 * The path flow through each unit j of a layer: the sum over time of u_t[j] v_t[j], which is the mass of all paths that
 * pass through it, counted once for each time at which they do; what flows in by its incoming edges, what flows out
 * by its outgoing ones.
 * @param layer from 0
 */
export function pathFlow(
  { hidden, length }: Pick<Shape, 'hidden' | 'length'>,
  { gammaIn, gammaOut }: Pick<LaneSnapshot, 'gammaIn' | 'gammaOut'>,
  layer: number,
): PathFlow {
  const row = (t: number): number => (layer * length + t) * hidden;
  // The largest term has a factor of one.
  let reference = Number.NEGATIVE_INFINITY;
  for (let i = row(0); i < row(length); i++) {
    const log2 = log2At(gammaIn, i) + log2At(gammaOut, i);
    if (log2 > reference) reference = log2;
  }
  const shares = new Float64Array(hidden);
  if (reference === Number.NEGATIVE_INFINITY) return { shares, totalLog2: reference, effectiveUnits: 0 };
  for (let t = 0; t < length; t++) {
    const at = row(t);
    const factor = 2 ** (exponentAt(gammaIn, at) + exponentAt(gammaOut, at) - reference);
    for (let j = 0; j < hidden; j++) {
      const mass = (gammaIn.data[at + j] as number) * (gammaOut.data[at + j] as number);
      shares[j] = (shares[j] as number) + mass * factor;
    }
  }
  const total = shares.reduce((sum, share) => sum + share, 0);
  let entropy = 0;
  for (let j = 0; j < hidden; j++) {
    const share = (shares[j] as number) / total;
    shares[j] = share;
    if (share > 0) entropy -= share * Math.log2(share);
  }
  return { shares, totalLog2: reference + Math.log2(total), effectiveUnits: 2 ** entropy };
}
