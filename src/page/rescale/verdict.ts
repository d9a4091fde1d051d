import { isPathOptimizer, type Lane } from '../../experiment/schema.ts';
import type { Stop } from '../../session/protocol.ts';
import { formatNumber } from '../numbers.ts';

/** What the page says of a copy. */
export interface Verdict {
  readonly kind: 'waiting' | 'same' | 'apart';
  /** The largest difference of the losses, as big as it is. */
  readonly figure: string;
  /** What stands behind the figure. */
  readonly unit: string;
  readonly sentence: string;
}

/** What keeps a lane from being copied, or null. */
export function copyObstacle(lane: Lane, stop: Stop | undefined): string | null {
  if (lane.network === 'urnn') {
    return 'This lane is a uRNN, whose units are complex. Only ReLU units can be rescaled: its matrix would no longer be unitary.';
  }
  if (lane.activation === 'tanh') {
    return 'This lane has tanh units. Only ReLU units can be rescaled: the ReLU of c·z is c times the ReLU of z, the tanh of c·z is something else.';
  }
  if (stop) return `This lane stopped at step ${stop.step}: ${stop.reason}.`;
  return null;
}

/** Why a copy of such a lane parts, or stays. */
function reason(lane: Lane, same: boolean): string {
  if (!isPathOptimizer(lane.optimizer)) {
    if (same) {
      return 'Their losses are still the same. The next step usually tells them apart; where it does not, the rescaled units are inactive, and no step changes their weights.';
    }
    if (lane.optimizer === 'sgd') {
      return 'The two networks compute the same, yet SGD takes other steps: it divides nothing by the size of the paths, so where the weights were enlarged their gradients shrank, and the other way round.';
    }
    return 'The two networks compute the same, yet this optimizer takes other steps: it measures each weight by itself, not by the paths through it.';
  }
  if (same) {
    return lane.clip > 0
      ? 'Path-SGD takes the same steps in both networks. This lane also has a gradient clip: once it acts, the two will part, for the norm of the gradient changes with the rescaling.'
      : 'Path-SGD takes the same steps in both networks: however the units are rescaled, it follows the function that they compute.';
  }
  return lane.clip > 0
    ? 'They part because of this lane’s gradient clip: the norm of the gradient changes with the rescaling, so the clip shortens the steps of the two differently. The dual clip would not: set the gradient clip to 0.'
    : 'They part by a rounding: a number left the range that 32-bit numbers hold exactly (about 10⁻³⁸ to 10³⁸). Inside of it, powers of two round nothing.';
}

/**
 * What the page says of a copy and its original.
 * @param lane the settings that both have
 * @param largest of all differences of their losses; NaN before the first step
 */
export function verdictOf(lane: Lane, largest: number): Verdict {
  if (Number.isNaN(largest)) {
    return {
      kind: 'waiting',
      figure: '–',
      unit: 'no step since it was made',
      sentence: 'The copy computes exactly what its original does. Press Play, or Step, and both train.',
    };
  }
  const same = largest === 0;
  return {
    kind: same ? 'same' : 'apart',
    figure: formatNumber(largest),
    unit: same ? 'to the last bit' : '',
    sentence: reason(lane, same),
  };
}
