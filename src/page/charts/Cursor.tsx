import { DefaultZIndexes, usePlotArea, ZIndexLayer } from 'recharts';
import { nearestRow } from './drawing.ts';
import { useRead, useReadRow } from './ReadCharts.tsx';
import { useDrawing, usePlaces } from './useDrawing.ts';

/** Pixels. */
const RADIUS = 3.5;

/**
 * Where a chart is read: a line with a dot on every curve, and what notices the pointer. recharts' own goes along the chart's
 * data, and new data have it draw all of the chart three times.
 */
export function Cursor() {
  const area = usePlotArea();
  const places = usePlaces();
  const { settings, rows, drawn, lanes, xScale, scale } = useDrawing();
  const place = useReadRow(rows);
  const read = useRead();
  if (!area || !places) return null;
  const at = place && drawn[place.row];
  const point = (target: Element, { clientX, clientY }: { clientX: number; clientY: number }): void => {
    const box = target.getBoundingClientRect();
    const [left, right] = xScale.domain;
    const [low, high] = scale.domain;
    const row = nearestRow(drawn, left + ((right - left) * (clientX - box.left)) / box.width);
    const x = row === null ? undefined : rows[row]?.x;
    const value = high - ((high - low) * (clientY - box.top)) / box.height;
    read(() => (x === undefined ? null : { x, pointer: { chart: settings.quantity.key, value } }));
  };
  return (
    <>
      {at && (
        <ZIndexLayer zIndex={DefaultZIndexes.activeDot}>
          <line
            className="chart-cursor"
            stroke="var(--axis)"
            x1={places.x(at.x)}
            x2={places.x(at.x)}
            y1={area.y}
            y2={area.y + area.height}
          />
          {lanes.map(({ style, lane }) => {
            const cell = at.cells[lane];
            return (
              cell && (
                <circle
                  key={style.name}
                  className="chart-cursor"
                  cx={places.x(at.x)}
                  cy={places.y(cell.value)}
                  r={RADIUS}
                  fill={style.colour}
                  stroke="#fff"
                  strokeWidth={2}
                />
              )
            );
          })}
        </ZIndexLayer>
      )}
      <ZIndexLayer zIndex={DefaultZIndexes.label + 1}>
        {/* biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the chart around */}
        <rect
          className="chart-pointer"
          {...area}
          fill="none"
          pointerEvents="all"
          onMouseMove={(event) => point(event.currentTarget, event)}
          onMouseLeave={() => read(() => null)}
          onTouchMove={({ currentTarget, touches }) => touches[0] && point(currentTarget, touches[0])}
        />
      </ZIndexLayer>
    </>
  );
}
