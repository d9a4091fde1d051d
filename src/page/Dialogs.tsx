import { Dialog } from './Dialog.tsx';
import { closeDialog, type DialogName, useDialogs } from './dialogs.ts';
import { Part } from './part/Part.tsx';

const DIALOGS = {
  share: { name: 'page/share/ShareDialog.tsx', title: 'The Share dialog', heading: 'Share this experiment' },
  keys: { name: 'page/KeysDialog.tsx', title: 'The list of keys', heading: 'Keys' },
} as const satisfies Readonly<Record<DialogName, unknown>>;

/** The dialog that is open, loaded when it first is. */
export function Dialogs() {
  const open = useDialogs((state) => state.open);
  if (open === null) return null;
  const { name, title, heading } = DIALOGS[open];
  return (
    <Part
      name={name}
      title={title}
      props={{}}
      frame={(said) => (
        <Dialog title={heading} onClose={closeDialog}>
          {said}
        </Dialog>
      )}
    />
  );
}
