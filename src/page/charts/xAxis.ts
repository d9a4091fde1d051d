import type { Experiment } from '../../experiment/schema.ts';
import type { StepClock } from '../../session/page/stepClock.ts';
import { formatCount, formatSeconds } from '../numbers.ts';

/** What a run's progress is counted in. */
export const X_UNITS = ['step', 'examples', 'seconds'] as const;
export type XUnit = (typeof X_UNITS)[number];

/** The horizontal axis of all charts. */
export interface XAxisChoice {
  readonly unit: XUnit;
  readonly log: boolean;
}

/** What the page calls each unit. */
export const X_UNIT_TEXTS: Readonly<Record<XUnit, string>> = {
  step: 'training steps',
  examples: 'examples seen',
  seconds: 'seconds of training',
};

/** Where the steps of a run stand on the axis. */
export function placeOf(unit: XUnit, { batch }: Experiment, clock: StepClock): (step: number) => number {
  if (unit === 'examples') return (step) => step * batch;
  if (unit === 'seconds') return (step) => clock.secondsAt(step);
  return (step) => step;
}

/** A place on the axis in words: "step 1,200", "38,400 examples", "12.3 s". */
export function formatPlace(x: number, unit: XUnit): string {
  if (unit === 'step') return `step ${formatCount(x)}`;
  return unit === 'examples' ? `${formatCount(x)} examples` : formatSeconds(x);
}

/** What has to be said of seconds: the lanes share them, and by themselves would take different ones. */
export function secondsNote({ lanes }: Experiment): string {
  const has = (optimizer: string): boolean => lanes.some((lane) => lane.optimizer === optimizer);
  const costs = [
    ...(has('path') ? ['a step of Path-SGD takes some 5 to 10 % longer than one of SGD'] : []),
    ...(has('path2') ? ['one with κ₁ + κ₂ about twice as long'] : []),
  ];
  if (lanes.length < 2) return 'Seconds: time spent on training, without pauses and evaluations.';
  const alone = costs.length === 0 ? '' : ` By itself, ${costs.join(', ')}.`;
  return `Seconds: of the run, all lanes together, without pauses and evaluations; the share of each lane is not measured.${alone}`;
}
