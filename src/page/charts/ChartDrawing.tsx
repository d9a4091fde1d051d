import { useState } from 'react';
import {
  Area,
  CartesianGrid,
  ComposedChart,
  Line,
  ReferenceDot,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import { MAX_LANES } from '../../experiment/schema.ts';
import { GRID, X_AXIS, Y_AXIS } from '../axisLook.ts';
import { type ChartRow, chartRows, hasBands, MOST_EARLIER_CURVES, mapRow } from '../chartRows.ts';
import { axisOf, clampToScale, linearScale, logScale, toAxis } from '../chartScale.ts';
import { formatCount, formatPowerTick, formatTick } from '../numbers.ts';
import { type ChartSettings, contentOf, earlierLines } from './content.ts';
import { Reading } from './Reading.tsx';
import { X_UNIT_TEXTS } from './xAxis.ts';

// Made once: the charts compare data keys by identity.
const LANES = Array.from({ length: MAX_LANES }, (_, lane) => ({
  value: (row: ChartRow) => row.cells[lane]?.value ?? null,
  band: (row: ChartRow) => {
    const cell = row.cells[lane];
    return cell ? [cell.min, cell.max] : null;
  },
  heldOut: (row: ChartRow) => row.heldOut[lane] ?? null,
}));
const EARLIER = Array.from(
  { length: MOST_EARLIER_CURVES },
  (_, curve) => (row: ChartRow) => row.earlier[curve] ?? null,
);

// A chart without rows would draw neither axis nor baseline.
const NO_ROWS: readonly ChartRow[] = [{ x: 0, step: null, cells: [], heldOut: [], earlier: [] }];
/** Where the horizontal axis of a run without a step ends, in its unit. */
const EMPTY_END = 100;
/** A shorter axis of counted steps or examples would have places between two of them. */
const LEAST_COUNTED_END = 4;

/** The picture of a chart, as the numbers are at this moment, and what it reads below it. */
export function ChartDrawing({ settings }: { readonly settings: ChartSettings }) {
  const { quantity, styles, shown, stops, x, axis, waiting } = settings;
  const { baseline, stored } = quantity;
  const [readingPlace, setReadingPlace] = useState<HTMLElement | null>(null);

  const lines = earlierLines(settings);
  const rows = chartRows(contentOf(settings, lines));
  const onAxis = rows.map((row) => mapRow(row, (value) => toAxis(value, axis, stored)));
  const reference = baseline && toAxis(baseline.loss, axis, 'number');
  const lanes = styles.flatMap((style, lane) => (shown[lane] ? [{ style, lane }] : []));
  const bands = hasBands(lanes.length);
  const scale = axisOf(axis, onAxis, reference, bands);
  const xScale = x.log
    ? logScale([rows[0]?.x ?? 1, rows.at(-1)?.x ?? EMPTY_END].map(Math.log10))
    : linearScale([rows.at(-1)?.x ?? EMPTY_END, x.unit === 'seconds' ? 0 : LEAST_COUNTED_END]);
  const placed = (row: ChartRow): ChartRow => ({
    ...mapRow(row, (value) => clampToScale(value, scale)),
    x: x.log ? clampToScale(toAxis(row.x, 'log', 'number'), xScale) : row.x,
  });
  const drawn = (rows.length > 0 ? onAxis : NO_ROWS).map(placed);
  const formatX = x.unit === 'seconds' ? formatTick : formatCount;

  return (
    <>
      <div className="chart-area" data-rows={rows.length}>
        <ResponsiveContainer initialDimension={{ width: 320, height: 280 }}>
          <ComposedChart
            data={drawn}
            syncId="run"
            syncMethod="value"
            margin={{ top: 8, right: 12, bottom: 16, left: 0 }}
          >
            <CartesianGrid {...GRID} />
            <XAxis
              {...X_AXIS}
              dataKey="x"
              domain={xScale.domain}
              ticks={xScale.ticks}
              tickFormatter={x.log ? formatPowerTick : formatX}
              allowDataOverflow
              minTickGap={16}
              label={{
                value: X_UNIT_TEXTS[x.unit],
                position: 'insideBottom',
                offset: -12,
                className: 'axis-label',
                fill: 'var(--muted)',
              }}
            />
            <YAxis
              {...Y_AXIS}
              domain={scale.domain}
              ticks={scale.ticks}
              tickFormatter={
                axis === 'share'
                  ? (value: number) => `${100 * value} %`
                  : axis === 'log'
                    ? formatPowerTick
                    : formatTick
              }
              allowDataOverflow
            />
            {/* Its cursor only: what it would write covers the curves. */}
            <Tooltip isAnimationActive={false} cursor={{ stroke: 'var(--axis)' }} content={() => null} />
            <Reading
              settings={settings}
              rows={rows}
              drawn={drawn}
              lines={lines}
              scale={scale}
              place={readingPlace}
            />
            {bands &&
              lanes.map(({ style, lane }) => (
                <Area
                  key={`band of ${style.name}`}
                  dataKey={LANES[lane]?.band}
                  stroke="none"
                  fill={style.colour}
                  fillOpacity={0.13}
                  activeDot={false}
                  connectNulls
                  isAnimationActive={false}
                />
              ))}
            {baseline && reference !== null && (
              <ReferenceLine
                y={reference}
                className="baseline"
                stroke="var(--baseline)"
                strokeDasharray="3 3"
                label={{
                  value: `${baseline.label}: ${baseline.loss.toPrecision(4)}`,
                  position: 'insideBottomRight',
                  className: 'baseline-label',
                  fill: 'var(--muted)',
                }}
              />
            )}
            {lines.map(({ key, style }, curve) => (
              <Line
                key={`earlier ${key}`}
                className="earlier-line"
                dataKey={EARLIER[curve]}
                stroke={style.colour}
                strokeWidth={1.25}
                strokeOpacity={0.4}
                strokeDasharray={style.dash}
                dot={false}
                activeDot={false}
                connectNulls
                isAnimationActive={false}
              />
            ))}
            {lanes.map(({ style, lane }) => (
              <Line
                key={style.name}
                name={style.name}
                dataKey={LANES[lane]?.value}
                stroke={style.colour}
                strokeWidth={2}
                strokeDasharray={style.dash}
                dot={false}
                activeDot={{ r: 3.5 }}
                connectNulls
                isAnimationActive={false}
              />
            ))}
            {quantity.heldOut &&
              lanes.map(({ style, lane }) => (
                <Line
                  key={`held-out of ${style.name}`}
                  dataKey={LANES[lane]?.heldOut}
                  stroke={style.colour}
                  strokeWidth={1}
                  strokeOpacity={0.3}
                  dot={{ r: 2.6, strokeWidth: 1.4, strokeOpacity: 1, fill: 'var(--surface)' }}
                  activeDot={false}
                  connectNulls
                  isAnimationActive={false}
                />
              ))}
            {stops.map((stop) => {
              const end = drawn.findLast((row) => row.cells[stop.lane] != null);
              return (
                end &&
                shown[stop.lane] && (
                  <ReferenceDot
                    key={`stop of ${stop.lane}`}
                    x={end.x}
                    y={end.cells[stop.lane]?.value}
                    shape={({ cx = 0, cy = 0 }) => (
                      <path
                        className="stop-mark"
                        stroke={styles[stop.lane]?.colour}
                        d={`M${cx - 5} ${cy - 5}l10 10m0 -10l-10 10`}
                      />
                    )}
                  />
                )
              );
            })}
          </ComposedChart>
        </ResponsiveContainer>
        {rows.length === 0 && waiting && (
          <p className="chart-empty">
            <span>
              Press Play<span className="with-keyboard">, or the space bar</span>
            </span>
          </p>
        )}
      </div>
      <div className="reading-place" ref={setReadingPlace} />
    </>
  );
}
