import {
  CartesianGrid,
  ComposedChart,
  Line,
  ReferenceLine,
  ResponsiveContainer,
  XAxis,
  YAxis,
} from 'recharts';
import { GRID, X_AXIS, Y_AXIS } from '../axisLook.ts';
import { formatTick } from '../numbers.ts';
import { heightOf, isOff, rateScale, type SweepLine, type SweepRow, sweepScale } from './sweepRows.ts';

interface SweepChartProps {
  readonly lines: readonly SweepLine[];
  readonly rows: readonly SweepRow[];
  readonly baseline: { readonly loss: number; readonly label: string } | null;
}

/** A row as it is drawn: within the axis. */
interface DrawnRow {
  readonly rate: number;
  readonly heights: readonly (number | null)[]; // [line]
  readonly off: readonly boolean[]; // [line]
}

/** Half the width of a mark. */
const MARK = 4;

/** Final loss against rate, both logarithmic, one line for lanes that differ in rate only. */
export function SweepChart({ lines, rows, baseline }: SweepChartProps) {
  const scale = sweepScale(rows, baseline?.loss ?? null);
  const rates = rateScale(rows);
  const drawn: DrawnRow[] = rows.map(({ rate, cells }) => ({
    rate,
    heights: cells.map((cell) => heightOf(cell, scale)),
    off: cells.map((cell) => isOff(cell, scale)),
  }));
  return (
    <figure className="chart" aria-label="Loss against learning rate; the table below has the numbers">
      <div className="chart-area">
        <ResponsiveContainer initialDimension={{ width: 320, height: 280 }}>
          <ComposedChart data={drawn} margin={{ top: 12, right: 12, bottom: 16, left: 0 }}>
            <CartesianGrid {...GRID} />
            <XAxis
              {...X_AXIS}
              dataKey="rate"
              scale="log"
              domain={rates.domain}
              ticks={rates.ticks}
              tickFormatter={formatTick}
              interval={0}
              label={{ value: 'rate', position: 'insideBottom', offset: -12, className: 'axis-label' }}
            />
            <YAxis
              {...Y_AXIS}
              scale="log"
              domain={scale.domain}
              ticks={scale.ticks}
              tickFormatter={formatTick}
              allowDataOverflow
            />
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
            {lines.map((line, index) => (
              <Line
                key={line.name}
                name={line.name}
                dataKey={(row: DrawnRow) => row.heights[index] ?? null}
                stroke={line.colour}
                strokeWidth={2}
                strokeDasharray={line.dash}
                connectNulls
                isAnimationActive={false}
                activeDot={false}
                dot={({ cx, cy, payload, key }) =>
                  typeof cx !== 'number' || typeof cy !== 'number' ? (
                    <g key={key} />
                  ) : (payload as DrawnRow).off[index] ? (
                    <path
                      key={key}
                      className="stop-mark"
                      stroke={line.colour}
                      d={`M${cx - MARK} ${cy - MARK}l${2 * MARK} ${2 * MARK}m0 -${2 * MARK}l-${2 * MARK} ${2 * MARK}`}
                    />
                  ) : (
                    <circle key={key} className="sweep-dot" cx={cx} cy={cy} r={MARK} fill={line.colour} />
                  )
                }
              />
            ))}
          </ComposedChart>
        </ResponsiveContainer>
      </div>
    </figure>
  );
}
