import { useId } from 'react';
import { CartesianGrid, Line, LineChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { MAX_LANES } from '../../experiment/schema.ts';
import type { Copy, RunData } from '../../session/page/runData.ts';
import { GRID, MARGIN, X_AXIS, Y_AXIS } from '../axisLook.ts';
import { linearScale } from '../chartScale.ts';
import type { LaneStyle } from '../laneStyle.ts';
import { formatCount, formatNumber, formatTick } from '../numbers.ts';
import { Swatch } from '../Swatch.tsx';
import { type DifferenceRow, differenceRows, differenceScale, placeOf } from './differenceRows.ts';

interface DifferenceChartProps {
  readonly data: RunData;
  readonly copies: readonly Copy[];
  readonly styles: readonly LaneStyle[]; // [lane]
}

/** A row as it is drawn: zero has its place on the axis. */
interface DrawnRow extends DifferenceRow {
  readonly places: readonly (number | null)[]; // [copy]
}

// Made once: the chart compares data keys by identity.
const PLACES = Array.from({ length: MAX_LANES }, (_, copy) => (row: DrawnRow) => row.places[copy] ?? null);

const isDrawnRow = (value: unknown): value is DrawnRow =>
  typeof value === 'object' && value !== null && 'places' in value;

/** How far each copy's loss is from its original's, against the training step. */
export function DifferenceChart({ data, copies, styles }: DifferenceChartProps) {
  const titleId = useId();
  const rows = differenceRows(copies.map(({ lane }) => data.difference(lane)?.series ?? null));
  const scale = differenceScale(rows);
  const drawn: DrawnRow[] = rows.map((row) => ({
    ...row,
    places: row.differences.map((difference) => (difference === null ? null : placeOf(difference, scale))),
  }));
  const steps = linearScale([rows[0]?.step ?? 0, rows.at(-1)?.step ?? 100], false);
  return (
    <figure className="chart difference-chart" aria-labelledby={titleId}>
      <figcaption id={titleId}>
        <h3>|difference|</h3> <span>of the losses of copy and original</span>
      </figcaption>
      <div className="chart-area">
        <ResponsiveContainer initialDimension={{ width: 320, height: 180 }}>
          <LineChart data={drawn} margin={MARGIN}>
            <CartesianGrid {...GRID} />
            <XAxis
              {...X_AXIS}
              dataKey="step"
              domain={steps.domain}
              ticks={steps.ticks.filter(Number.isInteger)}
              tickFormatter={formatCount}
              minTickGap={16}
              label={{ value: 'training step', position: 'insideBottom', offset: -12 }}
            />
            <YAxis
              {...Y_AXIS}
              domain={scale.domain}
              ticks={scale.ticks}
              tickFormatter={(value: number) =>
                value === scale.zero ? '0' : formatTick(Number(`1e${value}`))
              }
            />
            <Tooltip
              isAnimationActive={false}
              cursor={{ stroke: 'var(--axis)' }}
              content={({ active, payload }) => {
                const hovered: unknown = payload[0]?.payload;
                if (!active || !isDrawnRow(hovered)) return null;
                return <Reading row={hovered} copies={copies} styles={styles} />;
              }}
            />
            {copies.map(({ lane }, index) => (
              <Line
                key={lane}
                dataKey={PLACES[index]}
                stroke={styles[lane]?.colour}
                strokeWidth={2}
                strokeDasharray={styles[lane]?.dash}
                dot={false}
                activeDot={{ r: 3.5 }}
                connectNulls
                isAnimationActive={false}
              />
            ))}
          </LineChart>
        </ResponsiveContainer>
      </div>
    </figure>
  );
}

interface ReadingProps {
  readonly row: DifferenceRow;
  readonly copies: readonly Copy[];
  readonly styles: readonly LaneStyle[];
}

/** What a hover reads: every copy at one step. */
function Reading({ row, copies, styles }: ReadingProps) {
  return (
    <table className="reading">
      <thead>
        <tr>
          <th colSpan={2}>step {formatCount(row.step)}</th>
          <th>difference</th>
        </tr>
      </thead>
      <tbody>
        {copies.map(({ lane }, index) => {
          const style = styles[lane];
          if (!style || row.differences[index] == null) return null;
          return (
            <tr key={lane}>
              <td>
                <Swatch style={style} />
              </td>
              <td className="reading-name">{style.name}</td>
              <td>{formatNumber(row.differences[index])}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
