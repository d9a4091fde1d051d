import { useState } from 'react';
import { everyLine } from '../../moments/lines.ts';
import { EMPTY_STATE } from '../../moments/run.ts';
import { download } from '../browser/download.ts';
import { SelectField } from '../SelectField.tsx';
import { CosineTable } from './CosineTable.tsx';
import { ErrorChart } from './ErrorChart.tsx';
import { SpectrumChart } from './SpectrumChart.tsx';
import { StudentTable } from './StudentTable.tsx';
import { STUDENT_TITLES, STUDENTS, type StudentName, verdictOf } from './students.ts';
import { UnitTable } from './UnitTable.tsx';
import type { MomentsRun } from './useMoments.ts';

/** What a run has found out so far. */
export function Results({ run }: { readonly run: MomentsRun }) {
  const { state, settings, status } = run;
  const [chosen, setChosen] = useState<StudentName>('polished');
  const there = STUDENTS.filter((name) => state[name] !== null);
  const name = there.includes(chosen) ? chosen : there[0];
  const student = name && state[name];
  const save = (): void => {
    const text = everyLine(settings, EMPTY_STATE, state);
    download(text, `path-sgd-moments-seed-${settings.seed}.jsonl`, 'application/x-ndjson');
  };
  return (
    <>
      <div className="moments-verdict" role="status">
        {verdictOf(state, settings).map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
      </div>
      <div className="moments-figures">
        {state.spectrum && <SpectrumChart spectrum={state.spectrum} />}
        {(state.curve.length > 0 || state.polished) && settings.steps > 0 && (
          <ErrorChart state={state} steps={settings.steps} />
        )}
      </div>
      {there.length > 0 && <StudentTable state={state} settings={settings} />}
      {state.teacher && name && student && (
        <>
          <div className="moments-choice">
            <SelectField
              label="Look at"
              value={name}
              options={there.map((value) => ({ value, text: STUDENT_TITLES[value] }))}
              onChange={setChosen}
            />
          </div>
          <div className="moments-figures">
            <CosineTable student={student} name={STUDENT_TITLES[name]} units={state.teacher.units} />
            <UnitTable student={student} name={STUDENT_TITLES[name]} teacher={state.teacher} />
          </div>
        </>
      )}
      {status !== 'running' && there.length > 0 && (
        <p>
          <button type="button" onClick={save} title="A line of JSON for everything that was found">
            Save the numbers
          </button>
        </p>
      )}
    </>
  );
}
