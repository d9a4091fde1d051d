import { useId } from 'react';

interface StopsFieldProps {
  readonly label: string;
  /** What the number means, after its name. */
  readonly hint: string;
  readonly value: number;
  /** What the slider stops at, ascending; a value from a link may lie between two. */
  readonly stops: readonly number[];
  readonly onChange: (value: number) => void;
}

/** A number chosen by a slider with stops of its own. */
export function StopsField({ label, hint, value, stops, onChange }: StopsFieldProps) {
  const id = useId();
  const nearest = stops.reduce(
    (best, stop, index) =>
      Math.abs(Math.log(stop / value)) < Math.abs(Math.log((stops[best] as number) / value)) ? index : best,
    0,
  );
  return (
    <div className="field stops-field">
      <label htmlFor={id}>
        {label} <span>{hint}</span>
      </label>
      <div className="stops-row">
        <input
          id={id}
          type="range"
          min={0}
          max={stops.length - 1}
          value={nearest}
          aria-valuetext={String(value)}
          onChange={(event) => onChange(stops[Number(event.target.value)] ?? value)}
        />
        <output htmlFor={id}>{value}</output>
      </div>
    </div>
  );
}
