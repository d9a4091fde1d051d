import type { Experiment } from '../../experiment/schema.ts';
import type { Copy } from '../../session/page/runData.ts';
import { type LaneStyle, laneStyles } from '../laneStyle.ts';

/** Names, colours and dashes of a run's lanes, in which copies are named after their originals. */
export function runLaneStyles(experiment: Experiment, copies: readonly Copy[]): LaneStyle[] {
  const styles = laneStyles(experiment);
  const copiesOf = new Map<number, number>();
  for (const { lane, of } of copies) {
    const style = styles[lane];
    const original = styles[of];
    if (!style || !original) continue;
    const count = (copiesOf.get(of) ?? 0) + 1;
    copiesOf.set(of, count);
    styles[lane] = { ...style, name: `copy${count === 1 ? '' : ` ${count}`} of ${original.name}` };
  }
  return styles;
}
