import { useMemo } from 'react';
import { boundOn, type Cells, valueAt } from '../../reachability/cells.ts';
import type { Question } from '../../reachability/question.ts';
import { formatCount, formatNumber } from '../numbers.ts';
import { ScrollBox } from '../ScrollBox.tsx';
import { pointText } from './words.ts';

const ROWS = 12;

interface RegionTableProps {
  readonly question: Question;
  readonly cells: Cells;
}

/** The regions that come closest to breaking the property, or break it most, as numbers. */
export function RegionTable({ question, cells }: RegionTableProps) {
  const rows = useMemo(() => worstRegions(question, cells), [question, cells]);
  return (
    <ScrollBox label="The worst regions">
      <table className="reach-table">
        <caption>
          The {rows.length} regions with the worst vertices, of {formatCount(cells.count)}
        </caption>
        <thead>
          <tr>
            <th scope="col">Region</th>
            <th scope="col">Worst vertex</th>
            <th scope="col">Over the limit</th>
            <th scope="col">Vertices</th>
            <th scope="col">Active units</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ cell, excess, point, vertices }) => (
            <tr key={cell}>
              <th scope="row">{formatCount(cell + 1)}</th>
              <td>{pointText(point)}</td>
              <td>{formatNumber(excess)}</td>
              <td>{vertices}</td>
              <td>{cells.active[cell]}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}

function worstRegions({ property }: Question, cells: Cells) {
  const { count, free, starts, points, outputs } = cells;
  const perCell = outputs.length / Math.max(1, count);
  const all = Array.from({ length: count }, (_, cell) => {
    const forms = property.bounds.map((bound) => boundOn(bound, outputs, cell * perCell));
    const [first, end] = [starts[cell] as number, starts[cell + 1] as number];
    let excess = Number.NEGATIVE_INFINITY;
    let at = first;
    for (let vertex = first; vertex < end; vertex++) {
      for (const form of forms) {
        const value = valueAt(form, 0, points, vertex * free, free) - property.limit;
        if (value > excess) [excess, at] = [value, vertex];
      }
    }
    return { cell, excess, point: points.subarray(at * free, (at + 1) * free), vertices: end - first };
  });
  return all.sort((a, b) => b.excess - a.excess).slice(0, ROWS);
}
