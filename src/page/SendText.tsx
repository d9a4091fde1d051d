import { useState } from 'react';
import { canSend, send } from './browser/clipboard.ts';

/** Hands a text to the device's own sharing, where the browser has it. */
export function SendText(props: { readonly label: string; readonly title: string; readonly text: string }) {
  const { label, title, text } = props;
  const [refused, setRefused] = useState(false);
  if (!canSend()) return null;
  const share = async (): Promise<void> => setRefused(!(await send({ title, text })));
  return (
    <div className="copy">
      <button type="button" onClick={share}>
        {label}
      </button>
      <span role="status">{refused && 'This browser did not share it: copy it.'}</span>
    </div>
  );
}
