import { type ReactNode, useState } from 'react';

interface FoldProps {
  readonly title: string;
  /** What to look for, in a sentence. */
  readonly note?: string;
  readonly startsOpen?: boolean;
  readonly children: ReactNode;
}

/** A part that folds; folded it computes nothing. */
export function Fold({ title, note, startsOpen = false, children }: FoldProps) {
  const [open, setOpen] = useState(startsOpen);
  return (
    <details
      className="inside-section"
      open={open}
      onToggle={(event) => {
        // Not of what folds inside.
        if (event.target === event.currentTarget) setOpen(event.currentTarget.open);
      }}
    >
      <summary>
        <h3>{title}</h3>
      </summary>
      {note && <p className="panel-note">{note}</p>}
      {open && children}
    </details>
  );
}
