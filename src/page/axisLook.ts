/** How every chart of the page looks along its edges: properties of recharts' grid and axes. */

/** Pixels around a chart: below it stands the name of its horizontal axis. */
export const MARGIN = { top: 8, right: 12, bottom: 16, left: 0 } as const;

export const GRID = { vertical: false, syncWithTicks: true, stroke: 'var(--grid)' } as const;

export const X_AXIS = { type: 'number', stroke: 'var(--axis)', tickLine: false, tickMargin: 6 } as const;

export const Y_AXIS = {
  type: 'number',
  interval: 0,
  stroke: 'var(--axis)',
  axisLine: false,
  tickLine: false,
  width: 52,
} as const;
