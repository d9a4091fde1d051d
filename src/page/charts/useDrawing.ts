import { createContext, use } from 'react';
import { usePlotArea } from 'recharts';
import type { Drawing } from './drawing.ts';
import type { Places } from './paths.ts';

/** What a chart draws now: by itself, so that new numbers draw the curves again and not all that is around them. */
export const DrawingContext = createContext<Drawing | null>(null);

/** What the chart around draws now. */
export function useDrawing(): Drawing {
  const drawing = use(DrawingContext);
  if (drawing === null) throw new Error('There is no chart around that draws.');
  return drawing;
}

/** Where rows and values of the chart around stand in its picture; null while it has no size. */
export function usePlaces(): Places | null {
  const area = usePlotArea();
  const { xScale, scale } = useDrawing();
  if (!area) return null;
  const [left, right] = xScale.domain;
  const [low, high] = scale.domain;
  return {
    x: (x) => area.x + (area.width * (x - left)) / (right - left),
    y: (value) => area.y + area.height * (1 - (value - low) / (high - low)),
  };
}
