import type { Sizes } from '../../lookup/construction.ts';
import { allowedCells, allowedSource, BITS, CELLS, type LookupSettings } from '../../lookup/settings.ts';
import { SelectField } from '../SelectField.tsx';
import { FunctionField } from './FunctionField.tsx';
import { StopsField } from './StopsField.tsx';

interface ControlsProps {
  readonly settings: LookupSettings;
  readonly onChange: (part: Partial<LookupSettings>) => void;
  readonly hasPicture: boolean;
  readonly pictureProblem: string | null;
  readonly onPicture: (file: File) => void;
}

const SHARES = [0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5];

const wholeNumbers = (min: number, max: number): number[] =>
  Array.from({ length: max - min + 1 }, (_, index) => min + index);

/** N that the sizes allow. */
const cellStops = ({ dimension, depth }: Sizes): number[] => {
  const { min, max } = CELLS[dimension];
  return wholeNumbers(min, max).filter((cells) => allowedCells(cells, dimension, depth) === cells);
};

/** What is looked up, and by how large a network. */
export function Controls({ settings, onChange, ...picture }: ControlsProps) {
  const { sizes, source } = settings;
  const resize = (part: Partial<Sizes>): void => {
    const next = { ...sizes, ...part };
    onChange({
      sizes: { ...next, cells: allowedCells(next.cells, next.dimension, next.depth) },
      source: allowedSource(source, next.dimension),
    });
  };
  return (
    <div className="lookup-fields">
      <SelectField
        label="Inputs"
        value={sizes.dimension === 1 ? '1' : '2'}
        options={[
          { value: '1', text: 'one: a curve' },
          { value: '2', text: 'two: a picture' },
        ]}
        onChange={(dimension) => resize({ dimension: dimension === '1' ? 1 : 2 })}
      />
      <FunctionField
        settings={settings}
        onSource={(chosen) => onChange({ source: chosen })}
        onFormula={(formula) => onChange({ formula })}
        {...picture}
      />
      <SelectField
        label="Depth"
        value={sizes.depth === 5 ? '5' : '6'}
        options={[
          { value: '5', text: '5: ReLUs count cells' },
          { value: '6', text: '6: sines read digits of x' },
        ]}
        onChange={(depth) => resize({ depth: depth === '5' ? 5 : 6 })}
      />
      <StopsField
        label="N"
        hint="cells along an axis"
        value={sizes.cells}
        stops={cellStops(sizes)}
        onChange={(cells) => resize({ cells })}
      />
      <StopsField
        label="M"
        hint="bits of a value, less one"
        value={sizes.bits}
        stops={wholeNumbers(BITS.min, BITS.max)}
        onChange={(bits) => resize({ bits })}
      />
      {sizes.depth === 5 ? (
        <StopsField
          label="δ"
          hint="trifling part of a cell"
          value={sizes.delta}
          stops={SHARES}
          onChange={(delta) => resize({ delta })}
        />
      ) : (
        <StopsField
          label="τ"
          hint="sines nearer to 0 give no digit"
          value={sizes.tau}
          stops={SHARES}
          onChange={(tau) => resize({ tau })}
        />
      )}
    </div>
  );
}
