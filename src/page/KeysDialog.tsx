import { useState } from 'react';
import { Dialog } from './Dialog.tsx';
import { closeDialog } from './dialogs.ts';
import { letSingleKeysWork, SHORTCUTS, singleKeysWork } from './useShortcuts.ts';

/** Lists every key of the page, and switches them off for those whom they disturb. */
export default function KeysDialog() {
  const [work, setWork] = useState(singleKeysWork);
  return (
    <Dialog title="Keys" onClose={closeDialog}>
      <table className="keys">
        <tbody>
          {SHORTCUTS.map(({ key, label, text }) => (
            <tr key={key}>
              <th scope="row">
                <kbd>{label}</kbd>
              </th>
              <td>{text}</td>
            </tr>
          ))}
          <tr>
            <th scope="row">
              <kbd>Tab</kbd>
            </th>
            <td>From control to control; arrow keys read the values of a chart</td>
          </tr>
        </tbody>
      </table>
      <p className="keys-choice">
        <label className="check">
          <input
            type="checkbox"
            checked={work}
            onChange={({ target }) => {
              letSingleKeysWork(target.checked);
              setWork(singleKeysWork());
            }}
          />
          Keys act on the page (in fields they never do)
        </label>
      </p>
    </Dialog>
  );
}
