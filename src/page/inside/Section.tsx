import { type ComponentType, useEffect, useRef, useState } from 'react';
import { Fold } from '../Fold.tsx';
import type { Look, SectionProps } from './look.ts';

interface SectionFoldProps {
  readonly title: string;
  /** What to look for, in a sentence. */
  readonly note: string;
  readonly look: Look;
  readonly Content: ComponentType<SectionProps>;
  readonly startsOpen: boolean;
}

/** A part of the view that folds. Folded it computes nothing, and out of sight it stays as it was. */
export function Section({ title, note, look, Content, startsOpen }: SectionFoldProps) {
  return (
    <Fold title={title} note={note} startsOpen={startsOpen}>
      <Seen look={look} Content={Content} />
    </Fold>
  );
}

/** How far outside of the window a section still follows, so that scrolling finds it fresh. */
const MARGIN = '120px';

function Seen({ look, Content }: Pick<SectionFoldProps, 'look' | 'Content'>) {
  const element = useRef<HTMLDivElement>(null);
  const [inView, setInView] = useState(false);
  const [shown, setShown] = useState(look);
  useEffect(() => {
    const observer = new IntersectionObserver(
      (entries) => setInView(entries.at(-1)?.isIntersecting ?? false),
      { rootMargin: MARGIN },
    );
    if (element.current) observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  // What the visitor chooses, and another shape, count at once; new numbers only where they are seen.
  const stale =
    shown.lane !== look.lane || shown.layer !== look.layer || shown.experiment !== look.experiment;
  const current = inView || stale ? look : shown;
  if (current !== shown) setShown(current);
  return (
    <div ref={element}>
      <Content look={current} />
    </div>
  );
}
