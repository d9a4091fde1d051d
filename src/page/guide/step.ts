import type { ReactNode } from 'react';
import type { RoomLink } from '../../experiment/room.ts';

/** One step of the guide: one idea, a guess, an experiment, and what it shows. */
export interface GuideStep {
  readonly title: string;
  /** The idea in text, with its picture or formula. */
  readonly idea: ReactNode;
  readonly question: string;
  readonly choices: readonly string[];
  /** Index of the choice that the experiment bears out. */
  readonly right: number;
  /** Name of the preset that the step sets up. */
  readonly preset: string;
  /** What to do once it is set up. */
  readonly tryThis: ReactNode;
  /** Shown after the guess, beside the preset's measured curves. */
  readonly shows: ReactNode;
  /** Another preset that goes on from here, and what to look for in it. */
  readonly further?: { readonly preset: string; readonly text: string };
  /** A closer look at the run that belongs to the step; offered where the page has it. */
  readonly view?: { readonly name: string; readonly text: string };
  /** A room that belongs to the step, in the state in which it opens; offered where the page has it. */
  readonly room?: RoomLink & { readonly text: string };
  readonly sources: readonly string[];
}
