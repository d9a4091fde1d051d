import { useId } from 'react';
import {
  CartesianGrid,
  Line,
  LineChart,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import type { CurvePoint, MomentsState } from '../../moments/run.ts';
import { GRID, MARGIN, X_AXIS, Y_AXIS } from '../axisLook.ts';
import { linearScale, logScale } from '../chartScale.ts';
import { type LaneStyle, strokeOf } from '../laneStyle.ts';
import { formatCount, formatNumber, formatPowerTick } from '../numbers.ts';
import { Swatch } from '../Swatch.tsx';
import { STUDENT_TITLES } from './students.ts';

const styleOf = (name: keyof typeof STUDENT_TITLES, index: number): LaneStyle => ({
  name: STUDENT_TITLES[name],
  title: STUDENT_TITLES[name],
  ...strokeOf(index),
});
const LINES = [
  { key: 'sgd', style: styleOf('sgd', 0) },
  { key: 'path', style: styleOf('path', 1) },
] as const;
/** Levels that the moments reach at once. */
const LEVELS = [
  { key: 'moments', style: styleOf('moments', 2) },
  { key: 'polished', style: styleOf('polished', 3) },
] as const;

/** What is less is rounding. */
const LEAST = 1e-16;
const placeOf = (error: number): number => Math.log10(Math.max(LEAST, error));

// Made once: the chart compares data keys by identity.
const PLACES = {
  sgd: ({ sgd }: CurvePoint) => (sgd === null ? null : placeOf(sgd)),
  path: ({ path }: CurvePoint) => (path === null ? null : placeOf(path)),
} as const;

const isPoint = (value: unknown): value is CurvePoint =>
  typeof value === 'object' && value !== null && 'sgd' in value && 'path' in value && 'step' in value;

interface ErrorChartProps {
  readonly state: MomentsState;
  /** Steps of the whole training. */
  readonly steps: number;
}

/** Held-out errors of SGD and Path-SGD while they train, beside those that the moments came to. */
export function ErrorChart({ state, steps }: ErrorChartProps) {
  const titleId = useId();
  const { curve } = state;
  const levels = LEVELS.flatMap(({ key, style }) => {
    const report = state[key];
    return report && Number.isFinite(report.heldOut) ? [{ key, style, error: report.heldOut }] : [];
  });
  const places = curve.flatMap((point) => [PLACES.sgd(point), PLACES.path(point)]);
  const scale = logScale([
    ...places.filter((place) => place !== null),
    ...levels.map(({ error }) => placeOf(error)),
    0,
  ]);
  const axis = linearScale([0, Math.max(1, steps)], false);
  return (
    <figure className="chart moments-figure moments-errors" aria-labelledby={titleId}>
      <figcaption id={titleId}>
        <h4>Held-out error</h4>
        <span>mean squared, over the variance of the teacher; below 1e-16 all is rounding</span>
      </figcaption>
      <ul className="legend">
        {[...LINES, ...levels].map(({ key, style }) => (
          <li key={key}>
            <Swatch style={style} />
            <span>{style.name}</span>
          </li>
        ))}
      </ul>
      <div className="chart-area">
        <ResponsiveContainer initialDimension={{ width: 320, height: 220 }}>
          <LineChart data={[...curve]} margin={MARGIN}>
            <CartesianGrid {...GRID} />
            <XAxis
              {...X_AXIS}
              dataKey="step"
              domain={axis.domain}
              ticks={axis.ticks}
              tickFormatter={formatCount}
              minTickGap={16}
              label={{ value: 'training step', position: 'insideBottom', offset: -12 }}
            />
            <YAxis {...Y_AXIS} domain={scale.domain} ticks={scale.ticks} tickFormatter={formatPowerTick} />
            <Tooltip
              isAnimationActive={false}
              cursor={{ stroke: 'var(--axis)' }}
              content={({ active, payload }) => {
                const hovered: unknown = payload[0]?.payload;
                return active && isPoint(hovered) ? <Reading point={hovered} /> : null;
              }}
            />
            {levels.map(({ key, style, error }) => (
              <ReferenceLine
                key={key}
                y={placeOf(error)}
                stroke={style.colour}
                strokeWidth={2}
                strokeDasharray={style.dash}
              />
            ))}
            {LINES.map(({ key, style }) => (
              <Line
                key={key}
                dataKey={PLACES[key]}
                stroke={style.colour}
                strokeWidth={2}
                strokeDasharray={style.dash}
                dot={false}
                activeDot={{ r: 3.5 }}
                isAnimationActive={false}
              />
            ))}
          </LineChart>
        </ResponsiveContainer>
      </div>
    </figure>
  );
}

/** What a hover reads. */
function Reading({ point }: { readonly point: CurvePoint }) {
  return (
    <table className="reading">
      <thead>
        <tr>
          <th colSpan={2}>step {formatCount(point.step)}</th>
          <th>error</th>
        </tr>
      </thead>
      <tbody>
        {LINES.map(({ key, style }) => (
          <tr key={key}>
            <td>
              <Swatch style={style} />
            </td>
            <td className="reading-name">{style.name}</td>
            <td>{formatNumber(point[key])}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
