import { useEffect, useState } from 'react';
import { messageOf } from '../engine/engine.ts';
import { taskOf } from '../experiment/tasks/index.ts';
import { useRun } from '../session/page/runStore.ts';
import { type LeftRun, savedRuns } from '../session/store/savedRuns.ts';
import { formatAge, formatCount } from './numbers.ts';
import { continueSaved, notify, useWorkbench } from './workbench.ts';

/** Looks, each after a longer pause, until a browser that fails counts as one that keeps nothing. */
const FAILED_LOOKS = 5;

/** Offers to go on with the run that a closed or crashed tab left behind, until this one has a run of its own. */
export function LeftRunNotice() {
  const [left, setLeft] = useState<LeftRun | null>(null);
  /** Looks so far; null once the visitor has chosen. */
  const [look, setLook] = useState<number | null>(0);
  const fresh = useRun(({ status }) => status === 'idle' || status === 'preparing' || status === 'waiting');
  // A run that the link began is none of the visitor's yet; in a frame it is there to be watched.
  const begunByLink = useWorkbench(({ view }) => view.autoplay && !view.embed);
  const offers = fresh || begunByLink;
  useEffect(() => {
    if (!offers || look === null) return;
    let over = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    savedRuns()
      .look()
      .then(({ left: found, lookAgainIn }) => {
        if (over) return;
        setLeft(found);
        // A tab that crashed a moment ago counts as open for a while.
        if (found === null && lookAgainIn !== null) timer = setTimeout(() => setLook(look + 1), lookAgainIn);
      })
      // It may answer the next time; one that keeps nothing has left nothing.
      .catch(() => {
        if (!over && look < FAILED_LOOKS) timer = setTimeout(() => setLook(look + 1), 1000 * 2 ** look);
      });
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [offers, look]);
  if (left === null || !offers) return null;
  const choose = (): void => {
    setLeft(null);
    setLook(null);
  };
  const { name, task, step } = left;
  const lanes = left.lanes === 1 ? 'one lane' : `${left.lanes} lanes`;
  const goOn = async (): Promise<void> => {
    choose();
    try {
      await savedRuns().take(name, continueSaved);
    } catch (error) {
      notify({ topic: 'saved', kind: 'warning', lines: ['The run cannot go on here.', messageOf(error)] });
      // There may be another one to offer.
      setLook(0);
    }
  };
  const forget = (): void => {
    choose();
    // One that cannot be forgotten now is offered at the next start; an older one is offered now.
    void savedRuns()
      .forget(name)
      .then(
        () => setLook(0),
        () => {},
      );
  };
  return (
    <div className="notice notice-information left-run" role="status">
      <p>
        <strong>A run was left at step {formatCount(step)}.</strong> {taskOf({ task }).title}, {lanes}, saved{' '}
        {formatAge(Date.now() - left.savedAt)} ago. It goes on with the same numbers, as if it had never
        stopped.
      </p>
      <div className="buttons">
        <button type="button" onClick={() => void goOn()}>
          Continue
        </button>
        <button type="button" onClick={forget}>
          Forget it
        </button>
      </div>
    </div>
  );
}
