import type { ReactNode } from 'react';

/** A table that scrolls sideways where it is wider than the room, by keys too. */
export function ScrollBox({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls by keys
    <section className="reach-scroll" aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
