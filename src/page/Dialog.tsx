import { type ReactNode, useId, useLayoutEffect, useRef } from 'react';
import { Icon } from './Icon.tsx';
import './styles/dialog.css';

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  /** Asked before Escape closes the dialog; false keeps it open. */
  readonly mayClose?: () => boolean;
  readonly children: ReactNode;
}

/** A modal dialog for as long as it is mounted: Escape, its button or a click beside it close it. */
export function Dialog({ title, onClose, mayClose, children }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  // Before the element goes: `close` gives the focus back to where it was.
  useLayoutEffect(() => {
    const dialog = element.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    // Escape is the keyboard's click beside the dialog.
    // biome-ignore lint/a11y/useKeyWithClickEvents: see above
    <dialog
      ref={element}
      className="dialog"
      aria-labelledby={titleId}
      onCancel={(event) => {
        if (mayClose?.() === false) event.preventDefault();
        else onClose();
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
    >
      <div className="dialog-content">
        <div className="panel-head">
          <h2 id={titleId}>{title}</h2>
          <button type="button" className="quiet" aria-label="Close" onClick={onClose}>
            <Icon name="remove" />
          </button>
        </div>
        {children}
      </div>
    </dialog>
  );
}
