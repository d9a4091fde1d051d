import type { Experiment } from '../../experiment/schema.ts';
import type { RunData } from '../../session/page/runData.ts';
import type { StepClock } from '../../session/page/stepClock.ts';
import type { Stop } from '../../session/protocol.ts';
import type { RunRecord } from '../../session/store/runRecord.ts';
import { type ChartContent, type EarlierCurve, MOST_EARLIER_CURVES } from '../chartRows.ts';
import type { AxisKind } from '../chartScale.ts';
import type { LaneStyle } from '../laneStyle.ts';
import type { Quantity } from './quantities.ts';
import { placeOf, type XAxisChoice } from './xAxis.ts';

/** An earlier run that is drawn. */
export interface ShownRun {
  readonly id: number;
  readonly name: string;
  readonly record: RunRecord;
  readonly clock: StepClock;
  readonly styles: readonly LaneStyle[]; // [lane]
}

/** All that a chart is drawn from, but for the numbers in `data`, which change by themselves. */
export interface ChartSettings {
  readonly quantity: Quantity;
  readonly data: RunData;
  readonly experiment: Experiment;
  readonly styles: readonly LaneStyle[]; // [lane]
  /** Whether each lane is drawn. */
  readonly shown: readonly boolean[]; // [lane]
  readonly stops: readonly Stop[];
  readonly x: XAxisChoice;
  readonly axis: AxisKind;
  /** Index of the exponential mean; null: none. */
  readonly smoothing: number | null;
  readonly earlier: readonly ShownRun[];
  /** Whether the chart is empty only because nobody has pressed Play. */
  readonly waiting: boolean;
}

/** One line of an earlier run, as it is drawn and read. */
export interface EarlierLine extends EarlierCurve {
  readonly key: string;
  readonly style: LaneStyle;
  readonly run: ShownRun;
}

/** The runs of which every lane has room in a chart, the latest first. */
export function drawableRuns(runs: readonly ShownRun[]): readonly ShownRun[] {
  let room = MOST_EARLIER_CURVES;
  return runs.toReversed().filter(({ record }) => {
    if (record.lanes.length > room) return false;
    room -= record.lanes.length;
    return true;
  });
}

/** The lines of the earlier runs in a chart. */
export function earlierLines({ earlier, quantity, x }: ChartSettings): readonly EarlierLine[] {
  const spacing = x.log ? 'log' : 'linear';
  return drawableRuns(earlier).flatMap((run) => {
    const xOf = placeOf(x.unit, run.record.experiment, run.clock);
    return run.record.lanes.flatMap((lane, index) => {
      const style = run.styles[index];
      if (!style) return [];
      return [{ key: `${run.id}/${index}`, style, run, xOf, points: lane[quantity.key][spacing] }];
    });
  });
}

/** What the rows of a chart are made of. */
export function contentOf(settings: ChartSettings, earlier: readonly EarlierCurve[]): ChartContent {
  const { quantity, data, experiment, shown, x, smoothing } = settings;
  const { key } = quantity;
  return {
    series: shown.map((isShown, lane) => (isShown ? (data.lanes[lane]?.[key] ?? null) : null)),
    smoothing,
    spacing: x.log ? 'log' : 'linear',
    xOf: placeOf(x.unit, experiment, data.clock),
    evaluations: data.evaluations,
    heldOut: key === 'loss' || key === 'metric' ? (lane) => lane[key] : null,
    earlier,
  };
}
