import { type ReactNode, useSyncExternalStore } from 'react';
import type { ExamplesEvent } from '../../session/protocol.ts';
import type { LaneStyle } from '../laneStyle.ts';
import { Swatch } from '../Swatch.tsx';
import type { ExampleSizes } from './answers.ts';

/** What the picture of an example is made of. */
export interface ExampleProps {
  readonly examples: ExamplesEvent;
  readonly sizes: ExampleSizes;
  /** Which of the sequences, from 0. */
  readonly sequence: number;
  readonly styles: readonly LaneStyle[]; // [lane]
}

/** Right or wrong, as a sign and in words; colour comes on top. */
export function Sign({ right }: { readonly right: boolean }) {
  return (
    <span className={right ? 'sign sign-right' : 'sign sign-wrong'}>
      <span aria-hidden="true">{right ? '✓' : '✗'}</span>
      <span className="visually-hidden">{right ? 'right' : 'wrong'}</span>
    </span>
  );
}

/** A lane's answer with the lane's name. */
export function LaneAnswer({ style, children }: { readonly style: LaneStyle; readonly children: ReactNode }) {
  return (
    <li className="lane-answer">
      <h3>
        <Swatch style={style} /> {style.name}
      </h3>
      {children}
    </li>
  );
}

/** Whether the browser says so, now. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const media = matchMedia(query);
      media.addEventListener('change', changed);
      return () => media.removeEventListener('change', changed);
    },
    () => matchMedia(query).matches,
  );
}
