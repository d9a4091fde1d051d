import { useCallback, useState } from 'react';
import { CartesianGrid, Line, LineChart, ResponsiveContainer, XAxis, YAxis } from 'recharts';
import type { Settings } from '../../reachability/settings.ts';
import { countedLanes, type TrainingCount } from '../../reachability/training.ts';
import { GRID, MARGIN, X_AXIS, Y_AXIS } from '../axisLook.ts';
import { logScale } from '../chartScale.ts';
import { laneStyles } from '../laneStyle.ts';
import { formatCount, formatPowerTick } from '../numbers.ts';
import { ScrollBox } from '../ScrollBox.tsx';
import { SelectField } from '../SelectField.tsx';
import { Swatch } from '../Swatch.tsx';
import { useWork } from './useWork.ts';
import { WorkBar } from './WorkBar.tsx';
import type { Event, Taken } from './work.ts';

interface TrainingSectionProps {
  readonly taken: Taken;
  readonly settings: Settings;
  readonly onBeside: (lane: number) => void;
}

/** How many regions two lanes' networks have while they train, side by side. */
export function TrainingSection({ taken, settings, onBeside }: TrainingSectionProps) {
  const [counts, setCounts] = useState<readonly TrainingCount[]>([]);
  const receive = useCallback((event: Event): void => {
    if (event.type === 'count') setCounts((known) => [...known, event.count]);
  }, []);
  const work = useWork(receive);
  const { experiment, step } = taken;
  const styles = laneStyles(experiment);
  const lanes = countedLanes(experiment, settings);
  const counted = [...new Set(counts.map(({ lane }) => lane))];
  const last = counts.at(-1)?.step ?? 0;
  return (
    <>
      {experiment.lanes.length > 1 && (
        <div className="reach-fields">
          <SelectField
            label="Beside it"
            value={String(lanes.find((lane) => lane !== settings.lane) ?? settings.lane)}
            options={styles.map(({ name }, index) => ({ value: String(index + 1), text: name }))}
            onChange={(value) => onBeside(Number(value))}
          />
        </div>
      )}
      <WorkBar
        label={`Count up to step ${formatCount(step)}`}
        work={{
          ...work,
          progress: { text: `counted at step ${formatCount(last)}`, fraction: step > 0 ? last / step : null },
        }}
        disabled={step === 0 || lanes.length === 0}
        onStart={() => {
          setCounts([]);
          work.start({ kind: 'training', taken, settings, exponents: null });
        }}
      />
      {step === 0 && (
        <p className="panel-note">The run is at step 0: train it for a while, then press Prove it now.</p>
      )}
      {counts.length > 0 && (
        <>
          <CountsChart counts={counts} lanes={counted} experiment={experiment} />
          <CountsTable counts={counts} lanes={counted} experiment={experiment} />
        </>
      )}
    </>
  );
}

interface CountsProps {
  readonly counts: readonly TrainingCount[];
  /** That were counted, from 1. */
  readonly lanes: readonly number[];
  readonly experiment: Taken['experiment'];
}

interface Row {
  readonly step: number;
  readonly counts: ReadonlyMap<number, TrainingCount>;
}

function rowsOf(counts: readonly TrainingCount[]): Row[] {
  const steps = [...new Set(counts.map(({ step }) => step))];
  return steps.map((step) => ({
    step,
    counts: new Map(counts.filter((count) => count.step === step).map((count) => [count.lane, count])),
  }));
}

/** Step 0 has a place on the logarithmic axis, as far before step 1 as that is before 10. */
const placeOf = (step: number): number => (step === 0 ? -1 : Math.log10(step));

function CountsChart({ counts, lanes, experiment }: CountsProps) {
  const rows = rowsOf(counts);
  const styles = laneStyles(experiment);
  const scale = logScale(counts.map(({ regions }) => Math.log10(regions)));
  const lastPlace = Math.max(1, placeOf(rows.at(-1)?.step ?? 1));
  const ticks = [-1, ...Array.from({ length: Math.floor(lastPlace) + 1 }, (_, decade) => decade)];
  return (
    <figure
      className="chart"
      aria-label="Linear regions against the training step; the table below has the numbers"
    >
      <figcaption>
        <h3>Linear regions</h3> <span>of the square</span>
      </figcaption>
      <ul className="reach-legend">
        {lanes.map((lane) => {
          const style = styles[lane - 1];
          return (
            style && (
              <li key={lane}>
                <Swatch style={style} /> {style.name}
              </li>
            )
          );
        })}
      </ul>
      <div className="chart-area reach-chart">
        <ResponsiveContainer initialDimension={{ width: 320, height: 200 }}>
          <LineChart data={rows} margin={MARGIN}>
            <CartesianGrid {...GRID} />
            <XAxis
              {...X_AXIS}
              dataKey={(row: Row) => placeOf(row.step)}
              domain={[-1, lastPlace]}
              ticks={ticks}
              tickFormatter={(place: number) => (place < 0 ? '0' : formatCount(10 ** place))}
              label={{ value: 'training step', position: 'insideBottom', offset: -12 }}
            />
            <YAxis {...Y_AXIS} domain={scale.domain} ticks={scale.ticks} tickFormatter={formatPowerTick} />
            {lanes.map((lane) => (
              <Line
                key={lane}
                dataKey={(row: Row) => {
                  const count = row.counts.get(lane);
                  return count ? Math.log10(count.regions) : null;
                }}
                stroke={styles[lane - 1]?.colour}
                strokeWidth={2}
                strokeDasharray={styles[lane - 1]?.dash}
                dot={{ r: 2.5 }}
                isAnimationActive={false}
              />
            ))}
          </LineChart>
        </ResponsiveContainer>
      </div>
    </figure>
  );
}

function CountsTable({ counts, lanes, experiment }: CountsProps) {
  const styles = laneStyles(experiment);
  return (
    <ScrollBox label="Regions by training step">
      <table className="reach-table">
        <caption>Regions, and different maps to the answer, by training step</caption>
        <thead>
          <tr>
            <th scope="col">Step</th>
            {lanes.map((lane) => (
              <th key={lane} scope="col">
                {styles[lane - 1]?.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rowsOf(counts).map(({ step, counts }) => (
            <tr key={step}>
              <th scope="row">{formatCount(step)}</th>
              {lanes.map((lane) => {
                const count = counts.get(lane);
                return (
                  <td key={lane}>
                    {count
                      ? `${count.complete ? '' : 'more than '}${formatCount(count.regions)} (${formatCount(count.maps)} maps)`
                      : '–'}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}
