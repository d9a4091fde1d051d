import { CartesianGrid, Line, LineChart, ResponsiveContainer, XAxis, YAxis } from 'recharts';
import { MOST_LANES } from '../../lookup/settings.ts';
import { GRID, MARGIN, X_AXIS, Y_AXIS } from '../axisLook.ts';
import { linearScale, logScale } from '../chartScale.ts';
import { strokeOf } from '../laneStyle.ts';
import { formatCount, formatTick } from '../numbers.ts';
import type { TrainedCurve } from './useTraining.ts';

interface Row {
  readonly step: number;
  readonly heights: readonly (number | null)[]; // [lane], the exponent of ten
}

// Made once: the chart compares data keys by identity.
const HEIGHTS = Array.from({ length: MOST_LANES }, (_, lane) => (row: Row) => row.heights[lane] ?? null);

/** The error of every lane against its training step, on a logarithmic scale. */
export function TrainingChart({
  curves,
  steps,
}: {
  readonly curves: readonly TrainedCurve[];
  readonly steps: number;
}) {
  const all = new Map<number, (number | null)[]>();
  curves.forEach(({ points }, lane) => {
    for (const { step, l2 } of points) {
      const heights = all.get(step) ?? curves.map(() => null);
      heights[lane] = l2 > 0 && Number.isFinite(l2) ? Math.log10(l2) : null;
      all.set(step, heights);
    }
  });
  const rows: Row[] = [...all].sort(([a], [b]) => a - b).map(([step, heights]) => ({ step, heights }));
  const scale = logScale(rows.flatMap(({ heights }) => heights.filter((height) => height !== null)));
  const axis = linearScale([0, steps]);
  return (
    <figure className="chart lookup-chart">
      <figcaption>L2 error against training step; the last one stands beside its network</figcaption>
      <div className="chart-area">
        <ResponsiveContainer initialDimension={{ width: 320, height: 240 }}>
          <LineChart data={rows} margin={MARGIN}>
            <CartesianGrid {...GRID} />
            <XAxis
              {...X_AXIS}
              dataKey="step"
              domain={[0, steps]}
              ticks={axis.ticks.filter((tick) => tick <= steps)}
              tickFormatter={formatCount}
              minTickGap={16}
              label={{
                value: 'training step',
                position: 'insideBottom',
                offset: -12,
                className: 'axis-label',
              }}
            />
            <YAxis
              {...Y_AXIS}
              domain={scale.domain}
              ticks={scale.ticks}
              tickFormatter={(height: number) => formatTick(Number((10 ** height).toPrecision(1)))}
            />
            {curves.map((_, lane) => {
              const { colour, dash } = strokeOf(lane);
              return (
                <Line
                  // biome-ignore lint/suspicious/noArrayIndexKey: a lane is its place
                  key={lane}
                  dataKey={HEIGHTS[lane]}
                  stroke={colour}
                  strokeWidth={2}
                  strokeDasharray={dash}
                  dot={false}
                  connectNulls
                  isAnimationActive={false}
                />
              );
            })}
          </LineChart>
        </ResponsiveContainer>
      </div>
    </figure>
  );
}
