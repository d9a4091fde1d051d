import { createContext, use } from 'react';
import { useActiveTooltipLabel, useIsTooltipActive } from 'recharts';
import type { ChartRow } from '../chartRows.ts';
import type { Drawing } from './drawing.ts';

/** What a chart draws now: by itself, so that new numbers draw the curves again and not all that is around them. */
export const DrawingContext = createContext<Drawing | null>(null);

/** Whether pointer or keys are in one of the charts, which then all read the same place. */
export const ReadContext = createContext(false);

/** What the chart around draws now. */
export function useDrawing(): Drawing {
  const drawing = use(DrawingContext);
  if (drawing === null) throw new Error('There is no chart around that draws.');
  return drawing;
}

/** The index of the row that pointer or keys are at; null where they are not in the chart. */
export function useHoveredRow(drawn: readonly ChartRow[]): number | null {
  const isActive = useIsTooltipActive();
  const label = useActiveTooltipLabel();
  const at = isActive ? drawn.findIndex((row) => row.x === label) : -1;
  return at < 0 ? null : at;
}
