import { formatLane } from '../experiment/link.ts';
import type { Experiment, Lane } from '../experiment/schema.ts';
import { INITIALISATION_TEXTS, OPTIMIZER_TEXTS } from './settingTexts.ts';

/** How a lane is drawn. Colour never stands alone: the dash tells lanes apart too. */
export interface LaneStyle {
  /** What tells the lane from the others. */
  readonly name: string;
  /** The lane by itself: all that it does not have from its optimizer's defaults, and its rate and start. */
  readonly title: string;
  readonly colour: string;
  /** As `stroke-dasharray`. */
  readonly dash: string;
}

const COLOURS = 8;
const DASHES = ['none', '9 4', '2 4', '10 4 2 4'] as const;

/** Colour and dash of the lane of an index; 16 lanes have 16 different pairs. */
export const strokeOf = (index: number): Pick<LaneStyle, 'colour' | 'dash'> => ({
  colour: `var(--lane-${index % COLOURS})`,
  dash: DASHES[(index + Math.floor(index / COLOURS)) % DASHES.length] as string,
});

/** What a lane has beside its network, rate and start that its optimizer's defaults have not: "unbalance 3". */
const othersOf = (lane: Lane, experiment: Experiment): string[] =>
  formatLane(lane, experiment)
    .split(',')
    .slice(1)
    .filter((setting) => !/^(rate|init):|^network:urnn$/.test(setting))
    .map((setting) => setting.replace(':', ' '));

/** Whether a list has two values that differ. */
const differ = (values: readonly (string | number)[]): boolean => new Set(values).size > 1;

/**
 * Names, colours and dashes of an experiment's lanes. A name is the optimizer, of a uRNN behind its network, and of all else what the lanes differ in;
 * a lane alone is named by its rate.
 */
export function laneStyles(experiment: Experiment): LaneStyle[] {
  const { lanes } = experiment;
  const seen = new Map<string, number>();
  const others = lanes.map((lane) => othersOf(lane, experiment));
  const withRate = lanes.length === 1 || differ(lanes.map(({ rate }) => rate));
  // A uRNN has but one start.
  const starts = lanes.filter(({ network }) => network !== 'urnn').map(({ init }) => init);
  const withStart = differ(starts);
  const shared = (setting: string): boolean =>
    lanes.length > 1 && others.every((settings) => settings.includes(setting));
  return lanes.map((lane, index) => {
    const own = others[index] ?? [];
    const unitary = lane.network === 'urnn';
    const optimizer = `${unitary ? 'uRNN, ' : ''}${OPTIMIZER_TEXTS[lane.optimizer]}`;
    const rate = `rate ${lane.rate}`;
    const start = INITIALISATION_TEXTS[lane.init];
    const text = [
      optimizer,
      ...(withRate ? [rate] : []),
      ...(withStart && !unitary ? [start] : []),
      ...own.filter((setting) => !shared(setting)),
    ].join(', ');
    const count = (seen.get(text) ?? 0) + 1;
    seen.set(text, count);
    return {
      name: count === 1 ? text : `${text} (${count})`,
      title: [optimizer, rate, start, ...own].join(', '),
      ...strokeOf(index),
    };
  });
}
