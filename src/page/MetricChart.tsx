import { useId, useMemo, useRef, useState } from 'react';
import { ChartDrawing } from './charts/ChartDrawing.tsx';
import { ChartTable } from './charts/ChartTable.tsx';
import type { ChartSettings } from './charts/content.ts';
import { SaveChart } from './charts/SaveChart.tsx';
import { useDrawn } from './charts/useDrawn.ts';

/** One quantity of every lane against the progress of training, with its numbers as a table and as files. */
export function MetricChart(props: Omit<ChartSettings, 'axis'>) {
  const { quantity, data, experiment, styles, shown, stops, x, smoothing, earlier, waiting } = props;
  const [chosen, setChosen] = useState(quantity.axes[0]);
  const axis = chosen && quantity.axes.includes(chosen) ? chosen : (quantity.axes[0] ?? 'linear');
  const titleId = useId();
  const figure = useRef<HTMLElement>(null);
  const settings = useMemo<ChartSettings>(
    () => ({ quantity, data, experiment, styles, shown, stops, x, axis, smoothing, earlier, waiting }),
    [quantity, data, experiment, styles, shown, stops, x, axis, smoothing, earlier, waiting],
  );
  const frame = useDrawn(data, settings, figure);
  const drawing = useMemo(() => <ChartDrawing frame={frame} />, [frame]);
  return (
    <figure className="chart" ref={figure} aria-labelledby={titleId} data-quantity={quantity.key}>
      <div className="chart-head">
        <figcaption id={titleId}>
          <h2>{quantity.title}</h2> <span>{quantity.unit}</span>
        </figcaption>
        {quantity.axes.length > 1 && (
          <fieldset className="segments">
            <legend className="visually-hidden">Axis of {quantity.title}</legend>
            {quantity.axes.map((kind) => (
              <label key={kind}>
                <input type="radio" name={titleId} checked={axis === kind} onChange={() => setChosen(kind)} />
                <span>{kind === 'log' ? 'Log' : 'Linear'}</span>
              </label>
            ))}
          </fieldset>
        )}
      </div>
      {drawing}
      <div className="chart-foot">
        <ChartTable settings={settings} />
        <SaveChart settings={settings} figure={figure} />
      </div>
    </figure>
  );
}
