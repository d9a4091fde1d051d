import { formatLane } from '../experiment/link.ts';
import type { Experiment } from '../experiment/schema.ts';
import { OPTIMIZER_TEXTS } from './settingTexts.ts';

/** How a lane is drawn. Colour never stands alone: the dash tells lanes apart too. */
export interface LaneStyle {
  readonly name: string;
  readonly colour: string;
  /** As `stroke-dasharray`. */
  readonly dash: string;
}

const COLOURS = 8;
const DASHES = ['none', '9 4', '2 4', '10 4 2 4'] as const;

/**
 * Names, colours and dashes of an experiment's lanes; 16 lanes have 16 different pairs of colour and dash. A name is
 * the optimizer, its rate, and what else differs from the defaults.
 */
export function laneStyles(experiment: Experiment): LaneStyle[] {
  const seen = new Map<string, number>();
  return experiment.lanes.map((lane, index) => {
    const others = formatLane(lane, experiment)
      .split(',')
      .slice(1)
      .filter((setting) => !setting.startsWith('rate:'))
      .map((setting) => setting.replace(':', ' '));
    const text = [OPTIMIZER_TEXTS[lane.optimizer], `rate ${lane.rate}`, ...others].join(', ');
    const count = (seen.get(text) ?? 0) + 1;
    seen.set(text, count);
    return {
      name: count === 1 ? text : `${text} (${count})`,
      colour: `var(--lane-${index % COLOURS})`,
      dash: DASHES[(index + Math.floor(index / COLOURS)) % DASHES.length] as string,
    };
  });
}
