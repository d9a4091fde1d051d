import { viewTitles } from '../Views.tsx';

/** A part of the page that a link can leave out. */
export interface Part {
  /** As `hide` names it. */
  readonly name: string;
  readonly title: string;
}

const CHARTS: readonly Part[] = [
  { name: 'loss', title: 'Chart: loss' },
  { name: 'measure', title: 'Chart: right answers or bits' },
  { name: 'gradient', title: 'Chart: gradient norm' },
  { name: 'path', title: 'Chart: path norm' },
];

/** Every part of the page that a link can leave out, from top to bottom. */
export const parts = (): readonly Part[] => [
  { name: 'header', title: 'Title and links' },
  { name: 'guide', title: 'The guide’s button' },
  { name: 'status', title: 'Step, speed and engine' },
  { name: 'watch', title: 'The sentence on what to watch' },
  ...CHARTS,
  { name: 'text', title: 'Text that lanes write' },
  { name: 'lanes', title: 'Lanes and their settings' },
  { name: 'views', title: 'Look closer' },
  ...viewTitles().map(({ name, title }) => ({ name, title: `Look closer: ${title}` })),
  { name: 'rooms', title: 'Next door' },
  { name: 'experiment', title: 'Experiment' },
  { name: 'presets', title: 'Try' },
  { name: 'footer', title: 'The method, and offline' },
];
