import { createContext, type ReactNode, use, useState } from 'react';
import type { ChartRow } from '../chartRows.ts';
import { nearestRow } from './drawing.ts';

/** Where pointer or keys are in the charts. */
export interface ReadPlace {
  /** On the horizontal axis, in its unit. */
  readonly x: number;
  /** The chart under the pointer, and where in it, on the axis of its values; null for keys. */
  readonly pointer: { readonly chart: string; readonly value: number } | null;
}

const PlaceContext = createContext<ReadPlace | null>(null);
const ReadContext = createContext<(change: (before: ReadPlace | null) => ReadPlace | null) => void>(() => {});

/** The charts of a run: where one is read, all are. */
export function ReadCharts({ children }: { readonly children: ReactNode }) {
  const [place, read] = useState<ReadPlace | null>(null);
  return (
    <ReadContext value={read}>
      <PlaceContext value={place}>
        <div className="chart-grid">{children}</div>
      </PlaceContext>
    </ReadContext>
  );
}

/** Changes the place that is read; null: none. */
export const useRead = () => use(ReadContext);

/**
 * What is read of a chart.
 * @param rows as they were measured
 * @returns the place, and the index of the row nearest to it; null where nothing is read
 */
export function useReadRow(rows: readonly ChartRow[]): (ReadPlace & { readonly row: number }) | null {
  const place = use(PlaceContext);
  const row = place && nearestRow(rows, place.x);
  return place === null || row === null ? null : { ...place, row };
}
