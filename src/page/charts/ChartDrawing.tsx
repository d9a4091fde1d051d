import { use, useMemo, useState } from 'react';
import {
  CartesianGrid,
  ComposedChart,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import { GRID, X_AXIS, Y_AXIS } from '../axisLook.ts';
import type { AxisScale } from '../chartScale.ts';
import { formatCount, formatPowerTick, formatTick } from '../numbers.ts';
import { Curves } from './Curves.tsx';
import type { ChartSettings } from './content.ts';
import { drawingOf, referenceOf } from './drawing.ts';
import { Reading } from './Reading.tsx';
import { DrawingContext, ReadContext } from './useDrawing.ts';
import { X_UNIT_TEXTS } from './xAxis.ts';

const MARGIN = { top: 8, right: 12, bottom: 16, left: 0 } as const;
const CURSOR = { stroke: 'var(--axis)' } as const;
const SIZE_AT_FIRST = { width: 320, height: 280 } as const;
/** A chart without any would draw no axis. */
const NO_PLACES = [{ x: 0 }] as const;
const nothing = () => null;
const formatShare = (value: number): string => `${100 * value} %`;

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
  const { rows, drawn } = drawing;
  const scale = useSame(drawing.scale);
  const xScale = useSame(drawing.xScale);
  const reference = referenceOf(settings);

  const label = X_UNIT_TEXTS[x.unit];
  const formatX = x.log ? formatPowerTick : x.unit === 'seconds' ? formatTick : formatCount;
  const formatY = axis === 'share' ? formatShare : axis === 'log' ? formatPowerTick : formatTick;
  // What pointer and keys go along. New ones have recharts draw all of a chart three times, so there are none without need.
  const isRead = use(ReadContext);
  const places = useMemo(() => (isRead ? drawn.map((row) => ({ x: row.x })) : NO_PLACES), [isRead, drawn]);
  // All but the curves stays as it is from one drawing to the next, unless an axis changes.
  const chart = useMemo(
    () => (
      <ResponsiveContainer initialDimension={SIZE_AT_FIRST}>
        <ComposedChart data={places} syncId="run" syncMethod="value" margin={MARGIN}>
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
          {/* Its cursor only: what it would write covers the curves. */}
          <Tooltip isAnimationActive={false} cursor={CURSOR} content={nothing} />
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
          <Reading place={readingPlace} />
        </ComposedChart>
      </ResponsiveContainer>
    ),
    [places, xScale, formatX, label, scale, formatY, baseline, reference, readingPlace],
  );

  return (
    <>
      <div className="chart-area" data-rows={rows.length}>
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
