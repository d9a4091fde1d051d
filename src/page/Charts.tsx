import { useMemo, useState } from 'react';
import { isShown, useEarlierRuns } from '../session/page/earlierRuns.ts';
import { useRun } from '../session/page/runStore.ts';
import { SMOOTHING_FACTORS, USUAL_SMOOTHING } from '../session/page/series.ts';
import { StepClock } from '../session/page/stepClock.ts';
import { hasBands } from './chartRows.ts';
import { ChartChoices } from './charts/ChartChoices.tsx';
import { drawableRuns, type ShownRun } from './charts/content.ts';
import { EarlierRuns } from './charts/EarlierRuns.tsx';
import { Legend } from './charts/Legend.tsx';
import { type Quantity, quantitiesOf } from './charts/quantities.ts';
import { ReadCharts } from './charts/ReadCharts.tsx';
import { nameOf } from './charts/runNames.ts';
import { SaveRun } from './charts/SaveRun.tsx';
import { secondsNote, type XAxisChoice } from './charts/xAxis.ts';
import { laneStyles } from './laneStyle.ts';
import { MetricChart } from './MetricChart.tsx';
import { RunFiles } from './RunFiles.tsx';
import { runLaneStyles } from './rescale/lanes.ts';
import { useWorkbench } from './workbench.ts';
import './styles/charts.css';

/** The charts that are open until the visitor chooses others. */
const OPEN_AT_FIRST: ReadonlySet<Quantity['part']> = new Set(['loss', 'measure']);

/**
 * What every lane measures, against the progress of training, with one legend and one set of choices for all charts.
 * @param only the one chart to show, without choices, whatever the link hides
 */
export function Charts({ only }: { readonly only?: Quantity['part'] }) {
  const experiment = useRun((state) => state.experiment);
  const data = useRun((state) => state.data);
  const stops = useRun((state) => state.stops);
  const baseline = useRun((state) => state.baseline);
  const waiting = useRun(
    ({ status, playWhenReady }) => status === 'idle' || (status === 'preparing' && !playWhenReady),
  );
  const hide = useWorkbench((state) => state.view.hide);
  const runs = useEarlierRuns((state) => state.runs);
  const [open, setOpen] = useState(OPEN_AT_FIRST);
  const [x, setX] = useState<XAxisChoice>({ unit: 'step', log: false });
  const [smoothing, setSmoothing] = useState<number | null>(USUAL_SMOOTHING);
  /** Names of lanes that are not drawn. */
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());

  const copies = useRun((state) => state.copies);
  const styles = useMemo(() => runLaneStyles(experiment, copies), [experiment, copies]);
  const shown = useMemo(() => styles.map(({ name }) => !left.has(name)), [styles, left]);
  const quantities = useMemo(
    () =>
      quantitiesOf(experiment, baseline).filter(({ part }) =>
        only === undefined ? !hide.includes(part) : part === only,
      ),
    [experiment, baseline, hide, only],
  );
  const earlier = useMemo<readonly ShownRun[]>(
    () =>
      runs
        .filter((run) => isShown(run, experiment))
        .map((run) => ({
          id: run.id,
          name: nameOf(run, experiment),
          record: run.record,
          clock: new StepClock(run.record.clock),
          styles: laneStyles(run.record.experiment),
        })),
    [runs, experiment],
  );
  const drawn = useMemo(() => new Set(drawableRuns(earlier).map(({ id }) => id)), [earlier]);
  const bands = hasBands(shown.filter((isShown) => isShown).length);
  const openOnes = quantities.filter(({ part }) => part === only || open.has(part));

  return (
    <section className="panel charts" aria-label="Curves">
      <Legend
        styles={styles}
        shown={shown}
        stops={stops}
        onToggle={(name) => {
          const next = new Set(left);
          if (!next.delete(name)) next.add(name);
          setLeft(next);
        }}
      />
      {only === undefined && (
        <ChartChoices
          quantities={quantities}
          open={open}
          onOpen={setOpen}
          x={x}
          onX={setX}
          smoothing={smoothing}
          onSmoothing={setSmoothing}
        />
      )}
      <ReadCharts>
        {openOnes.map((quantity) => (
          <MetricChart
            key={quantity.key}
            quantity={quantity}
            data={data}
            experiment={experiment}
            styles={styles}
            shown={shown}
            stops={stops}
            x={x}
            smoothing={smoothing}
            earlier={earlier}
            waiting={waiting && quantity === openOnes[0]}
          />
        ))}
      </ReadCharts>
      <p className="chart-note">
        Lines: training
        {smoothing === null
          ? ''
          : `, each an exponential mean over every step (factor ${SMOOTHING_FACTORS[smoothing]}, less at the start)`}
        ; {bands && 'bands: the range of single steps; '}circles: held out.
        {open.has('path') && smoothing !== null && ' The path norm is smoothed in its logarithm.'}{' '}
        {x.unit === 'seconds' && secondsNote(experiment)}
      </p>
      {only === undefined && (
        <>
          <EarlierRuns experiment={experiment} drawn={drawn} />
          <SaveRun />
          <RunFiles />
        </>
      )}
    </section>
  );
}
