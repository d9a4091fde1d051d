import { useState } from 'react';
import type { Experiment } from '../../experiment/schema.ts';
import { taskOf } from '../../experiment/tasks/index.ts';
import { useRun } from '../../session/page/runStore.ts';
import { formatNumber } from '../numbers.ts';
import { Swatch } from '../Swatch.tsx';
import { useRunFrame } from '../useRunFrame.ts';
import { useWorkbench } from '../workbench.ts';
import { SweepChart } from './SweepChart.tsx';
import { isSweep, withEverySweep } from './sweepLanes.ts';
import {
  bestLanes,
  type SweepLine,
  type SweepResult,
  type SweepRow,
  sweepLines,
  sweepRows,
} from './sweepRows.ts';
import { takeOverLanes } from './sweepStore.ts';
import '../styles/sweep.css';

const MEASURES = ['training', 'held out'] as const;
type MeasureName = (typeof MEASURES)[number];

/** Milliseconds between two drawings. */
const DRAW_INTERVAL = 500;

/** The loss that lanes have come to against their rate: how wide a range of rates each optimizer can use. */
export default function Sweep() {
  const experiment = useRun((state) => state.experiment);
  return isSweep(experiment) ? <Results experiment={experiment} /> : <Offer experiment={experiment} />;
}

/** What a sweep is, where there is none. */
function Offer({ experiment }: { readonly experiment: Experiment }) {
  const swept = withEverySweep(experiment);
  return (
    <div className="sweep">
      <p>
        How much does the learning rate matter? A sweep trains every lane at several rates at once, from a
        tenth of its own to ten times, and draws the loss of each against its rate. A wide, low valley is an
        optimizer that is easy to use.
      </p>
      <p>
        <button
          type="button"
          disabled={swept === null}
          onClick={() => swept && takeOverLanes(experiment, swept)}
        >
          Sweep the rates of every lane
        </button>
      </p>
      <p className="sweep-aside">
        {swept === null
          ? 'These lanes leave no room for a sweep: remove some, or sweep one of them by its button.'
          : `It makes ${swept.lanes.length} lanes of ${experiment.lanes.length}, and you can go back. The button “Sweep rates” of a lane sweeps that lane alone.`}
      </p>
    </div>
  );
}

function Results({ experiment }: { readonly experiment: Experiment }) {
  const data = useRun((state) => state.data);
  const stops = useRun((state) => state.stops);
  const baseline = useRun((state) => state.baseline);
  const edited = useWorkbench((state) => state.experiment);
  const [measure, setMeasure] = useState<MeasureName>('training');
  useRunFrame(data, DRAW_INTERVAL);

  const heldOut = measure === 'held out';
  const resultOf = (lane: number): SweepResult => {
    const loss = heldOut ? data.evaluation?.lanes[lane]?.loss : data.lanes[lane]?.loss.smooth;
    return {
      loss: loss !== undefined && Number.isFinite(loss) ? loss : null,
      diverged: stops.some((stop) => stop.lane === lane),
    };
  };
  const lines = sweepLines(experiment);
  const rows = sweepRows(experiment, lines, resultOf);
  const best = bestLanes(lines, resultOf);
  const step = heldOut ? (data.evaluation?.step ?? 0) : data.step;
  const keepBest = (): void => {
    const kept = new Set(best.map(({ lane }) => lane));
    takeOverLanes(experiment, { ...experiment, lanes: experiment.lanes.filter((_, lane) => kept.has(lane)) });
  };
  return (
    <div className="sweep">
      <div className="sweep-head">
        <ul className="legend" aria-label="Lines">
          {lines.map((line) => (
            <li key={line.name}>
              <Swatch style={{ ...line, title: line.name }} />
              <span>{line.name}</span>
            </li>
          ))}
        </ul>
        <fieldset className="segments">
          <legend className="visually-hidden">Loss against rate</legend>
          {MEASURES.map((name) => (
            <label key={name}>
              <input
                type="radio"
                name="sweep-measure"
                checked={measure === name}
                onChange={() => setMeasure(name)}
              />
              <span>{name === 'training' ? 'Training' : 'Held out'}</span>
            </label>
          ))}
        </fieldset>
      </div>
      <SweepChart lines={lines} rows={rows} baseline={baseline} />
      <p className="sweep-aside">
        {heldOut ? 'Held-out loss' : 'Training loss, smoothed,'} at step {step.toLocaleString('en')}, both
        axes logarithmic. A cross at the upper edge: diverged, or far above the baseline. Early in a run low
        rates look worse than they are.
      </p>
      <Table lines={lines} rows={rows} best={new Set(best.map(({ lane }) => lane))} experiment={experiment} />
      <p>
        <button
          type="button"
          disabled={best.length === 0 || edited !== experiment}
          onClick={keepBest}
          title="The run starts again with the lane of the lowest loss of each line"
        >
          Keep the best of each
        </button>
      </p>
    </div>
  );
}

interface TableProps {
  readonly experiment: Experiment;
  readonly lines: readonly SweepLine[];
  readonly rows: readonly SweepRow[];
  readonly best: ReadonlySet<number>;
}

/** The numbers of the chart. */
function Table({ experiment, lines, rows, best }: TableProps) {
  const isBest = (line: SweepLine, rate: number): boolean =>
    line.lanes.some((lane) => best.has(lane) && experiment.lanes[lane]?.rate === rate);
  return (
    <div className="sweep-table">
      <table>
        <caption className="visually-hidden">Loss of every rate, {taskOf(experiment).title}</caption>
        <thead>
          <tr>
            <th scope="col">Rate</th>
            {lines.map((line) => (
              <th key={line.name} scope="col">
                {line.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ rate, cells }) => (
            <tr key={rate}>
              <th scope="row">{rate}</th>
              {lines.map((line, index) => {
                const cell = cells[index];
                return (
                  <td key={line.name}>
                    {cell?.diverged ? 'diverged' : cell ? formatNumber(cell.loss) : ''}
                    {isBest(line, rate) && <b> best</b>}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
