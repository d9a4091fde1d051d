import { useState } from 'react';
import type { Experiment } from '../../experiment/schema.ts';
import {
  areComparable,
  changeRun,
  type EarlierRun,
  isShown,
  removeRun,
  useEarlierRuns,
} from '../../session/page/earlierRuns.ts';
import { Icon } from '../Icon.tsx';
import { laneStyles } from '../laneStyle.ts';
import { formatCount } from '../numbers.ts';
import { loadCode } from '../part/code.ts';
import { useAttempt } from '../part/useAttempt.tsx';
import { nameOf } from './runNames.ts';
import '../styles/earlier-runs.css';

interface EarlierRunsProps {
  readonly experiment: Experiment;
  /** Numbers of the runs that are drawn. */
  readonly drawn: ReadonlySet<number>;
}

/** The runs before this one, whose curves can stay in the charts. */
export function EarlierRuns({ experiment, drawn }: EarlierRunsProps) {
  const runs = useEarlierRuns((state) => state.runs);
  if (runs.length === 0) return null;
  return (
    <details className="earlier-runs" open>
      <summary>Earlier runs</summary>
      <ul aria-label="Earlier runs">
        {runs.toReversed().map((run) => (
          <EarlierRunRow key={run.id} run={run} experiment={experiment} isDrawn={drawn.has(run.id)} />
        ))}
      </ul>
      <p className="chart-note">Their curves are faint. The last five stay, and those that you keep.</p>
    </details>
  );
}

interface EarlierRunRowProps {
  readonly run: EarlierRun;
  readonly experiment: Experiment;
  readonly isDrawn: boolean;
}

function EarlierRunRow({ run, experiment, isDrawn }: EarlierRunRowProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const { id, record, kept } = run;
  const name = nameOf(run, experiment);
  const shown = isShown(run, experiment);
  const comparable = areComparable(record.experiment, experiment);
  const lanes = laneStyles(record.experiment).map((style) => style.name);
  const rename = (): void => {
    if (typed !== null) changeRun(id, { name: typed.trim() === '' ? null : typed.trim() });
    setTyped(null);
  };
  const [attempt, problem] = useAttempt('This run could not be saved');
  const save = async (): Promise<void> => (await loadCode('page/charts/save.ts')).saveRunJson(record);
  return (
    <li>
      <label className="check" title={`Lanes: ${lanes.join('; ')}`}>
        <input
          type="checkbox"
          checked={shown}
          onChange={({ target: { checked } }) =>
            // What would be so anyway is no choice, and says nothing of another task.
            changeRun(id, { shown: checked === comparable ? null : checked })
          }
        />
        <span className="visually-hidden">Show run {id}</span>
        <span aria-hidden="true">{id}</span>
      </label>
      <input
        type="text"
        aria-label={`Name of run ${id}`}
        value={typed ?? name}
        maxLength={80}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={rename}
        onKeyDown={(event) => {
          if (event.key === 'Enter') rename();
          if (event.key === 'Escape') setTyped(null);
        }}
      />
      <span className="earlier-steps">{formatCount(record.step)} steps</span>
      <label className="check">
        <input
          type="checkbox"
          checked={kept}
          onChange={(event) => changeRun(id, { kept: event.target.checked })}
        />
        Keep<span className="visually-hidden"> run {id}</span>
      </label>
      <button type="button" className="quiet earlier-save" title="Save as JSON" onClick={() => attempt(save)}>
        Save<span className="visually-hidden"> run {id} as JSON</span>
      </button>
      <button type="button" className="quiet" title="Remove" onClick={() => removeRun(id)}>
        <Icon name="remove" />
        <span className="visually-hidden">Remove run {id}</span>
      </button>
      {problem}
      {!comparable && <p>Another task or other data: its numbers cannot be compared with these.</p>}
      {shown && !isDrawn && (
        <p>No room in the charts: the latest runs of up to 32 lanes together are drawn.</p>
      )}
    </li>
  );
}
