import type { ReactNode } from 'react';

interface ScrollProps {
  /** What is in it, for a screen reader. */
  readonly label: string;
  readonly children: ReactNode;
}

/** Room for a table that may be wider than the page: it scrolls by itself, by keys too. */
export function Scroll({ label, children }: ScrollProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys scroll it
    <section className="moments-scroll" aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
