import { useEffect, useState } from 'react';
import { initialParametersFor, laneOf } from '../../engine/initialise.ts';
import { balanceGaps } from '../../engine/inside/balance.ts';
import type { Look } from './look.ts';

/**
 * The balance gaps that each lane of an experiment begins with, found one lane after another, because the start of a large
 * one takes a while.
 * @returns [lanes so far] of [layers, hidden]
 */
export function useStartGaps({
  experiment,
  shape,
}: Pick<Look, 'experiment' | 'shape'>): readonly Float64Array[] {
  const [found, setFound] = useState<{ shape: Look['shape']; gaps: readonly Float64Array[] } | null>(null);
  useEffect(() => {
    const known = new Map<string, Float64Array>();
    let gaps: readonly Float64Array[] = [];
    let timer = setTimeout(next);
    function next(): void {
      if (gaps.length === experiment.lanes.length) return;
      const lane = laneOf(experiment, gaps.length);
      // All that the start depends on.
      const key = `${lane.init} ${lane.seed} ${lane.unbalance}`;
      const gap = known.get(key) ?? balanceGaps(shape, initialParametersFor(shape, lane));
      known.set(key, gap);
      gaps = [...gaps, gap];
      setFound({ shape, gaps });
      timer = setTimeout(next);
    }
    return () => clearTimeout(timer);
  }, [experiment, shape]);
  return found?.shape === shape ? found.gaps : [];
}
