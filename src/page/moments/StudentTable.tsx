import type { MomentsState } from '../../moments/run.ts';
import type { MomentsSettings } from '../../moments/settings.ts';
import { formatNumber, formatSeconds } from '../numbers.ts';
import { ScrollBox } from '../ScrollBox.tsx';
import { OUTCOME_TEXTS, outcomeOf, STUDENT_TITLES, STUDENTS } from './students.ts';

interface StudentTableProps {
  readonly state: MomentsState;
  readonly settings: MomentsSettings;
}

/** All students beside each other, in numbers. */
export function StudentTable({ state, settings }: StudentTableProps) {
  const training = state.stage !== 'done';
  return (
    <ScrollBox label="Students">
      <table className="moments-table moments-students">
        <caption className="visually-hidden">The students</caption>
        <thead>
          <tr>
            <th scope="col">Student</th>
            <th scope="col">Units</th>
            <th scope="col">Held-out error</th>
            <th scope="col">Largest error of a parameter</th>
            <th scope="col">Time</th>
            <th scope="col">In words</th>
          </tr>
        </thead>
        <tbody>
          {STUDENTS.map((name) => {
            const student = state[name];
            if (!student) return null;
            const outcome = outcomeOf(student, settings);
            const live = training && (name === 'sgd' || name === 'path');
            return (
              <tr key={name} data-student={name}>
                <th scope="row">{STUDENT_TITLES[name]}</th>
                <td>{student.network.units}</td>
                <td>{formatNumber(student.heldOut)}</td>
                <td>{formatNumber(student.largestError)}</td>
                <td>{formatSeconds(student.seconds)}</td>
                <td data-outcome={live ? 'live' : outcome}>{live ? 'training' : OUTCOME_TEXTS[outcome]}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </ScrollBox>
  );
}
