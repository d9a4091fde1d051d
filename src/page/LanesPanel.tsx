import { useState } from 'react';
import { MAX_LANES } from '../experiment/schema.ts';
import { taskOf } from '../experiment/tasks/index.ts';
import { withAddedLane, withoutLane } from './edits.ts';
import { LaneRow } from './LaneRow.tsx';
import { laneStyles } from './laneStyle.ts';
import { MeasuredRates } from './MeasuredRates.tsx';
import { isSweep, withSweep } from './sweep/sweepLanes.ts';
import { takeOverLanes, undoSweep, useCanUndoSweep } from './sweep/sweepStore.ts';
import { edit, useWorkbench } from './workbench.ts';
import './styles/lanes.css';

let lastId = 0;
const newId = (): number => ++lastId;

/** Every lane in a row: its settings and its current numbers. */
export function LanesPanel() {
  const experiment = useWorkbench((state) => state.experiment);
  const { lanes } = experiment;
  // A lane has no identity of its own: these keep what a row has open or half typed with its lane when others go.
  const [ids, setIds] = useState<readonly number[]>(() => lanes.map(newId));
  if (ids.length !== lanes.length) setIds(lanes.map((_, index) => ids[index] ?? newId()));

  const styles = laneStyles(experiment);
  const measure = taskOf(experiment).measure(experiment).label;
  const full = lanes.length >= MAX_LANES;
  const canUndo = useCanUndoSweep(experiment);

  const add = (copyOf?: number): void => {
    setIds(ids.toSpliced(copyOf === undefined ? ids.length : copyOf + 1, 0, newId()));
    edit(withAddedLane(experiment, copyOf));
  };
  const remove = (index: number): void => {
    setIds(ids.toSpliced(index, 1));
    edit(withoutLane(experiment, index));
  };

  const changeAll = (change: () => void): void => {
    setIds([]);
    change();
  };
  const sweepOf = (index: number): (() => void) | null => {
    const swept = withSweep(experiment, index);
    return swept && (() => changeAll(() => takeOverLanes(experiment, swept)));
  };

  return (
    <section className="panel lanes" aria-labelledby="lanes-title">
      <div className="panel-head">
        <h2 id="lanes-title">Lanes</h2>
        <button type="button" disabled={full} onClick={() => add()}>
          Add lane
        </button>
      </div>
      <table>
        <colgroup>
          <col className="column-optimizer" />
          <col className="column-rate" />
          <col className="column-start" />
          <col className="column-number" span={4} />
          <col className="column-actions" />
        </colgroup>
        <thead>
          <tr>
            <th rowSpan={2}>Optimizer</th>
            <th rowSpan={2}>Rate</th>
            <th rowSpan={2}>Start</th>
            <th
              colSpan={2}
              className="group"
              title="Exponential mean over all steps: factor 0.98, less at the start"
            >
              Training, smoothed
            </th>
            <th colSpan={2} className="group">
              Held out
            </th>
            <th rowSpan={2}>
              <span className="visually-hidden">Change</span>
            </th>
          </tr>
          <tr>
            <th className="number">loss</th>
            <th className="number">{measure}</th>
            <th className="number">loss</th>
            <th className="number">{measure}</th>
          </tr>
        </thead>
        {lanes.map((lane, index) => (
          <LaneRow
            key={ids[index]}
            experiment={experiment}
            lane={lane}
            index={index}
            style={styles[index] as (typeof styles)[number]}
            onSweep={sweepOf(index)}
            onDuplicate={full ? null : () => add(index)}
            onRemove={lanes.length === 1 ? null : () => remove(index)}
          />
        ))}
      </table>
      {canUndo && (
        <p className="sweep-note" role="status">
          {isSweep(experiment) &&
            'A sweep: lanes that differ in rate only. “Loss against rate” under “Look closer” draws them.'}
          <button type="button" onClick={() => changeAll(() => undoSweep(experiment))}>
            Back to the lanes before
          </button>
        </p>
      )}
      {full && <p className="panel-note">An experiment has at most {MAX_LANES} lanes.</p>}
      <MeasuredRates experiment={experiment} />
    </section>
  );
}
