import { useMemo } from 'react';
import { CartesianGrid, Line, LineChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { stateGradient } from '../../engine/inside/stateGradient.ts';
import { GRID, MARGIN, X_AXIS, Y_AXIS } from '../axisLook.ts';
import { logScale } from '../chartScale.ts';
import { formatCount, formatNumber, formatPowerTick } from '../numbers.ts';
import { Swatch } from '../Swatch.tsx';
import type { SectionProps } from './look.ts';

/** Multiplications that the gradients of all lanes may take: some ten milliseconds. */
const OPERATIONS = 2 ** 24;

interface Row {
  readonly t: number;
  /** Of each lane; NaN where it is not finite. */
  readonly norms: readonly number[];
  /** log10 of the norm of each lane; null where it is zero or not finite. */
  readonly values: readonly (number | null)[];
}

/** How much each state matters for the loss: |dL/dh_t| against time, a line for each lane. */
export function GradientSection({ look }: SectionProps) {
  const { experiment, shape, shapes, batch, lanes, styles, layer } = look;
  const gradients = useMemo(
    () =>
      lanes.map((snapshot, index) => {
        const settings = experiment.lanes[index];
        const own = shapes[index];
        if (!settings || !own) return null;
        const alone = { ...experiment, lanes: [settings] };
        return stateGradient(alone, own, batch, snapshot, OPERATIONS / lanes.length);
      }),
    [experiment, shapes, batch, lanes],
  );
  const [first] = gradients;
  if (!shape.recurrent && shape.network !== 'urnn') {
    return (
      <p className="panel-note">This network sees all of its input at once: it has no time to look along.</p>
    );
  }
  if (!first) {
    return (
      <p className="panel-note">
        The states of this run are too many to look at. A shorter length, a smaller batch, fewer units or
        fewer lanes show them.
      </p>
    );
  }
  const { times, sequences } = first;
  const rows: Row[] = times.map((t, index) => {
    const norms = gradients.map((gradient) => gradient?.norms[layer * times.length + index] ?? Number.NaN);
    return {
      t: t + 1,
      norms,
      values: norms.map((norm) => (norm > 0 && Number.isFinite(norm) ? Math.log10(norm) : null)),
    };
  });
  const scale = logScale(rows.flatMap(({ values }) => values.filter((value) => value !== null)));
  return (
    <>
      <div className="gradient-chart">
        <ResponsiveContainer initialDimension={{ width: 320, height: 240 }}>
          <LineChart data={rows} margin={MARGIN}>
            <CartesianGrid {...GRID} />
            <XAxis
              {...X_AXIS}
              dataKey="t"
              domain={[1, shape.length]}
              tickFormatter={formatCount}
              minTickGap={16}
              label={{
                value: 'time step t',
                position: 'insideBottom',
                offset: -12,
                className: 'axis-label',
              }}
            />
            <YAxis
              {...Y_AXIS}
              domain={scale.domain}
              ticks={scale.ticks}
              tickFormatter={formatPowerTick}
              allowDataOverflow
            />
            <Tooltip
              isAnimationActive={false}
              cursor={{ stroke: 'var(--axis)' }}
              content={({ active, label }) => {
                const row = active ? rows.find(({ t }) => t === label) : undefined;
                return (
                  row && (
                    <div className="reading">
                      <b>Time step {formatCount(row.t)}</b>
                      <ul>
                        {styles.slice(0, lanes.length).map((style, lane) => (
                          <li key={style.name}>
                            <Swatch style={style} />
                            <span className="reading-name">{style.name}</span>
                            <b>{formatNumber(row.norms[lane])}</b>
                          </li>
                        ))}
                      </ul>
                    </div>
                  )
                );
              }}
            />
            {styles.slice(0, lanes.length).map((style, lane) => (
              <Line
                key={style.name}
                name={style.name}
                dataKey={(row: Row) => row.values[lane] ?? null}
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
      <ul className="inside-list">
        {styles.slice(0, lanes.length).map((style, lane) => (
          <li key={style.name}>
            <Swatch style={style} /> {style.name}: {formatNumber(rows[0]?.norms[lane])} at the first step,{' '}
            {formatNumber(rows.at(-1)?.norms[lane])} at the last
          </li>
        ))}
      </ul>
      {(sequences < shape.batch || times.length < shape.length) && (
        <p className="panel-note">
          From {sequences} of {shape.batch} sequences at {times.length} of {formatCount(shape.length)} time
          steps, to be quick.
        </p>
      )}
    </>
  );
}
