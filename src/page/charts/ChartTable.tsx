import { useId, useState } from 'react';
import { chartRows, thinned } from '../chartRows.ts';
import { formatCount, formatSeconds } from '../numbers.ts';
import { useRunFrame } from '../useRunFrame.ts';
import { type ChartSettings, contentOf } from './content.ts';

/** Rows of a table: more, nobody would read. */
const MOST_ROWS = 50;
/** Milliseconds between two changes of the numbers. */
const TABLE_INTERVAL = 1000;

/** The numbers of a chart as a table, made while it is open. */
export function ChartTable({ settings }: { readonly settings: ChartSettings }) {
  const [open, setOpen] = useState(false);
  return (
    <details className="chart-more" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        Table<span className="visually-hidden"> of {settings.quantity.title}</span>
      </summary>
      {open && <Numbers settings={settings} />}
    </details>
  );
}

function Numbers({ settings }: { readonly settings: ChartSettings }) {
  const { quantity, data, experiment, styles, shown, smoothing } = settings;
  useRunFrame(data, TABLE_INTERVAL);
  const captionId = useId();
  const rows = thinned(chartRows(contentOf(settings, [])), MOST_ROWS);
  const lanes = styles.flatMap((style, lane) => (shown[lane] ? [{ name: style.name, lane }] : []));
  const columns = quantity.heldOut ? 2 : 1;
  return (
    // Scrolls inside itself, by keyboard too.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable
    <section className="chart-table" tabIndex={0} aria-labelledby={captionId}>
      <table>
        <caption id={captionId}>
          {quantity.title}, {quantity.unit}: {smoothing === null ? 'means of the steps' : 'smoothed'}
          {rows.length === MOST_ROWS && ', a part of the drawn points'}
        </caption>
        <thead>
          <tr>
            <th scope="col" rowSpan={columns}>
              Step
            </th>
            <th scope="col" rowSpan={columns}>
              Examples
            </th>
            <th scope="col" rowSpan={columns}>
              Seconds
            </th>
            {lanes.map(({ name }) => (
              <th key={name} scope="colgroup" colSpan={columns}>
                {name}
              </th>
            ))}
          </tr>
          {quantity.heldOut && (
            <tr>
              {lanes.flatMap(({ name }) => [
                <th key={`${name} training`} scope="col">
                  training
                </th>,
                <th key={`${name} held out`} scope="col">
                  held out
                </th>,
              ])}
            </tr>
          )}
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.step}>
              <th scope="row">{formatCount(row.step ?? 0)}</th>
              <td>{formatCount((row.step ?? 0) * experiment.batch)}</td>
              <td>{formatSeconds(data.clock.secondsAt(row.step ?? 0))}</td>
              {lanes.flatMap(({ name, lane }) => [
                <td key={name}>{quantity.format(row.cells[lane]?.value)}</td>,
                quantity.heldOut && <td key={`${name} held out`}>{quantity.format(row.heldOut[lane])}</td>,
              ])}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === 0 && <p>Nothing has been measured yet.</p>}
    </section>
  );
}
