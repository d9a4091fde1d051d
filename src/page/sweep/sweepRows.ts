import type { Experiment } from '../../experiment/schema.ts';
import { type AxisScale, clampToScale, logScale } from '../chartScale.ts';
import { type LaneStyle, laneStyles, strokeOf } from '../laneStyle.ts';
import { sweepGroups } from './sweepLanes.ts';

/** What a lane has come to. */
export interface SweepResult {
  /** Null before the first step, or before the first held-out measure. */
  readonly loss: number | null;
  /** Whether the lane has stopped, because its numbers left the range. */
  readonly diverged: boolean;
}

/** A line of the chart: lanes that differ in rate only. */
export interface SweepLine extends Pick<LaneStyle, 'colour' | 'dash' | 'name'> {
  /** Places among the experiment's lanes, by rising rate. */
  readonly lanes: readonly number[];
}

/** A rate, with what every line has there. */
export interface SweepRow {
  readonly rate: number;
  /** One per line: null where it has no lane of this rate. */
  readonly cells: readonly (SweepResult | null)[];
}

/** The lines of an experiment's lanes, named by what they differ in beside the rate. */
export function sweepLines(experiment: Experiment): SweepLine[] {
  const groups = sweepGroups(experiment);
  // The names of lanes that all have one rate leave it out.
  const firsts = groups.flatMap(({ lanes: [first] }) => {
    const lane = first === undefined ? undefined : experiment.lanes[first];
    return lane ? [{ ...lane, rate: 1 }] : [];
  });
  const alone = firsts.length === 1 ? [...firsts, ...firsts] : firsts;
  const styles = laneStyles({ ...experiment, lanes: alone });
  return groups.map(({ lanes }, index) => ({
    lanes,
    name: styles[index]?.name ?? '',
    ...strokeOf(index),
  }));
}

/** A row for every rate, by rising rate. */
export function sweepRows(
  experiment: Experiment,
  lines: readonly SweepLine[],
  resultOf: (lane: number) => SweepResult,
): SweepRow[] {
  const rates = [...new Set(experiment.lanes.map(({ rate }) => rate))].sort((left, right) => left - right);
  return rates.map((rate) => ({
    rate,
    cells: lines.map(({ lanes }) => {
      // Copies of a lane do just the same.
      const lane = lanes.find((index) => experiment.lanes[index]?.rate === rate);
      return lane === undefined ? null : resultOf(lane);
    }),
  }));
}

/** The lane of the lowest loss of each line; lines of which no lane has a loss are left out. */
export function bestLanes(
  lines: readonly SweepLine[],
  resultOf: (lane: number) => SweepResult,
): { readonly line: number; readonly lane: number }[] {
  return lines.flatMap(({ lanes }, line) => {
    let best: { readonly lane: number; readonly loss: number } | null = null;
    for (const lane of lanes) {
      const { loss, diverged } = resultOf(lane);
      if (!diverged && loss !== null && loss < (best?.loss ?? Number.POSITIVE_INFINITY))
        best = { lane, loss };
    }
    return best === null ? [] : [{ line, lane: best.lane }];
  });
}

/** How far above the baseline the axis reaches at most: what is higher has learnt nothing, and would flatten the rest. */
const ROOM_ABOVE = 10;

/**
 * The axis of the losses. Its upper edge is where lanes are drawn that diverged, or whose loss is far above the baseline.
 * @param baseline the loss of guessing, or null
 */
export function sweepScale(rows: readonly SweepRow[], baseline: number | null): AxisScale {
  const losses = rows.flatMap(({ cells }) =>
    cells.flatMap((cell) => (cell !== null && !cell.diverged && cell.loss !== null ? [cell.loss] : [])),
  );
  const ceiling = ROOM_ABOVE * (baseline ?? Number.POSITIVE_INFINITY);
  return decadesAround([
    ...losses.map((loss) => Math.min(loss, ceiling)),
    ...(baseline === null ? [] : [baseline]),
  ]);
}

/** Where a cell is drawn: at the upper edge where it diverged; null where there is nothing to draw. */
export function heightOf(cell: SweepResult | null, scale: AxisScale): number | null {
  if (cell === null) return null;
  if (cell.diverged) return scale.domain[1];
  return cell.loss === null ? null : clampToScale(cell.loss, scale);
}

/** Whether a cell is drawn as a cross at the upper edge. */
export const isOff = (cell: SweepResult | null, scale: AxisScale): boolean =>
  cell !== null && (cell.diverged || (cell.loss !== null && cell.loss > scale.domain[1]));

/** A logarithmic axis around positive values, in the values themselves. */
function decadesAround(values: readonly number[]): AxisScale {
  const { domain, ticks } = logScale(values.map(Math.log10));
  return { domain: [valueAt(domain[0]), valueAt(domain[1])], ticks: ticks.map(valueAt) };
}

/** 10 to an exponent, without what rounding adds to a round number. */
const valueAt = (exponent: number): number => Number((10 ** exponent).toPrecision(12));

/** How far the axis reaches beyond the outer rates. */
const RATE_MARGIN = 1.4;
/** Most rates of which each has its label. */
const MOST_LABELS = 7;

/** The axis of the rates, labelled with the rates themselves where those are few. */
export function rateScale(rows: readonly SweepRow[]): AxisScale {
  const rates = rows.map(({ rate }) => rate);
  const low = Math.min(...rates) / RATE_MARGIN;
  const high = Math.max(...rates) * RATE_MARGIN;
  const ticks = rates.length <= MOST_LABELS ? rates : decadesAround([low, high]).ticks;
  return { domain: [low, high], ticks: ticks.filter((tick) => tick >= low && tick <= high) };
}
