import type { Work } from './useWork.ts';

interface WorkBarProps {
  /** What the button does. */
  readonly label: string;
  readonly work: Pick<Work, 'busy' | 'progress' | 'cancelled' | 'problem' | 'cancel'>;
  readonly disabled?: boolean;
  readonly primary?: boolean;
  readonly onStart: () => void;
}

/** Starts a piece of work, shows how far it is, and gives it up. */
export function WorkBar({ label, work, disabled = false, primary = false, onStart }: WorkBarProps) {
  const { busy, progress, cancelled, problem, cancel } = work;
  return (
    <>
      <div className="work-bar">
        <button
          type="button"
          className={primary ? 'primary' : undefined}
          disabled={disabled || busy}
          onClick={onStart}
        >
          {label}
        </button>
        {cancelled && (
          <span className="work-text" role="status">
            Cancelled.
          </span>
        )}
        {busy && (
          <>
            <button type="button" onClick={cancel}>
              Cancel
            </button>
            <progress aria-label={label} value={progress?.fraction ?? undefined} max={1} />
            <span className="work-text">{progress?.text ?? 'Starting'}</span>
          </>
        )}
      </div>
      {problem !== null && (
        <p className="reach-problem" role="alert">
          {problem}
        </p>
      )}
    </>
  );
}
