import { type Network, normalised } from '../../moments/network.ts';
import type { StudentReport } from '../../moments/run.ts';
import { ScrollBox } from '../ScrollBox.tsx';

interface UnitsProps {
  readonly student: StudentReport;
  readonly name: string;
  readonly teacher: Network;
}

const SIZE = 170;
const ROOM = 16;

/** Biases and outgoing weights of the teacher beside those of the student's units that stand for them. */
export function UnitTable({ student, name, teacher }: UnitsProps) {
  const own = normalised(student.network);
  const rows = Array.from({ length: teacher.units }, (_, of) => {
    const unit = student.partners[of] ?? null;
    return {
      of,
      b: teacher.b[of] as number,
      a: teacher.a[of] as number,
      found: unit === null ? null : { unit, b: own.b[unit] as number, a: own.a[unit] as number },
    };
  });
  const reach = Math.max(1, ...rows.map(({ b }) => Math.abs(b))) * 1.15;
  const place = (value: number): number =>
    ROOM + ((Math.max(-reach, Math.min(reach, value)) + reach) / (2 * reach)) * (SIZE - 2 * ROOM);
  return (
    <figure className="moments-figure">
      <figcaption>
        <h4>Biases, true against found</h4>
        <span>On the diagonal they are the same. All incoming weights have length 1 here.</span>
      </figcaption>
      <div className="moments-units">
        <svg viewBox={`0 0 ${SIZE} ${SIZE}`} aria-hidden="true">
          <rect
            className="moments-frame"
            x={ROOM}
            y={ROOM}
            width={SIZE - 2 * ROOM}
            height={SIZE - 2 * ROOM}
          />
          <line className="moments-grid" x1={ROOM} y1={SIZE - ROOM} x2={SIZE - ROOM} y2={ROOM} />
          {rows.map(({ of, b, found }) =>
            found ? (
              <g key={of}>
                <circle className="moments-dot" cx={place(b)} cy={SIZE - place(found.b)} r={4} />
                <text x={place(b) + 6} y={SIZE - place(found.b) - 5}>
                  {of + 1}
                </text>
              </g>
            ) : null,
          )}
          <text x={SIZE / 2} y={SIZE - 4} textAnchor="middle">
            true
          </text>
          <text x={10} y={SIZE / 2} textAnchor="middle" transform={`rotate(-90 10 ${SIZE / 2})`}>
            found
          </text>
        </svg>
        <ScrollBox label="Biases and outgoing weights">
          <table className="moments-table">
            <caption className="visually-hidden">Units of the teacher and of {name}</caption>
            <thead>
              <tr>
                <th scope="col">Unit</th>
                <th scope="col">b</th>
                <th scope="col">b found</th>
                <th scope="col">a</th>
                <th scope="col">a found</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ of, a, b, found }) => (
                <tr key={of}>
                  <th scope="row">T{of + 1}</th>
                  <td>{b.toFixed(3)}</td>
                  <td>{found ? found.b.toFixed(3) : '–'}</td>
                  <td>{a.toFixed(3)}</td>
                  <td>{found ? found.a.toFixed(3) : '–'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollBox>
      </div>
    </figure>
  );
}
