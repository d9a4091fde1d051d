import { reset, step, useRun } from '../session/page/runStore.ts';
import { Icon } from './Icon.tsx';
import { ShareButton } from './ShareButton.tsx';
import { StatusLine } from './StatusLine.tsx';
import { togglePlay } from './useShortcuts.ts';
import './styles/run-bar.css';

/** Starting, stopping and sharing a run, and how it goes. */
export function RunBar({ showStatus }: { readonly showStatus: boolean }) {
  return (
    <section className="run-bar" aria-label="Run">
      <div className="buttons">
        <RunButtons />
        <ShareButton />
      </div>
      {showStatus && <StatusLine />}
    </section>
  );
}

/** Play or Pause, Step and Reset. */
export function RunButtons() {
  const status = useRun((state) => state.status);
  const playWhenReady = useRun((state) => state.playWhenReady);
  const goesOn = status === 'running' || playWhenReady;
  const over = status === 'failed' || status === 'stopped' || status === 'waiting';
  return (
    <>
      <button type="button" className="primary" disabled={over} onClick={togglePlay} title="Space">
        <Icon name={goesOn ? 'pause' : 'play'} />
        {goesOn ? 'Pause' : 'Play'}
      </button>
      <button
        type="button"
        disabled={over || status === 'preparing'}
        onClick={step}
        title="One training step (s)"
      >
        <Icon name="step" />
        Step
      </button>
      <button type="button" onClick={reset} title="Back to step 0 (r)">
        <Icon name="reset" />
        Reset
      </button>
    </>
  );
}
