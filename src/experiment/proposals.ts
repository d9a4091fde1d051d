import { defaultRate, MEASURED_MOMENTUM, measuredRate } from './rates.ts';
import { defaultLane, type Lane, type LaneContext } from './schema.ts';

/** The settings that every measurement leaves at their defaults. */
const PLAIN = ['decay', 'clip', 'dualclip', 'activation'] as const satisfies readonly (keyof Lane)[];

/** The best measured rate of a lane, or null where nothing like it was measured. */
export function measuredRateOf(lane: Lane, context: LaneContext): number | null {
  const plain = defaultLane(lane.optimizer, context, lane.network);
  if (PLAIN.some((setting) => lane[setting] !== plain[setting])) return null;
  if (lane.momentum !== plain.momentum && lane.momentum !== MEASURED_MOMENTUM) return null;
  return measuredRate(lane, context);
}

/** Digits of a rate that is reckoned, not measured. */
const DIGITS = 2;

/**
 * The rate that the page proposes for a lane: the measured one. Where none is, that of the lane without momentum, else
 * the default one, and both less by as much as momentum makes steps larger in the long run; Adam's does not.
 */
export function proposedRate(lane: Lane, context: LaneContext): number {
  const measured = measuredRateOf(lane, context);
  if (measured !== null) return measured;
  const { momentum } = defaultLane(lane.optimizer, context);
  const usual = measuredRateOf({ ...lane, momentum }, context) ?? defaultRate(lane.optimizer, context);
  if (lane.optimizer === 'adam' || lane.momentum === momentum) return usual;
  return Number((usual * (1 - lane.momentum)).toPrecision(DIGITS));
}

/**
 * Whether a lane's rate is none of the visitor's choosing: the proposed one, also as it was before clips, decay or
 * momentum were changed, or the one of a link that names none.
 */
export function hasProposedRate(lane: Lane, context: LaneContext): boolean {
  const { momentum, rate } = defaultLane(lane.optimizer, context);
  const proposals = [
    rate,
    proposedRate(lane, context),
    measuredRate(lane, context),
    measuredRate({ ...lane, momentum }, context),
  ];
  return proposals.includes(lane.rate);
}
