import { openDialog } from './dialogs.ts';

/** Opens the dialog with link, QR code and frame of the experiment. */
export function ShareButton() {
  return (
    <button
      type="button"
      aria-haspopup="dialog"
      onClick={() => openDialog('share')}
      title="A link to this experiment (l)"
    >
      Share
    </button>
  );
}
