import { useId } from 'react';
import { factorText, factorWords, MOST_EXPONENT } from './exponents.ts';

interface UnitSlidersProps {
  /** From 0. */
  readonly layer: number;
  readonly layers: number;
  /** Of the units of this layer. */
  readonly exponents: Int8Array; // [hidden]
  /** The unit that is looked at, from 0. */
  readonly selected: number;
  readonly onSelect: (unit: number) => void;
  readonly onChange: (unit: number, exponent: number) => void;
}

/** One slider for every unit of a layer, side by side like those of an equaliser. */
export function UnitSliders({ layer, layers, exponents, selected, onSelect, onChange }: UnitSlidersProps) {
  const id = useId();
  return (
    <ul className="unit-sliders" aria-label={`Units of layer ${layer + 1}`}>
      {Array.from(exponents, (exponent, unit) => {
        const sliderId = `${id}-${unit}`;
        return (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: a unit is its number.
            key={unit}
            data-selected={unit === selected}
          >
            <output htmlFor={sliderId}>{factorText(exponent)}</output>
            <input
              id={sliderId}
              type="range"
              min={-MOST_EXPONENT}
              max={MOST_EXPONENT}
              step={1}
              value={exponent}
              aria-label={`Unit ${unit + 1}${layers > 1 ? ` of layer ${layer + 1}` : ''}`}
              aria-orientation="vertical"
              aria-valuetext={factorWords(exponent)}
              onFocus={() => onSelect(unit)}
              onChange={(event) => onChange(unit, Number(event.target.value))}
            />
            <label htmlFor={sliderId} aria-hidden="true">
              {unit + 1}
            </label>
          </li>
        );
      })}
    </ul>
  );
}
