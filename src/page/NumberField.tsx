import { type ReactNode, useId } from 'react';
import { typedNumber, typedNumberIn } from '../experiment/numbers.ts';
import { describeRange, type Range } from '../experiment/schema.ts';
import { useTypedText } from './useTypedText.ts';

interface NumberFieldProps {
  readonly label: ReactNode;
  readonly value: number;
  readonly range: Range;
  readonly onChange: (value: number) => void;
  /** Whether to offer a slider beside the number: a logarithmic one, because small values differ most. */
  readonly slider?: boolean;
  readonly hint?: string;
}

/** Places of a slider. */
const SLIDER_STEPS = 200;

const toPlace = (value: number, { min, max }: Range): number =>
  Math.round((SLIDER_STEPS * Math.log(value / min)) / Math.log(max / min));

const fromPlace = (place: number, { min, max }: Range): number =>
  Math.round(min * (max / min) ** (place / SLIDER_STEPS));

/**
 * A number with its allowed range. What is typed stays as it is until the field is left; what is no number, can mean two, or
 * is out of range is explained, and the value before it stays in use until the text is a number that is allowed.
 */
export function NumberField({ label, value, range, onChange, slider = false, hint }: NumberFieldProps) {
  const id = useId();
  const [text, setText] = useTypedText(value, (current) => typedNumber(current).value === value);
  const { problem } = typedNumberIn(text, range);
  const wrong = problem !== null;

  const enter = (next: string): void => {
    setText(next);
    const typed = typedNumberIn(next, range).value;
    if (typed !== null && typed !== value) onChange(typed);
  };

  const stepBy = (direction: 1 | -1): void => {
    const next = Math.min(range.max, Math.max(range.min, value + direction));
    enter(String(next));
  };

  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className="field-row">
        {slider && (
          <input
            type="range"
            aria-label={`${typeof label === 'string' ? label : ''} slider`}
            aria-valuetext={String(value)}
            min={0}
            max={SLIDER_STEPS}
            value={toPlace(value, range)}
            onChange={(event) => enter(String(fromPlace(Number(event.target.value), range)))}
            onKeyDown={(event) => {
              // One place up can be the same whole number still: keys go by ones, as in the field.
              const up = event.key === 'ArrowUp' || event.key === 'ArrowRight';
              if (!up && event.key !== 'ArrowDown' && event.key !== 'ArrowLeft') return;
              event.preventDefault();
              stepBy(up ? 1 : -1);
            }}
          />
        )}
        <input
          id={id}
          type="text"
          inputMode={range.integer ? 'numeric' : 'decimal'}
          autoComplete="off"
          spellCheck={false}
          value={text}
          aria-invalid={wrong}
          aria-describedby={wrong || hint ? `${id}-note` : undefined}
          onChange={(event) => enter(event.target.value)}
          onBlur={() => {
            // What was typed as 0,01 or 1e-2 is shown as it is used.
            if (!wrong) setText(String(value));
          }}
          onKeyDown={(event) => {
            if (event.key === 'Escape') setText(String(value));
            if (!range.integer || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
            event.preventDefault();
            stepBy(event.key === 'ArrowUp' ? 1 : -1);
          }}
        />
      </div>
      {wrong ? (
        <p id={`${id}-note`} className="field-error" role="alert">
          {problem} Allowed: {describeRange(range)}. In use: {value}.
        </p>
      ) : (
        hint && (
          <p id={`${id}-note`} className="field-hint">
            {hint}
          </p>
        )
      )}
    </div>
  );
}
