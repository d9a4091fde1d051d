import { useRun } from '../../session/page/runStore.ts';
import { recordRun } from '../../session/store/runRecord.ts';
import { loadCode } from '../part/code.ts';
import { useAttempt } from '../part/useAttempt.tsx';
import { runLaneStyles } from '../rescale/lanes.ts';

/** All numbers of the run as a file. */
export function SaveRun() {
  const [attempt, problem] = useAttempt('The run could not be saved');
  const save = async (format: 'json' | 'csv'): Promise<void> => {
    const { saveRunCsv, saveRunJson } = await loadCode('page/charts/save.ts');
    const run = useRun.getState();
    const record = recordRun(run);
    if (format === 'csv') saveRunCsv(record, runLaneStyles(run.experiment, run.copies));
    else saveRunJson(record);
  };
  return (
    <div className="save-choices">
      <span>Save the whole run</span>
      <button
        type="button"
        onClick={() => attempt(() => save('json'))}
        title="Everything measured, with the experiment"
      >
        Run as JSON
      </button>
      <button
        type="button"
        onClick={() => attempt(() => save('csv'))}
        title="Everything measured, as a table"
      >
        Run as CSV
      </button>
      {problem}
    </div>
  );
}
