import { useMemo } from 'react';
import type { ScaledArray } from '../../engine/engine.ts';
import type { Shape } from '../../engine/layout.ts';
import { type Cell, CellField } from './CellField.tsx';
import { formatCell, type Grid, gridOf } from './grid.ts';
import { HeatMap } from './HeatMap.tsx';
import type { SectionProps } from './look.ts';

/** u and v of every unit at every time step of a layer. */
export function GammaSection({ look }: SectionProps) {
  const { shape, snapshot, layer } = look;
  const grids = useMemo(
    () =>
      [
        { title: 'u, paths in', grid: unitsByTime(snapshot.gammaIn, shape, layer) },
        { title: 'v, paths out', grid: unitsByTime(snapshot.gammaOut, shape, layer) },
      ] as const,
    [snapshot, shape, layer],
  );
  const describe = ({ row, column }: Cell): string =>
    `Unit ${row + 1} at time step ${column + 1}: ${grids
      .map(({ title, grid }) => `${title} ${formatCell(grid, row * shape.length + column)}`)
      .join(', ')}`;
  return (
    <CellField label="Units by time" rows={shape.hidden} columns={shape.length} describe={describe}>
      {(cursor) => (
        <div className="heat-maps heat-maps-wide">
          {grids.map(({ title, grid }) => (
            <HeatMap key={title} title={title} grid={grid} cursor={cursor} />
          ))}
        </div>
      )}
    </CellField>
  );
}

/** A layer of [layers, length, hidden] with units in rows and time in columns. */
function unitsByTime({ data, log2 }: ScaledArray, { hidden, length }: Shape, layer: number): Grid {
  const values = new Float64Array(hidden * length);
  const first = layer * length * hidden;
  for (let t = 0; t < length; t++) {
    for (let j = 0; j < hidden; j++) values[j * length + t] = data[first + t * hidden + j] as number;
  }
  const exponents = typeof log2 === 'number' ? log2 : log2.subarray(layer * length, (layer + 1) * length);
  return gridOf({ rows: hidden, columns: length, data: values, log2: exponents, signed: false });
}
