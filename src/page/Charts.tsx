import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Experiment } from '../experiment/schema.ts';
import { type Task, taskOf } from '../experiment/tasks/index.ts';
import type { Stop } from '../session/protocol.ts';
import type { RunData } from '../session/runData.ts';
import { useRun } from '../session/runStore.ts';
import { hasBands } from './chartRows.ts';
import type { AxisKind } from './chartScale.ts';
import { type LaneStyle, laneStyles } from './laneStyle.ts';
import { MetricChart } from './MetricChart.tsx';
import { Swatch } from './Swatch.tsx';
import { useRunFrame } from './useRunFrame.ts';
import { useWorkbench } from './workbench.ts';

const LOSS_TEXTS: Readonly<Record<Task['loss'], string>> = {
  squared: 'mean squared error',
  softmax: 'cross-entropy in nats',
};

const AXIS_KINDS = ['log', 'linear'] as const satisfies readonly AxisKind[];

/** The charts, as `hide` names them. */
const CHART_NAMES = ['loss', 'measure'] as const;

/**
 * Loss and measure of every lane against the training step, with one legend and one set of choices for both.
 * @param only the one chart to show, whatever the link hides
 */
export function Charts({ only }: { readonly only?: (typeof CHART_NAMES)[number] }) {
  const experiment = useRun((state) => state.experiment);
  const data = useRun((state) => state.data);
  const stops = useRun((state) => state.stops);
  const hidden = useWorkbench((state) => state.view.hide);
  const hide = only === undefined ? hidden : CHART_NAMES.filter((name) => name !== only);
  const [axis, setAxis] = useState<AxisKind>('log');
  const [smooth, setSmooth] = useState(true);
  const styles = useMemo(() => laneStyles(experiment), [experiment]);
  return (
    <section className="panel charts" aria-label="Curves">
      <div className="charts-head">
        <ul className={hasBands(styles.length) ? 'legend' : 'legend legend-many'} aria-label="Lanes">
          {styles.map((style, index) => {
            const stop = stops.find(({ lane }) => lane === index);
            return (
              <li key={style.name}>
                <Swatch style={style} />
                <span>
                  {style.name}
                  {stop && <span className="legend-stop">: stopped, {stop.reason}</span>}
                </span>
              </li>
            );
          })}
        </ul>
        <div className="chart-choices">
          <fieldset className="segments">
            <legend className="visually-hidden">Loss axis</legend>
            {AXIS_KINDS.map((kind) => (
              <label key={kind}>
                <input type="radio" name="loss-axis" checked={axis === kind} onChange={() => setAxis(kind)} />
                <span>{kind === 'log' ? 'Log' : 'Linear'}</span>
              </label>
            ))}
          </fieldset>
          <label className="check" title="Exponential mean over all steps: factor 0.98, less at the start">
            <input type="checkbox" checked={smooth} onChange={(event) => setSmooth(event.target.checked)} />
            Smooth
          </label>
        </div>
      </div>
      <ChartPair
        data={data}
        experiment={experiment}
        styles={styles}
        stops={stops}
        axis={axis}
        smooth={smooth}
        hide={hide}
      />
      <p className="chart-note">
        Lines: training{smooth ? ', smoothed' : ''}; {hasBands(styles.length) && 'bands: its range; '}circles:
        held out.
      </p>
    </section>
  );
}

/** Milliseconds between two drawings, at least; drawing takes at most about a fifth of the time. */
const DRAW_INTERVAL = 100;
const DRAW_SHARE = 0.2;

interface ChartPairProps {
  readonly data: RunData;
  readonly experiment: Experiment;
  readonly styles: readonly LaneStyle[];
  readonly stops: readonly Stop[];
  readonly axis: AxisKind;
  readonly smooth: boolean;
  readonly hide: readonly string[];
}

/** Both charts, drawn in the same moment, so that one hover reads the same step in both. */
function ChartPair({ data, experiment, axis, hide, ...shared }: ChartPairProps) {
  const cost = useRef(0);
  useRunFrame(
    data,
    useCallback(() => Math.max(DRAW_INTERVAL, cost.current / DRAW_SHARE), []),
  );
  const started = performance.now();
  useEffect(() => {
    cost.current = performance.now() - started;
  });

  const waiting = useRun(
    ({ status, playWhenReady }) => status === 'idle' || (status === 'preparing' && !playWhenReady),
  );
  const task = taskOf(experiment);
  const baseline = useRun((state) => state.baseline);
  const measure = task.measure(experiment);
  const inBits = measure.kind === 'bits';
  return (
    <div className="chart-grid">
      {!hide.includes('loss') && (
        <MetricChart
          title="Loss"
          unit={LOSS_TEXTS[task.loss]}
          quantity="loss"
          axis={axis}
          baseline={baseline}
          data={data}
          waiting={waiting}
          {...shared}
        />
      )}
      {!hide.includes('measure') && (
        <MetricChart
          title={measure.label.charAt(0).toUpperCase() + measure.label.slice(1)}
          unit={inBits ? 'less is better' : 'share'}
          quantity="metric"
          axis={inBits ? 'bits' : 'share'}
          baseline={inBits && baseline ? { ...baseline, loss: baseline.loss / Math.LN2 } : null}
          data={data}
          waiting={false}
          {...shared}
        />
      )}
    </div>
  );
}
