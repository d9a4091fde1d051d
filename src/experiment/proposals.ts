import { defaultRate, MEASURED_MOMENTUM, measuredRate } from './rates.ts';
import { defaultLane, type Lane, type LaneContext } from './schema.ts';

/** The settings that every measurement leaves at their defaults. */
const PLAIN = ['decay', 'clip', 'dualclip', 'activation'] as const satisfies readonly (keyof Lane)[];

/** The best measured rate of a lane, or null where nothing like it was measured. */
export function measuredRateOf(lane: Lane, context: LaneContext): number | null {
  const plain = defaultLane(lane.optimizer, context);
  if (PLAIN.some((setting) => lane[setting] !== plain[setting])) return null;
  if (lane.momentum !== plain.momentum && lane.momentum !== MEASURED_MOMENTUM) return null;
  return measuredRate(lane, context);
}

/** The rate that the page proposes for a lane: the measured one, else the default one. */
export const proposedRate = (lane: Lane, context: LaneContext): number =>
  measuredRateOf(lane, context) ?? defaultRate(lane.optimizer, context);

/** Whether a lane's rate is none of the visitor's choosing: the proposed one, or the one of a link that names none. */
export const hasProposedRate = (lane: Lane, context: LaneContext): boolean =>
  lane.rate === proposedRate(lane, context) || lane.rate === defaultRate(lane.optimizer, context);
