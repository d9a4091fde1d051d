import { type KeyboardEvent, useMemo, useState } from 'react';
import { CartesianGrid, ComposedChart, ReferenceLine, ResponsiveContainer, XAxis, YAxis } from 'recharts';
import { GRID, MARGIN, X_AXIS, Y_AXIS } from '../axisLook.ts';
import type { AxisScale } from '../chartScale.ts';
import { formatCount, formatPowerTick, formatTick } from '../numbers.ts';
import { Cursor } from './Cursor.tsx';
import { Curves } from './Curves.tsx';
import type { ChartSettings } from './content.ts';
import { drawingOf, nearestRow } from './drawing.ts';
import { useRead } from './ReadCharts.tsx';
import { Reading } from './Reading.tsx';
import { DrawingContext } from './useDrawing.ts';
import { X_UNIT_TEXTS } from './xAxis.ts';

const SIZE_AT_FIRST = { width: 320, height: 280 } as const;
/** recharts draws none of it, but without any it would draw no axis. */
const DATA = [{ x: 0 }] as const;
const formatShare = (value: number): string => `${100 * value} %`;

/** Keys that go along a chart: from one row to another, of those up to the last. */
const KEYS: ReadonlyMap<string, (row: number, last: number) => number> = new Map([
  ['ArrowLeft', (row: number) => row - 1],
  ['ArrowRight', (row: number) => row + 1],
  ['Home', () => 0],
  ['End', (_row: number, last: number) => last],
]);

interface ChartDrawingProps {
  /** Another object at every drawing, and the same one in between. */
  readonly frame: { readonly content: ChartSettings };
}

/** The picture of a chart, as the numbers are at this moment, and what it reads below it. */
export function ChartDrawing({ frame }: ChartDrawingProps) {
  const settings = frame.content;
  const { quantity, x, axis, waiting } = settings;
  const { baseline } = quantity;
  const [readingPlace, setReadingPlace] = useState<HTMLElement | null>(null);
  const drawing = useMemo(() => drawingOf(frame.content), [frame]);
  const { rows, reference } = drawing;
  const scale = useSame(drawing.scale);
  const xScale = useSame(drawing.xScale);

  const label = X_UNIT_TEXTS[x.unit];
  const formatX = x.log ? formatPowerTick : x.unit === 'seconds' ? formatTick : formatCount;
  const formatY = axis === 'share' ? formatShare : axis === 'log' ? formatPowerTick : formatTick;
  // All but the curves stays as it is from one drawing to the next, unless an axis changes.
  const chart = useMemo(
    () => (
      <ResponsiveContainer initialDimension={SIZE_AT_FIRST}>
        <ComposedChart data={DATA} margin={MARGIN}>
          <CartesianGrid {...GRID} />
          <XAxis
            {...X_AXIS}
            dataKey="x"
            domain={xScale.domain}
            ticks={xScale.ticks}
            tickFormatter={formatX}
            allowDataOverflow
            minTickGap={16}
            label={{
              value: label,
              position: 'insideBottom',
              offset: -12,
              className: 'axis-label',
              fill: 'var(--muted)',
            }}
          />
          <YAxis
            {...Y_AXIS}
            domain={scale.domain}
            ticks={scale.ticks}
            tickFormatter={formatY}
            allowDataOverflow
          />
          {baseline && reference !== null && (
            <ReferenceLine
              y={reference}
              className="baseline"
              stroke="var(--baseline)"
              strokeDasharray="3 3"
              label={{
                value: `${baseline.label}: ${baseline.loss.toPrecision(4)}`,
                position: 'insideBottomRight',
                className: 'baseline-label',
                fill: 'var(--muted)',
              }}
            />
          )}
          <Curves />
          <Cursor />
          <Reading place={readingPlace} />
        </ComposedChart>
      </ResponsiveContainer>
    ),
    [xScale, formatX, label, scale, formatY, baseline, reference, readingPlace],
  );

  const read = useRead();
  const onKeyDown = (event: KeyboardEvent): void => {
    const goes = KEYS.get(event.key);
    if (goes === undefined || rows.length === 0) return;
    event.preventDefault();
    read((before) => {
      const last = rows.length - 1;
      const row = goes((before && nearestRow(rows, before.x)) ?? last, last);
      return { x: rows[Math.max(0, Math.min(row, last))]?.x ?? 0, pointer: null };
    });
  };

  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the picture inside takes the focus */}
      <div
        className="chart-area"
        data-rows={rows.length}
        onKeyDown={onKeyDown}
        onBlur={() => read(() => null)}
      >
        <DrawingContext value={drawing}>{chart}</DrawingContext>
        {rows.length === 0 && waiting && (
          <p className="chart-empty">
            <span>
              Press Play<span className="with-keyboard">, or the space bar</span>
            </span>
          </p>
        )}
      </div>
      <div className="reading-place" ref={setReadingPlace} />
    </>
  );
}

/** The same object as long as an axis is the same. */
function useSame({ domain, ticks }: AxisScale): AxisScale {
  const key = JSON.stringify({ domain, ticks });
  return useMemo(() => JSON.parse(key) as AxisScale, [key]);
}
