import { reset, step, useRun } from '../session/runStore.ts';
import { ShareButton } from './ShareButton.tsx';
import { StatusLine } from './StatusLine.tsx';
import { togglePlay } from './useShortcuts.ts';

const ICONS = {
  play: 'M4 2.5v11l9-5.5z',
  pause: 'M3.5 2.5h3v11h-3zM9.5 2.5h3v11h-3z',
  step: 'M3 2.5v11l7-5.5zM11 2.5h2v11h-2z',
  reset: 'M8 2.2a5.8 5.8 0 1 0 5.8 5.8h-1.9A3.9 3.9 0 1 1 8 4.1v2.4l4-3.4-4-3.3z',
} as const;

function Icon({ name }: { readonly name: keyof typeof ICONS }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={ICONS[name]} />
    </svg>
  );
}

/** Starting, stopping and sharing a run, and how it goes. */
export function RunBar({ showStatus }: { readonly showStatus: boolean }) {
  const status = useRun((state) => state.status);
  const playWhenReady = useRun((state) => state.playWhenReady);
  const goesOn = status === 'running' || playWhenReady;
  const over = status === 'failed' || status === 'stopped';
  return (
    <section className="run-bar" aria-label="Run">
      <div className="buttons">
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
        <ShareButton />
      </div>
      {showStatus && <StatusLine />}
    </section>
  );
}
