import { createPortal } from 'react-dom';
import { type ChartRow, hasBands } from '../chartRows.ts';
import { Swatch } from '../Swatch.tsx';
import { useReadRow } from './ReadCharts.tsx';
import { useDrawing, usePlaces } from './useDrawing.ts';
import { formatPlace } from './xAxis.ts';
import '../styles/reading.css';

/** How near the pointer must be to a curve of an earlier run to be told of it, in pixels. */
const NEAR = 24;

/**
 * What a chart reads, below it: every lane at the place under the pointer, or where the run is; of earlier runs the
 * curve under the pointer.
 * @param place where it goes: below the chart, so that it covers none of it
 */
export function Reading({ place }: { readonly place: HTMLElement | null }) {
  const places = usePlaces();
  const { settings, rows, drawn, lines } = useDrawing();
  const read = useReadRow(rows);
  const hovered = read?.row ?? null;
  const { quantity, styles, shown, x } = settings;
  const { format } = quantity;
  const own = nearestOwn(rows, hovered ?? rows.length - 1);
  const row = own === null ? null : (rows[own] as ChartRow);
  const pointer = read?.pointer?.chart === quantity.key ? read.pointer : null;
  const near =
    places && hovered !== null && pointer
      ? nearestLine(drawn, hovered, (value) => Math.abs(places.y(value) - places.y(pointer.value)))
      : null;
  const line = near === null ? null : lines[near.line];
  const named = hasBands(shown.filter((isShown) => isShown).length);
  const heldOut = styles.map((_, lane) =>
    own === null
      ? null
      : (rows.slice(0, own + 1).findLast((each) => each.heldOut[lane] != null)?.heldOut[lane] ?? null),
  );
  const anyHeldOut = heldOut.some((value) => value !== null);
  if (!place) return null;
  return createPortal(
    <div className="reading">
      <p className="reading-head">
        <b>
          {row ? formatPlace(row.x, x.unit) : 'no step yet'}
          {row && x.unit !== 'step' && `, ${formatPlace(row.step ?? 0, 'step')}`}
        </b>
        {row && hovered === null && <span>the latest</span>}
        {anyHeldOut && <span className="reading-key">in brackets: held out</span>}
      </p>
      <ul className={named ? undefined : 'reading-many'}>
        {styles.map((style, lane) => {
          if (!shown[lane]) return null;
          const cell = row?.cells[lane];
          return (
            <li key={style.name} title={style.name}>
              <Swatch style={style} />
              <span className={named ? 'reading-name' : 'visually-hidden'}>{style.name}</span>
              <b>{format(cell?.value)}</b>
              {anyHeldOut && <span className="reading-held-out">({format(heldOut[lane])})</span>}
            </li>
          );
        })}
      </ul>
      {lines.length > 0 && (
        <p className="reading-earlier">
          {line && near ? (
            <>
              <Swatch style={line.style} /> earlier: <b>{line.run.name}</b>, {line.style.name}:{' '}
              {format(rows[near.row]?.earlier[near.line])}
            </>
          ) : (
            'Faint: earlier runs. Point at one to read it.'
          )}
        </p>
      )}
    </div>,
    place,
  );
}

/** The row nearest to one in which a lane of this run has a number; null where the run ends before it. */
function nearestOwn(rows: readonly ChartRow[], index: number): number | null {
  const x = rows[index]?.x ?? 0;
  const before = rows.findLastIndex((row, at) => at <= index && row.step !== null);
  const after = rows.findIndex((row, at) => at > index && row.step !== null);
  if (before < 0) return after < 0 ? null : after;
  if (after < 0) return before;
  return x - (rows[before]?.x ?? 0) <= (rows[after]?.x ?? 0) - x ? before : after;
}

/** The curve of an earlier run that is nearest by `distance` near a row, with the row of its number. */
function nearestLine(
  rows: readonly ChartRow[],
  index: number,
  distance: (value: number) => number,
): { readonly line: number; readonly row: number } | null {
  let nearest: { readonly line: number; readonly row: number } | null = null;
  let least = NEAR;
  const lines = rows[index]?.earlier.length ?? 0;
  for (let line = 0; line < lines; line++) {
    const before = rows.findLastIndex((row, at) => at <= index && row.earlier[line] != null);
    const after = rows.findIndex((row, at) => at >= index && row.earlier[line] != null);
    if (before < 0 || after < 0) continue;
    const row = index - before <= after - index ? before : after;
    const from = rows[before]?.earlier[line] as number;
    const to = rows[after]?.earlier[line] as number;
    const width = (rows[after]?.x ?? 0) - (rows[before]?.x ?? 0);
    const part = width > 0 ? ((rows[index]?.x ?? 0) - (rows[before]?.x ?? 0)) / width : 0;
    const pixels = distance(from + part * (to - from));
    if (pixels < least) {
      least = pixels;
      nearest = { line, row };
    }
  }
  return nearest;
}
