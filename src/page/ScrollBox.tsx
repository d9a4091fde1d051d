import type { ReactNode } from 'react';
import './styles/scroll-box.css';

interface ScrollBoxProps {
  /** What is in it, for a screen reader. */
  readonly label: string;
  /** What else it is, for its style. */
  readonly className?: string;
  readonly children: ReactNode;
}

/** Room for a table that may be wider than the page: it scrolls by itself, by keys too. */
export function ScrollBox({ label, className = '', children }: ScrollBoxProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys scroll it
    <section className={`scroll-box ${className}`} aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
