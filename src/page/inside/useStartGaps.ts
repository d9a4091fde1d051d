import { useEffect, useState } from 'react';
import { initialParametersFor, laneOf } from '../../engine/initialise.ts';
import { balanceGaps } from '../../engine/inside/balance.ts';
import type { Shape } from '../../engine/layout.ts';
import type { Lane } from '../../experiment/schema.ts';
import type { Look } from './look.ts';

/**
 * The balance gaps that each lane of an experiment begins with, found one lane after another, because the start of a large
 * one takes a while.
 * @returns [lanes so far] of [layers, hidden]
 */
export function useStartGaps({
  experiment,
  shapes,
}: Pick<Look, 'experiment' | 'shapes'>): readonly Float64Array[] {
  const [found, setFound] = useState<{ shapes: Look['shapes']; gaps: readonly Float64Array[] } | null>(null);
  useEffect(() => {
    const known = new Map<string, Float64Array>();
    let gaps: readonly Float64Array[] = [];
    let timer = setTimeout(next);
    function next(): void {
      if (gaps.length === experiment.lanes.length) return;
      const lane = laneOf(experiment, gaps.length);
      const shape = shapes[gaps.length] as Shape;
      // All that the start depends on.
      const key = `${lane.network} ${lane.init} ${lane.seed} ${lane.unbalance}`;
      const gap = known.get(key) ?? gapsOf(shape, lane);
      known.set(key, gap);
      gaps = [...gaps, gap];
      setFound({ shapes, gaps });
      timer = setTimeout(next);
    }
    return () => clearTimeout(timer);
  }, [experiment, shapes]);
  return found?.shapes === shapes ? found.gaps : [];
}

/** Those of a lane; a uRNN has none. */
const gapsOf = (shape: Shape, lane: Lane): Float64Array =>
  shape.network === 'urnn' ? new Float64Array() : balanceGaps(shape, initialParametersFor(shape, lane));
