import type { Arithmetic } from '../../lookup/arithmetic.ts';
import type { Errors } from '../../lookup/measure.ts';
import type { LaneSettings, LookupSettings } from '../../lookup/settings.ts';
import { NETWORK_TEXTS } from '../../lookup/starts.ts';
import type { OptimizerName } from '../../lookup/training.ts';
import { formatCount, formatNumber } from '../numbers.ts';
import type { BuiltView } from './protocol.ts';
import type { TrainedCurve } from './useTraining.ts';

export const ARITHMETIC_TEXTS: Readonly<Record<Arithmetic, string>> = {
  float32: 'float32, as GPUs compute',
  float64: 'float64, as JavaScript computes',
  bigint: 'BigInt: every digit',
};

export const OPTIMIZER_TEXTS: Readonly<Record<OptimizerName, string>> = {
  sgd: 'SGD',
  path: 'Path-SGD',
  adam: 'Adam',
  readout: 'last layer only',
};

/** What tells a lane from others: its network, its optimizer and rate. */
export const laneText = ({ network, optimizer, rate }: LaneSettings): string =>
  `${NETWORK_TEXTS[network]}: ${OPTIMIZER_TEXTS[optimizer]}${optimizer === 'readout' ? '' : ` ${rate}`}`;

/** Whether the bound holds, and if not, why. */
export function verdictOf({ built, settings }: BuiltView, errors: Errors): string {
  const { lookup, bound } = built;
  const all = lookup.count;
  if (errors.holds) {
    return `The bound holds: outside the trifling region the largest error is ${formatNumber(errors.largest)}, and ${formatNumber(bound.largest)} are allowed.`;
  }
  const name = errors.arithmetic === 'bigint' ? 'BigInt' : errors.arithmetic;
  if (errors.exactCells >= all) {
    return `The bound is broken in ${name}, though all cells are read: it counts them with rounding.`;
  }
  const digits = formatCount(2 * all);
  const largest =
    errors.largest === null
      ? 'some answers are no number at all'
      : `the largest error is ${formatNumber(errors.largest)}, where ${formatNumber(bound.largest)} are allowed`;
  return `The bound is broken: ${name} keeps too few of the ${digits} digits of each number. It reads ${errors.exactCells === 0 ? 'no cell' : `the first ${formatCount(errors.exactCells)} of ${formatCount(all)} cells`}; ${largest}.${settings.sizes.dimension === 2 ? ' Twice as many cells along an axis take four times the digits.' : ''}`;
}

const lastOf = ({ points }: TrainedCurve): number => points.at(-1)?.l2 ?? Number.NaN;
const firstOf = ({ points }: TrainedCurve): number => points[0]?.l2 ?? Number.NaN;

/** Errors that differ by less are called alike. */
const CLEAR = 1.5;

/** What training has shown, from what the lanes came to. */
export function findingsOf({ lanes }: LookupSettings, curves: readonly TrainedCurve[]): string[] {
  const trained = lanes.flatMap((lane, index) => {
    const curve = curves[index];
    return curve && curve.refused === null && curve.points.length > 0 ? [{ lane, curve }] : [];
  });
  const findings: string[] = [];
  for (const { lane, curve } of trained) {
    if (lane.network !== 'construction') continue;
    const [first, last] = [firstOf(curve), lastOf(curve)];
    const stopped = curve.points.at(-1)?.stopped;
    if (lane.optimizer === 'readout') {
      findings.push(
        `Of the construction the last layer can be fitted: least squares take it from ${formatNumber(first)} to ${formatNumber(last)}.`,
      );
    } else if (stopped || !(last < CLEAR * first)) {
      findings.push(
        `${OPTIMIZER_TEXTS[lane.optimizer]} does not improve the construction but undoes it: from ${formatNumber(first)} to ${formatNumber(last)}${stopped ? ', and then the numbers ran over' : ''}. Inside a cell its answer is level, so that the gradients of its first layers are 0; in the trifling region they are astronomical.`,
      );
    }
  }
  const random = trained.filter(
    ({ lane, curve }) => lane.network !== 'construction' && Number.isFinite(lastOf(curve)),
  );
  const best = random.toSorted((a, b) => lastOf(a.curve) - lastOf(b.curve))[0];
  if (best) findings.push(`Nearest comes ${laneText(best.lane)}, with ${formatNumber(lastOf(best.curve))}.`);
  const bestOf = (network: LaneSettings['network']) =>
    Math.min(...random.filter(({ lane }) => lane.network === network).map(({ curve }) => lastOf(curve)));
  const [relu, lookup] = [bestOf('relu'), bestOf('lookup')];
  if (Number.isFinite(relu) && Number.isFinite(lookup)) {
    findings.push(
      relu * CLEAR < lookup
        ? `From random starts plain ReLUs do better than the paper’s layers: ${formatNumber(relu)} against ${formatNumber(lookup)}.`
        : lookup * CLEAR < relu
          ? `From random starts the paper’s layers do better than plain ReLUs here: ${formatNumber(lookup)} against ${formatNumber(relu)}.`
          : `From random starts the paper’s layers and plain ReLUs come to about the same: ${formatNumber(lookup)} and ${formatNumber(relu)}.`,
    );
  }
  const sine = bestOf('sine');
  if (Number.isFinite(sine)) {
    const helps = sine * CLEAR < Math.min(relu, lookup);
    findings.push(
      `A first layer of sines before ReLUs, which is not the paper’s network, comes to ${formatNumber(sine)}${helps ? ': that helps this function' : ''}.`,
    );
  }
  return findings;
}
