import { useMemo, useState } from 'react';
import type { LaneSnapshot, ScaledArray } from '../../engine/engine.ts';
import { addScaled } from '../../engine/inside/scaled.ts';
import type { Matrix, Shape } from '../../engine/layout.ts';
import { SelectField } from '../SelectField.tsx';
import { type Cell, CellField } from './CellField.tsx';
import { formatCell, type Grid, gridOf } from './grid.ts';
import { HeatMap } from './HeatMap.tsx';
import { hasPaths, type SectionProps, unitsWithoutPaths } from './look.ts';

type KappaChoice = 'kappa1' | 'kappa2' | 'both';

const KAPPA_OPTIONS = [
  { value: 'kappa1', text: 'κ₁: paths through each use' },
  { value: 'kappa2', text: 'κ₂: paths that use it twice' },
  { value: 'both', text: 'κ₁ + κ₂' },
] as const;
const KAPPA_TITLES: Readonly<Record<KappaChoice, string>> = {
  kappa1: 'κ₁',
  kappa2: 'κ₂',
  both: 'κ₁ + κ₂',
};

/** Weights, gradient, kappa and step of one matrix, side by side. */
export function WeightsSection({ look }: SectionProps) {
  const { shape, snapshot, experiment } = look;
  const usual = experiment.lanes[look.lane]?.optimizer === 'path2' ? 'both' : 'kappa1';
  const [name, setName] = useState(() => (shape.recurrent ? 'W_rec.1' : 'W_in.1'));
  const [chosen, setChosen] = useState<KappaChoice | null>(null);
  const kappa = chosen ?? usual;
  const paths = hasPaths(look, look.lane);
  const matrix = shape.matrices.find((candidate) => candidate.name === name) ?? (shape.matrices[0] as Matrix);
  const grids = useMemo(
    () => gridsOf(snapshot, shape, matrix, paths ? kappa : null),
    [snapshot, shape, matrix, kappa, paths],
  );
  const { rows, columns } = grids[0]?.grid ?? { rows: 1, columns: 1 };
  const describe = ({ row, column }: Cell): string =>
    `${placeOf(matrix, row, column)}: ${grids
      .map(({ title, grid }) => `${title} ${formatCell(grid, row * columns + column)}`)
      .join(', ')}`;

  return (
    <>
      <div className="inside-choices">
        <SelectField
          label="Matrix"
          value={matrix.name}
          options={shape.matrices.map((each) => ({ value: each.name, text: titleOf(each, shape.layers) }))}
          onChange={setName}
        />
        {paths && <SelectField label="Kappa" value={kappa} options={KAPPA_OPTIONS} onChange={setChosen} />}
      </div>
      <CellField label={`Cells of ${matrix.name}`} rows={rows} columns={columns} describe={describe}>
        {(cursor) => (
          <div className="heat-maps">
            {grids.map(({ title, grid }) => (
              <HeatMap key={title} title={title} grid={grid} cursor={cursor} />
            ))}
          </div>
        )}
      </CellField>
      {!paths && (
        <p className="panel-note">
          Kappa counts paths through ReLU units. This lane has {unitsWithoutPaths(look, look.lane)}, to which
          it does not apply.
        </p>
      )}
    </>
  );
}

/** A matrix as the choice names it. */
function titleOf({ name, kind, layer }: Matrix, layers: number): string {
  const ofLayer = layers === 1 ? '' : ` of layer ${layer + 1}`;
  switch (kind) {
    case 'input':
      return `${name}: input weights${ofLayer}`;
    case 'recurrent':
      return `${name}: recurrent weights${ofLayer}`;
    case 'bias':
      return `${name}: biases${ofLayer}`;
    case 'readout':
      return `${name}: readout weights`;
    case 'readoutBias':
      return `${name}: readout biases`;
    case 'phases':
      return `${name}: phases of D₁, D₂ and D₃`;
    case 'reflections':
      return `${name}: vectors of R₁ and R₂`;
    case 'initial':
      return `${name}: state before the first step`;
  }
}

/** Where a cell stands, rows and columns counted from 1. */
function placeOf({ kind, layer }: Matrix, row: number, column: number): string {
  const to = kind === 'readout' ? `output ${row + 1}` : `unit ${row + 1}`;
  switch (kind) {
    case 'bias':
      return `Bias of unit ${column + 1}`;
    case 'readoutBias':
      return `Bias of output ${column + 1}`;
    case 'phases':
      return `Phase of unit ${column + 1} in D${row + 1}`;
    case 'reflections':
      return `Number ${column + 1} of the vector of R${row + 1} (real parts, then imaginary ones)`;
    case 'initial':
      return `Number ${column + 1} of the state (real parts, then imaginary ones)`;
    default: {
      const source = kind === 'input' && layer === 0 ? 'input' : 'unit';
      return `Row ${row + 1}, column ${column + 1} (from ${source} ${column + 1} to ${to})`;
    }
  }
}

interface Titled {
  readonly title: string;
  readonly grid: Grid;
}

function gridsOf(snapshot: LaneSnapshot, shape: Shape, matrix: Matrix, kappa: KappaChoice | null): Titled[] {
  const { before, after, gradient, kappa1, kappa2 } = snapshot;
  const { offset, rows, columns, kind } = matrix;
  const count = rows * columns;
  // A bias is a row: as a column it would be a line of pixels.
  const flat = kind === 'bias' || kind === 'readoutBias' || kind === 'initial';
  const size = flat ? { rows: 1, columns: rows } : { rows, columns };
  const part = (numbers: Float32Array | Float64Array) => numbers.subarray(offset, offset + count);
  const weights = part(before);
  const taken = part(after);
  const step = Float64Array.from(weights, (weight, index) => (taken[index] as number) - weight);
  const signed = (title: string, data: ArrayLike<number>): Titled => ({
    title,
    grid: gridOf({ ...size, data, log2: 0, signed: true }),
  });
  const grids = [signed('Weights', weights), signed('Gradient', part(gradient))];
  if (kappa !== null) {
    const index = shape.matrices.indexOf(matrix);
    const first = kappa1[index] as ScaledArray;
    const second = kappa2[index] as ScaledArray;
    const { data, log2 } =
      kappa === 'kappa1' ? first : kappa === 'kappa2' ? second : addScaled(first, second);
    const grid = gridOf({ ...size, data, log2: log2 as number, signed: false });
    grids.push({ title: KAPPA_TITLES[kappa], grid });
  }
  return [...grids, signed('Step', step)];
}
