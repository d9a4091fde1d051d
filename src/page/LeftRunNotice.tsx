import { useEffect, useState } from 'react';
import { taskOf } from '../experiment/tasks/index.ts';
import { useRun } from '../session/page/runStore.ts';
import type { LeftRun } from '../session/store/savedRuns.ts';
import { formatAge, formatCount } from './numbers.ts';
import { loadCode } from './part/code.ts';
import { continueSaved, useWorkbench } from './workbench.ts';

/** Offers to go on with the run that a closed or crashed tab left behind, until this one has a run of its own. */
export function LeftRunNotice() {
  const [left, setLeft] = useState<LeftRun | null>(null);
  const fresh = useRun(({ status }) => status === 'idle' || status === 'preparing' || status === 'waiting');
  // A run that the link began is none of the visitor's yet; in a frame it is there to be watched.
  const begunByLink = useWorkbench(({ view }) => view.autoplay && !view.embed);
  useEffect(() => {
    void loadCode('session/store/savedRuns.ts')
      .then(({ lastLeftRun }) => lastLeftRun())
      // A browser that keeps nothing has left nothing.
      .then(setLeft, () => {});
  }, []);
  if (left === null || !(fresh || begunByLink)) return null;
  const { name, run } = left;
  const { experiment, step } = run.checkpoint;
  const lanes = experiment.lanes.length === 1 ? 'one lane' : `${experiment.lanes.length} lanes`;
  const forget = (): void => {
    setLeft(null);
    void loadCode('session/store/savedRuns.ts').then(({ forgetRun }) => forgetRun(name));
  };
  return (
    <div className="notice notice-information left-run" role="status">
      <p>
        <strong>A run was left at step {formatCount(step)}.</strong> {taskOf(experiment).title}, {lanes},
        saved {formatAge(Date.now() - run.savedAt)} ago. It goes on with the same numbers, as if it had never
        stopped.
      </p>
      <div className="buttons">
        <button
          type="button"
          onClick={() => {
            if (continueSaved(run)) forget();
          }}
        >
          Continue
        </button>
        <button type="button" onClick={forget}>
          Forget it
        </button>
      </div>
    </div>
  );
}
