import { type ChartRow, chartRows, hasBands, mapRow } from '../chartRows.ts';
import { type AxisScale, axisOf, clampToScale, linearScale, logScale, toAxis } from '../chartScale.ts';
import type { LaneStyle } from '../laneStyle.ts';
import { type ChartSettings, contentOf, type EarlierLine, earlierLines } from './content.ts';

// A chart without rows would draw neither axis nor baseline.
const NO_ROWS: readonly ChartRow[] = [{ x: 0, step: null, cells: [], heldOut: [], earlier: [] }];
/** Where the horizontal axis of a run without a step ends, in its unit. */
const EMPTY_END = 100;
/** A shorter axis of counted steps or examples would have places between two of them. */
const LEAST_COUNTED_END = 4;

/** A chart as the numbers are at one moment. */
export interface Drawing {
  readonly settings: ChartSettings;
  /** As they were measured, from left to right. */
  readonly rows: readonly ChartRow[];
  /** The same rows as they stand on the axes; one without a number where there are none. */
  readonly drawn: readonly ChartRow[];
  /** Of earlier runs. */
  readonly lines: readonly EarlierLine[];
  /** The lanes that are drawn. */
  readonly lanes: readonly { readonly style: LaneStyle; readonly lane: number }[];
  /** Whether the ranges of single steps are drawn. */
  readonly bands: boolean;
  /** Where the baseline stands on the axis of the values; null where there is none. */
  readonly reference: number | null;
  readonly xScale: AxisScale;
  readonly scale: AxisScale;
}

/** Everything that a chart draws of the numbers of this moment. */
export function drawingOf(settings: ChartSettings): Drawing {
  const { quantity, styles, shown, x, axis } = settings;
  const lines = earlierLines(settings);
  const rows = chartRows(contentOf(settings, lines));
  const onAxis = rows.map((row) => mapRow(row, (value) => toAxis(value, axis, quantity.stored)));
  const lanes = styles.flatMap((style, lane) => (shown[lane] ? [{ style, lane }] : []));
  const bands = hasBands(lanes.length);
  const reference = quantity.baseline && toAxis(quantity.baseline.loss, axis, 'number');
  const scale = axisOf(axis, onAxis, reference, bands);
  const xScale = x.log
    ? logScale([rows[0]?.x ?? 1, rows.at(-1)?.x ?? EMPTY_END].map(Math.log10))
    : linearScale([rows.at(-1)?.x ?? EMPTY_END, x.unit === 'seconds' ? 0 : LEAST_COUNTED_END]);
  const placed = (row: ChartRow): ChartRow => ({
    ...mapRow(row, (value) => clampToScale(value, scale)),
    x: x.log ? clampToScale(toAxis(row.x, 'log', 'number'), xScale) : row.x,
  });
  const drawn = (rows.length > 0 ? onAxis : NO_ROWS).map(placed);
  return { settings, rows, drawn, lines, lanes, bands, reference, xScale, scale };
}

/** The index of the row nearest to a place on the horizontal axis; null where there are none. */
export function nearestRow(rows: readonly ChartRow[], x: number): number | null {
  if (rows.length === 0) return null;
  const after = rows.findIndex((row) => row.x >= x);
  if (after < 0) return rows.length - 1;
  const before = Math.max(0, after - 1);
  return x - (rows[before] as ChartRow).x < (rows[after] as ChartRow).x - x ? before : after;
}
