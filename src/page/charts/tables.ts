import { lineValue, type SeriesPoint, SMOOTHING_FACTORS } from '../../session/page/series.ts';
import { StepClock } from '../../session/page/stepClock.ts';
import { QUANTITIES, type QuantityName, type RunRecord } from '../../session/store/runRecord.ts';

/** Digits of a saved number: more than any engine's float32 has. */
const DIGITS = 9;

const HELD_OUT: readonly QuantityName[] = ['loss', 'metric'];

/** What a table of a run holds. */
export interface TableChoice {
  readonly quantities: readonly QuantityName[];
  /** Lanes, from 0. */
  readonly lanes: readonly number[];
  /** Index of the exponential mean. */
  readonly smoothing: number;
}

/** All quantities of all lanes, smoothed as usual. */
export const everything = ({ lanes }: RunRecord, smoothing: number): TableChoice => ({
  quantities: QUANTITIES,
  lanes: [...lanes.keys()],
  smoothing,
});

/**
 * All kept points of a run as comma-separated values, one line for each lane and group of steps: lanes count from 0, as on
 * the command line; `first_step` to `step` are in one; every quantity has its mean, least and largest value of these
 * steps, and the exponential mean after the last of them. Lines with `held out` are measured after the update of `step`.
 * @param names of the lanes
 */
export function runCsv(record: RunRecord, names: readonly string[], choice: TableChoice): string {
  const { quantities, lanes, smoothing } = choice;
  const clock = new StepClock(record.clock);
  const { batch } = record.experiment;
  const factor = SMOOTHING_FACTORS[smoothing];
  const head = [
    ...['lane', 'name', 'set', 'first_step', 'step', 'examples', 'seconds'],
    ...quantities.flatMap((key) => [key, `${key}_min`, `${key}_max`, `${key}_smoothed_${factor}`]),
  ];
  const lines: (string | number)[][] = [];
  const place = (step: number): number[] => [step, step * batch, rounded(clock.secondsAt(step))];
  for (const lane of lanes) {
    const curves = record.lanes[lane];
    const name = names[lane] ?? `lane ${lane}`;
    const bySteps = new Map<number, Map<QuantityName, SeriesPoint>>();
    for (const key of quantities) {
      for (const point of curves?.[key].linear ?? []) {
        const points = bySteps.get(point.last) ?? new Map<QuantityName, SeriesPoint>();
        bySteps.set(point.last, points.set(key, point));
      }
    }
    for (const [step, points] of [...bySteps].sort(([one], [other]) => one - other)) {
      const [first] = points.values();
      lines.push([
        ...[lane, name, 'training', first?.first ?? step, ...place(step)],
        ...quantities.flatMap((key): (string | number)[] => {
          const point = points.get(key);
          if (!point) return ['', '', '', ''];
          return [point.mean, point.min, point.max, lineValue(point, smoothing)].map(rounded);
        }),
      ]);
    }
    for (const { step, lanes: measured } of record.evaluations) {
      const numbers = measured[lane];
      if (!numbers || !quantities.some((key) => HELD_OUT.includes(key))) continue;
      lines.push([
        ...[lane, name, 'held out', step, ...place(step)],
        ...quantities.flatMap((key) => [
          key === 'loss' || key === 'metric' ? rounded(numbers[key]) : '',
          ...['', '', ''],
        ]),
      ]);
    }
  }
  return `${[head, ...lines].map((line) => line.map(quoted).join(',')).join('\n')}\n`;
}

/** A run, or what is left of it, as JSON: numbers in nine digits, more than a float32 has. */
export const toJson = (value: unknown): string =>
  `${JSON.stringify(value, (_, item: unknown) => (typeof item === 'number' ? rounded(item) : item))}\n`;

/** JSON has no infinity: null, as `JSON.stringify` writes it by itself. */
const rounded = (value: number): number =>
  Number.isInteger(value) ? value : Number(value.toPrecision(DIGITS));

const quoted = (value: string | number): string => {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '';
  return /[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
};
