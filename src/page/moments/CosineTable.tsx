import type { CSSProperties } from 'react';
import type { StudentReport } from '../../moments/run.ts';
import { ScrollBox } from '../ScrollBox.tsx';

interface CosineTableProps {
  readonly student: StudentReport;
  readonly name: string;
  /** Units of the teacher. */
  readonly units: number;
}

/** The cosines between a student's units and the teacher's; the unit that stands for each of the teacher's comes first. */
export function CosineTable({ student, name, units }: CosineTableProps) {
  const partners = student.partners.filter((unit) => unit !== null);
  const others = Array.from({ length: student.network.units }, (_, unit) => unit).filter(
    (unit) => !partners.includes(unit),
  );
  return (
    <figure className="moments-figure">
      <figcaption>
        <h4>Whose unit is whose?</h4>
        <span>Cosines between the incoming weights: 1 is the same direction.</span>
      </figcaption>
      <ScrollBox label="Cosines">
        <table className="moments-cosines">
          <caption className="visually-hidden">
            Cosines of the units of {name} with those of the teacher
          </caption>
          <thead>
            <tr>
              <td />
              {Array.from({ length: units }, (_, of) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a unit is its number
                <th key={of} scope="col" title={`Unit ${of + 1} of the teacher`}>
                  T{of + 1}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {[...partners, ...others].map((unit) => (
              <tr key={unit}>
                <th scope="row" title={`Unit ${unit + 1} of the student`}>
                  S{unit + 1}
                </th>
                {Array.from({ length: units }, (_, of) => {
                  const cosine = student.cosines[unit * units + of] as number;
                  return (
                    <td
                      // biome-ignore lint/suspicious/noArrayIndexKey: a unit is its number
                      key={of}
                      style={
                        {
                          '--share': `${Math.round(40 * Math.min(1, Math.abs(cosine)) ** 2)}%`,
                        } as CSSProperties
                      }
                      data-negative={cosine < 0}
                      data-partner={student.partners[of] === unit}
                    >
                      {cosine.toFixed(2)}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </figure>
  );
}
