import { type ReactNode, useState } from 'react';
import { flushSync } from 'react-dom';
import { ReadContext } from './useDrawing.ts';

/** The charts of a run, and whether pointer or keys are in one of them. */
export function ReadCharts({ children }: { readonly children: ReactNode }) {
  const [pointed, setPointed] = useState(false);
  const [focused, setFocused] = useState(false);
  // At once: the same event then asks the chart what is under the pointer.
  return (
    <ReadContext value={pointed || focused}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: it only notices what is done in the charts */}
      <div
        className="chart-grid"
        onPointerEnter={() => flushSync(() => setPointed(true))}
        onPointerLeave={({ pointerType }) => {
          // A finger that is lifted leaves what it pointed at.
          if (pointerType !== 'touch') setPointed(false);
        }}
        onFocusCapture={({ target }) => {
          if (target instanceof SVGElement) flushSync(() => setFocused(true));
        }}
        onBlur={() => setFocused(false)}
      >
        {children}
      </div>
    </ReadContext>
  );
}
