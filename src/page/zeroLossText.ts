import type { EngineKind } from '../engine/engine.ts';
import type { Measure } from '../experiment/tasks/index.ts';
import type { ZeroLoss } from '../session/page/zeroLoss.ts';
import { formatCount, formatNumber, formatOf } from './numbers.ts';

/**
 * What a loss of exactly 0 means, by what else was measured at that step: answers that are right, a network of which nothing is
 * left, or numbers that contradict each other, as from a driver that returns zeros.
 */
export function explainZeroLoss(zero: ZeroLoss, measure: Measure, engine: EngineKind | null): string {
  const { step, metric, gradientNorm, pathNormLog2 } = zero;
  const what = `The loss was exactly 0 at step ${formatCount(step)}`;
  const right = metric === (measure.kind === 'bits' ? 0 : 1);
  if (!right) {
    const advice =
      engine === 'webgpu'
        ? 'The GPU’s driver may be returning zeros: let Engine be CPU to compare, and open “Check this GPU” below.'
        : 'That is a fault of this page.';
    return `${what}, which contradicts its ${measure.label} (${formatOf(measure)(metric)}). ${advice}`;
  }
  if (pathNormLog2 === Number.NEGATIVE_INFINITY) {
    const doubt =
      engine === 'webgpu' ? ' A driver that returns zeros looks the same: let Engine be CPU to compare.' : '';
    return `${what}, and so is its path norm: no path through the network carries anything (a dead network), its output biases alone answer.${doubt}`;
  }
  const reason =
    measure.kind === 'within'
      ? 'every answer of that batch was exactly its target'
      : 'every answer of that batch was right, with a probability that rounds to 1';
  const left =
    gradientNorm === 0
      ? 'There was nothing to learn from it: the gradient was 0 too.'
      : `There was next to nothing to learn from it: the gradient norm was ${formatNumber(gradientNorm)}.`;
  return `${what}: ${reason}. ${left}`;
}
