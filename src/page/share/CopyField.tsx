import { useId, useRef, useState } from 'react';
import { copyText } from '../browser/clipboard.ts';

interface CopyFieldProps {
  readonly label: string;
  readonly value: string;
  /** Lines of the field; one if left out. */
  readonly rows?: number;
}

/** A text with a button that copies it. Where a page may not copy (plain http), the button selects it. */
export function CopyField({ label, value, rows = 1 }: CopyFieldProps) {
  const id = useId();
  const field = useRef<HTMLTextAreaElement & HTMLInputElement>(null);
  const [answer, setAnswer] = useState<{ readonly text: string; readonly value: string } | null>(null);

  const copy = async (): Promise<void> => {
    if (await copyText(value)) {
      setAnswer({ text: 'Copied', value });
    } else {
      field.current?.select();
      setAnswer({ text: 'Selected: copy it with Ctrl C, or by a long touch', value });
    }
  };

  const shared = { id, ref: field, readOnly: true, value, spellCheck: false } as const;
  return (
    <div className="copy-field">
      <div className="copy-head">
        <label htmlFor={id}>{label}</label>
        <span role="status">{answer?.value === value && answer.text}</span>
      </div>
      {rows === 1 ? <input type="text" {...shared} /> : <textarea rows={rows} {...shared} />}
      <button type="button" onClick={copy} aria-label={`Copy: ${label}`}>
        Copy
      </button>
    </div>
  );
}
