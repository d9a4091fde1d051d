import { SMOOTHING_FACTORS } from '../../session/page/series.ts';
import type { Quantity } from './quantities.ts';
import { X_UNITS, type XAxisChoice } from './xAxis.ts';

interface ChartChoicesProps {
  /** Charts to choose from. */
  readonly quantities: readonly Quantity[];
  readonly open: ReadonlySet<Quantity['part']>;
  readonly onOpen: (open: ReadonlySet<Quantity['part']>) => void;
  readonly x: XAxisChoice;
  readonly onX: (x: XAxisChoice) => void;
  readonly smoothing: number | null;
  readonly onSmoothing: (smoothing: number | null) => void;
}

/** What is drawn in all charts: which ones, against what, how smooth. */
export function ChartChoices(props: ChartChoicesProps) {
  const { quantities, open, onOpen, x, onX, smoothing, onSmoothing } = props;
  const factor = smoothing === null ? 'off' : String(SMOOTHING_FACTORS[smoothing]);
  return (
    <div className="chart-choices">
      {quantities.length > 1 && (
        <fieldset className="chart-names">
          <legend className="visually-hidden">Charts</legend>
          {quantities.map(({ part, title }) => (
            <label key={part} className="check">
              <input
                type="checkbox"
                checked={open.has(part)}
                onChange={(event) => {
                  const next = new Set(open);
                  if (event.target.checked) next.add(part);
                  else next.delete(part);
                  onOpen(next);
                }}
              />
              {title}
            </label>
          ))}
        </fieldset>
      )}
      <div className="chart-axis">
        <label>
          <span>Against</span>
          <select
            value={x.unit}
            onChange={(event) => {
              const unit = X_UNITS.find((candidate) => candidate === event.target.value);
              if (unit) onX({ ...x, unit });
            }}
          >
            {X_UNITS.map((unit) => (
              <option key={unit} value={unit}>
                {unit === 'step' ? 'steps' : unit}
              </option>
            ))}
          </select>
        </label>
        <label className="check">
          <input
            type="checkbox"
            checked={x.log}
            onChange={(event) => onX({ ...x, log: event.target.checked })}
          />
          Log<span className="visually-hidden"> horizontal axis</span>
        </label>
      </div>
      <label className="chart-smoothing">
        <span>Smooth</span>
        <input
          type="range"
          min={0}
          max={SMOOTHING_FACTORS.length}
          step={1}
          value={smoothing === null ? 0 : smoothing + 1}
          aria-valuetext={factor}
          title="Exponential mean over all steps, less at the start"
          onChange={(event) => {
            const position = Number(event.target.value);
            onSmoothing(position === 0 ? null : position - 1);
          }}
        />
        <output>{factor}</output>
      </label>
    </div>
  );
}
