import type { Experiment } from '../experiment/schema.ts';
import { taskOf } from '../experiment/tasks/index.ts';
import { useRun } from '../session/page/runStore.ts';
import { useRunFrame } from './useRunFrame.ts';
import { explainZeroLoss } from './zeroLossText.ts';

/** Milliseconds between two looks at the numbers. */
const INTERVAL = 500;

/** A word on a lane whose loss was exactly 0, in a row of the lanes' table. */
export function LaneZero({ experiment, index }: { readonly experiment: Experiment; readonly index: number }) {
  const data = useRun((state) => state.data);
  const engine = useRun((state) => state.engine?.kind ?? null);
  useRunFrame(data, INTERVAL);
  const zero = data.lanes[index]?.zeros.first;
  if (!zero) return null;
  return (
    <tr className="lane-wide">
      <td colSpan={8}>
        <p className="lane-zero" role="status">
          {explainZeroLoss(zero, taskOf(experiment).measure(experiment), engine)}
        </p>
      </td>
    </tr>
  );
}
