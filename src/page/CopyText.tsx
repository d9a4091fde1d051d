import { useState } from 'react';
import { copyText } from './browser/clipboard.ts';

/** Copies a text; where a page may not (plain http), shows it, ready to copy. */
export function CopyText({ label, text }: { readonly label: string; readonly text: string }) {
  const [copied, setCopied] = useState<boolean | null>(null);
  const copy = async (): Promise<void> => setCopied(await copyText(text));
  return (
    <div className="copy">
      <button type="button" onClick={copy}>
        {label}
      </button>
      <span role="status">{copied && 'Copied'}</span>
      {copied === false && <textarea readOnly rows={8} aria-label="The table as text" value={text} />}
    </div>
  );
}
