import { useId } from 'react';
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
import { MAX_LANES } from '../experiment/schema.ts';
import type { Stop } from '../session/protocol.ts';
import type { LaneData, RunData } from '../session/runData.ts';
import { type ChartRow, chartRows, hasBands } from './chartRows.ts';
import { type AxisKind, type AxisScale, axisOf, clampToScale, linearScale } from './chartScale.ts';
import type { LaneStyle } from './laneStyle.ts';
import { formatCount, formatNumber, formatShare, formatTick } from './numbers.ts';
import { Swatch } from './Swatch.tsx';

interface MetricChartProps {
  readonly title: string;
  readonly unit: string;
  readonly quantity: 'loss' | 'metric';
  readonly axis: AxisKind;
  readonly smooth: boolean;
  readonly baseline: { readonly loss: number; readonly label: string } | null;
  readonly data: RunData;
  readonly styles: readonly LaneStyle[];
  readonly stops: readonly Stop[];
  /** Whether the chart is empty only because nobody has pressed Play. */
  readonly waiting: boolean;
}

/** A row as it is drawn: within the axis. */
interface DrawnRow {
  readonly step: number;
  readonly values: readonly (number | null)[]; // [lane]
  readonly bands: readonly (readonly [number, number] | null)[]; // [lane]
  readonly heldOut: readonly (number | null)[]; // [lane]
  readonly row: ChartRow;
}

const NO_ROWS: readonly ChartRow[] = [{ step: 0, cells: [], heldOut: [] }];

// Made once: the charts compare data keys by identity.
const LANES = Array.from({ length: MAX_LANES }, (_, lane) => ({
  value: (row: DrawnRow) => row.values[lane] ?? null,
  band: (row: DrawnRow) => row.bands[lane] ?? null,
  heldOut: (row: DrawnRow) => row.heldOut[lane] ?? null,
}));

/** One quantity of every lane against the training step. */
export function MetricChart(props: MetricChartProps) {
  const { title, unit, quantity, axis, smooth, baseline, data, styles, stops, waiting } = props;
  const titleId = useId();
  const format = axis === 'share' ? formatShare : formatNumber;

  const series = data.lanes.map((lane: LaneData) => lane[quantity]);
  const rows = chartRows(series, smooth, data.evaluations, (lane) => lane[quantity]);
  const scale = axisOf(axis, rows, baseline?.loss ?? null);
  const steps = linearScale([rows.at(-1)?.step ?? 100]);
  // A chart without rows would draw neither axis nor baseline.
  const drawn = (rows.length > 0 ? rows : NO_ROWS).map((row) => drawnRow(row, scale));
  const bands = hasBands(series.length);

  return (
    <figure className="chart" aria-labelledby={titleId} data-quantity={quantity} data-rows={rows.length}>
      <figcaption id={titleId}>
        <h2>{title}</h2> <span>{unit}</span>
      </figcaption>
      <div className="chart-area">
        <ResponsiveContainer initialDimension={{ width: 320, height: 280 }}>
          <ComposedChart
            data={drawn}
            syncId="run"
            syncMethod="value"
            margin={{ top: 8, right: 12, bottom: 16, left: 0 }}
          >
            <CartesianGrid vertical={false} syncWithTicks stroke="var(--grid)" />
            <XAxis
              dataKey="step"
              type="number"
              domain={steps.domain}
              ticks={steps.ticks}
              tickFormatter={formatCount}
              stroke="var(--axis)"
              tickLine={false}
              tickMargin={6}
              minTickGap={16}
              label={{
                value: 'training step',
                position: 'insideBottom',
                offset: -12,
                className: 'axis-label',
              }}
            />
            <YAxis
              type="number"
              scale={axis === 'log' ? 'log' : 'linear'}
              domain={scale.domain}
              ticks={scale.ticks}
              tickFormatter={axis === 'share' ? (value: number) => `${100 * value} %` : formatTick}
              allowDataOverflow
              interval={0}
              stroke="var(--axis)"
              axisLine={false}
              tickLine={false}
              width={52}
            />
            <Tooltip
              isAnimationActive={false}
              cursor={{ stroke: 'var(--axis)' }}
              content={({ active, payload }) => {
                const hovered: unknown = payload[0]?.payload;
                if (!active || !isDrawnRow(hovered) || hovered.row.cells.length === 0) return null;
                return <Reading row={hovered.row} styles={styles} format={format} />;
              }}
            />
            {bands &&
              styles.map((style, lane) => (
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
            {baseline && (
              <ReferenceLine
                y={baseline.loss}
                className="baseline"
                stroke="var(--baseline)"
                strokeDasharray="3 3"
                label={{
                  value: `${baseline.label}: ${baseline.loss.toPrecision(4)}`,
                  position: 'insideBottomRight',
                  className: 'baseline-label',
                }}
              />
            )}
            {styles.map((style, lane) => (
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
            {styles.map((style, lane) => (
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
              const end = drawn.findLast((row) => row.values[stop.lane] != null);
              return (
                end && (
                  <ReferenceDot
                    key={`stop of ${stop.lane}`}
                    x={end.step}
                    y={end.values[stop.lane] ?? undefined}
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
    </figure>
  );
}

function drawnRow(row: ChartRow, scale: AxisScale): DrawnRow {
  const clamp = (value: number): number => clampToScale(value, scale);
  return {
    step: row.step,
    values: row.cells.map((cell) => (cell ? clamp(cell.value) : null)),
    bands: row.cells.map((cell) => (cell ? [clamp(cell.min), clamp(cell.max)] : null)),
    heldOut: row.heldOut.map((value) => (value === null ? null : clamp(value))),
    row,
  };
}

const isDrawnRow = (value: unknown): value is DrawnRow =>
  typeof value === 'object' && value !== null && 'row' in value;

interface ReadingProps {
  readonly row: ChartRow;
  readonly styles: readonly LaneStyle[];
  readonly format: (value: number | null) => string;
}

/** What a hover reads: every lane at one step. */
function Reading({ row, styles, format }: ReadingProps) {
  // Many names would cover the chart: the line beside a number tells its lane too.
  const named = hasBands(styles.length);
  const anyHeldOut = row.heldOut.some((value) => value !== null);
  return (
    <table className="reading">
      <thead>
        <tr>
          <th colSpan={named ? 2 : 1}>step {formatCount(row.step)}</th>
          <th>training</th>
          {anyHeldOut && <th>held out</th>}
        </tr>
      </thead>
      <tbody>
        {styles.map((style, lane) => {
          const cell = row.cells[lane];
          if (!cell) return null;
          return (
            <tr key={style.name}>
              <td>
                <Swatch style={style} />
              </td>
              {named && <td className="reading-name">{style.name}</td>}
              <td>{format(cell.value)}</td>
              {anyHeldOut && <td>{format(row.heldOut[lane] ?? null)}</td>}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
